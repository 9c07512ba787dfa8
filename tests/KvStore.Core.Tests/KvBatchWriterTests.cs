// Bounded batches in which one bad item does not take its neighbours with it.
namespace KvStore.Core.Tests;

public sealed class KvBatchWriterTests : IDisposable
{
    private readonly MemoryStorage _memory = new();
    private readonly List<int> _commits = [];
    private readonly List<KvItem> _written = [];
    private readonly List<KvException> _refused = [];

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_batch_holds_a_thousand_changes_and_the_last_waits_for_the_flush()
    {
        KvBatchWriter writer = Create(_memory);
        for (int i = 0; i < 2500; i++)
        {
            writer.Set($"k{i}", "v");
        }

        Assert.Equal([1000, 1000], _commits);
        writer.Flush();
        writer.Flush();
        Assert.Equal([1000, 1000, 500], _commits);
        Assert.Equal(2500, _written.Count);
    }

    [Fact]
    public void A_batch_of_several_items_holds_no_more_bytes_than_its_maximum()
    {
        _memory.CreateStore("s", new KvLimits(510, 3_000_000), default);
        KvBatchWriter writer = Create(_memory);
        writer.Set("a", new string('v', 600_000));
        writer.Set("b", new string('v', 400_000));
        Assert.Empty(_commits);
        writer.Set("c", new string('é', 1_500_000));
        writer.Set("d", "v");
        writer.Flush();
        Assert.Equal([2, 1, 1], _commits);
    }

    [Fact]
    public void A_batch_is_no_larger_than_its_storage_commits()
    {
        KvBatchWriter writer = Create(new Small(_memory));
        for (int i = 0; i < 7; i++)
        {
            writer.Set($"k{i}", "v");
        }

        writer.Flush();
        Assert.Equal([3, 3, 1], _commits);

        _commits.Clear();
        writer.Set("a", new string('v', 60));
        writer.Set("b", new string('v', 40));
        writer.Flush();
        Assert.Equal([1, 1], _commits);
    }

    [Fact]
    public void An_item_that_breaks_a_limit_is_not_taken()
    {
        KvBatchWriter writer = Create(_memory);
        writer.Set("a", "v");
        Assert.Equal(KvError.KeyTooLong, Assert.Throws<KvException>(() => writer.Set(new string('k', 511), "v")).Error);
        Assert.Equal(KvError.NotSupported, Assert.Throws<KvException>(() => Create(new Bare(_memory)).Set("x", "v", DateTimeOffset.UtcNow)).Error);
        writer.Set("b", "v");
        writer.Flush();
        Assert.Equal(["a", "b"], Keys());
    }

    [Fact]
    public void An_item_that_only_the_storage_refuses_is_told_and_the_others_are_written()
    {
        KvBatchWriter writer = Create(new Fussy(_memory));
        foreach (string key in (string[])["a", "bad", "c"])
        {
            writer.Set(key, "v");
        }

        writer.Flush();
        Assert.Equal(["a", "c"], Keys());
        Assert.Equal("bad", Assert.Single(_refused).Target);
    }

    [Fact]
    public void A_batch_that_the_storage_turns_out_not_to_take_at_once_is_written_in_parts()
    {
        KvBatchWriter writer = Create(new Narrow(_memory));
        for (int i = 0; i < 10; i++)
        {
            writer.Set($"k{i}", "v");
        }

        writer.Delete("gone");
        writer.Flush();
        Assert.Equal(10, Keys().Count());
        Assert.Equal(10, _written.Count);
        Assert.Empty(_refused);
        Assert.All(_commits, count => Assert.InRange(count, 1, 3));
    }

    [Fact]
    public void With_conditions_only_absent_items_are_written_and_the_others_are_told_once_each()
    {
        _memory.Commit("s", new KvBatch().Set("b", "old").Set("d", "old"), default);
        KvBatchWriter writer = Create(_memory);
        foreach (string key in (string[])["a", "b", "c", "d", "a"])
        {
            writer.Set(key, "new", version: 0);
        }

        writer.Flush();
        Assert.Equal(["b", "d", "a"], _refused.Select(error => ((KvItem)error.Target!).FullKey));
        Assert.All(_refused, error => Assert.Equal(KvError.ConditionFailed, error.Error));
        Assert.Equal(["a", "c"], _written.Select(item => item.FullKey));
        Assert.Equal("old", _memory.Get("s", "b", default)!.Value);
    }

    [Fact]
    public void A_condition_on_a_version_stands_or_falls_by_itself()
    {
        _memory.Commit("s", new KvBatch().Set("a", "1").Set("b", "1").Set("c", "1").Set("d", "1"), default);
        _memory.Commit("s", new KvBatch().Set("b", "2").Set("d", "2"), default);
        KvBatchWriter writer = Create(_memory);
        writer.Set("a", "new", version: 1);
        writer.Set("b", "new", version: 1);
        writer.Delete("c", version: 1);
        writer.Delete("d", version: 1);
        writer.Delete("missing", version: 1);
        writer.Set("free", "new");
        writer.Flush();
        Assert.Equal(["b", "d", "missing"], _refused.Select(error => error.Target is KvItem item ? item.FullKey : error.Target));
        Assert.Equal(["a = new", "b = 2", "d = 2", "free = new"], _memory.Scan("s", KvRange.All, default).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal([3], _commits);
    }

    [Fact]
    public void A_second_change_of_a_key_meets_the_first_when_either_has_a_condition()
    {
        _memory.Commit("s", new KvBatch().Set("a", "1").Set("b", "1"), default);
        KvBatchWriter writer = Create(_memory);
        writer.Set("a", "2", version: 1);
        writer.Set("a", "3", version: 2);
        writer.Set("b", "2");
        writer.Delete("b", version: 1);
        writer.Delete("b", version: 2);
        writer.Set("b", "3", version: 0);
        writer.Set("b", "4");
        writer.Flush();
        Assert.Equal("2", Assert.IsType<KvItem>(Assert.Single(_refused).Target).Value);
        Assert.Equal(["a = 3", "b = 4"], _memory.Scan("s", KvRange.All, default).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal(2, _memory.Get("s", "b", default)!.Version);
    }

    [Fact]
    public void Conditions_go_with_their_changes_when_a_batch_is_written_in_parts()
    {
        KvBatchWriter writer = Create(new Narrow(_memory));
        _memory.Commit("s", new KvBatch().Set("k3", "old").Set("k8", "old"), default);
        for (int i = 0; i < 10; i++)
        {
            writer.Set($"k{i}", "new", version: 0);
        }

        writer.Delete("k8x", version: 1);
        writer.Flush();
        Assert.Equal(["k3", "k8", "k8x"], _refused.Select(error => error.Target is KvItem item ? item.FullKey : (string)error.Target!).Order(StringComparer.Ordinal));
        Assert.Equal(8, _written.Count);
    }

    [Fact]
    public void A_storage_that_reports_no_versions_still_tells_what_was_written()
    {
        KvBatchWriter writer = Create(new Bare(_memory));
        writer.Set("a", "1");
        writer.Set("a", "2");
        writer.Flush();
        KvItem item = Assert.Single(_written);
        Assert.Equal(("a", "2", null), (item.FullKey, item.Value, item.Version));
    }

    [Fact]
    public void Deletes_and_sets_take_effect_in_their_order()
    {
        KvBatchWriter writer = Create(_memory);
        writer.Set("a", "1");
        writer.Delete("a");
        writer.Delete("b");
        writer.Set("b", "2");
        writer.Flush();
        Assert.Equal(["b"], Keys());
    }

    [Fact]
    public void Aside_a_batch_is_committed_while_the_next_is_collected()
    {
        using var gated = new Gated(_memory);
        using KvBatchWriter writer = Create(gated, isAside: true);
        SetMany(writer, "a", 1500);
        Assert.Empty(_commits);
        gated.Open();
        SetMany(writer, "b", 500);
        writer.Flush();
        Assert.Equal([1000, 1000], _commits);
        Assert.Equal(2000, _written.Count);
        Assert.Equal(2000, Keys().Count());
    }

    [Fact]
    public void Aside_the_batches_keep_their_order_and_a_condition_meets_what_came_before_it()
    {
        using KvBatchWriter writer = Create(_memory, isAside: true);
        writer.Set("again", "1");
        SetMany(writer, "a", 999);
        writer.Set("again", "2", version: 1);
        writer.Set("again", "lost", version: 1);
        SetMany(writer, "b", 2000);
        writer.Set("again", "3");
        writer.Flush();
        Assert.Equal("3", _memory.Get("s", "again", default)!.Value);
        Assert.Equal(3, _memory.Get("s", "again", default)!.Version);
        Assert.Equal("2", Assert.IsType<KvItem>(Assert.Single(_refused).Target).Value);
    }

    [Fact]
    public void What_fails_aside_is_told_by_a_later_call_and_the_others_are_written()
    {
        using KvBatchWriter writer = Create(new Fussy(_memory), isAside: true);
        writer.Set("bad", "v");
        SetMany(writer, "a", 1500);
        writer.Flush();
        Assert.Equal("bad", Assert.Single(_refused).Target);
        Assert.Equal(1500, Keys().Count());
    }

    [Fact]
    public void A_storage_that_fails_aside_ends_the_next_call_and_no_further_batch_is_written()
    {
        using KvBatchWriter writer = Create(new Gone(_memory), isAside: true);
        SetMany(writer, "a", 1000);
        Assert.Equal(KvError.StorageUnavailable, Assert.Throws<KvException>(() => SetMany(writer, "b", 1000)).Error);
        Assert.True(writer.HasFailed);
        Assert.Empty(Keys());
    }

    [Fact]
    public void An_item_is_told_with_the_state_of_its_own_set()
    {
        var told = new List<string>();
        using var writer = new KvBatchWriter(new Gated(_memory, isOpen: true), "s", default) { CommitsAside = true, Written = (item, state) => told.Add($"{item.Value} {state}") };
        writer.Set("again", "1", state: "first");
        writer.Set("again", "2", state: "second");
        SetMany(writer, "a", 999);
        writer.Set("again", "3", state: "third");
        writer.Set("stateless", "4");
        writer.Flush();
        Assert.Equal(["2 second", "3 third", "4 "], told.Where(text => !text.StartsWith('v')));
    }

    [Fact]
    public void A_refused_item_that_nobody_hears_of_is_thrown()
    {
        using var writer = new KvBatchWriter(new Fussy(_memory), "s", default);
        writer.Set("bad", "v");
        writer.Set("good", "v");
        Assert.Equal("bad", Assert.Throws<KvException>(writer.Flush).Target);
    }

    [Fact]
    public void Disposing_cancels_what_takes_too_long()
    {
        using var gated = new Gated(_memory);
        KvBatchWriter writer = Create(gated, isAside: true);
        SetMany(writer, "a", 1000);
        writer.Dispose();
        Assert.Empty(Keys());
    }

    [Fact]
    public void Disposing_waits_for_what_is_committed_aside_and_writes_nothing_else()
    {
        using var gated = new Gated(_memory);
        KvBatchWriter writer = Create(gated, isAside: true);
        SetMany(writer, "a", 1500);
        var disposing = Task.Run(writer.Dispose);
        gated.Open();
        disposing.GetAwaiter().GetResult();
        Assert.Equal(1000, Keys().Count());
    }

    [Fact]
    public void Within_a_transaction_nothing_is_committed_aside()
    {
        KvTransaction.Run(() =>
        {
            using KvBatchWriter writer = Create(_memory, isAside: true);
            SetMany(writer, "a", 1500);
            Assert.Equal([1000], _commits);
            writer.Flush();
        });
        Assert.Equal(1500, Keys().Count());
    }

    private static void SetMany(KvBatchWriter writer, string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            writer.Set($"{prefix}{i}", "v");
        }
    }

    private KvBatchWriter Create(KvStorage storage, bool isAside = false) => new(storage, "s", default)
    {
        CommitsAside = isAside,
        Committed = _commits.Add,
        Written = (item, _) => _written.Add(item),
        Refused = _refused.Add,
    };

    private IEnumerable<string> Keys() => _memory.Scan("s", KvRange.All, default).Select(item => item.FullKey);

    // As a server does whose limits were set lower than the storage knows.
    private sealed class Narrow(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
            batch.Count > 3 ? throw new KvException(KvError.BatchTooLarge, "Too large.") : base.Commit(store, batch, cancellation);
    }

    private sealed class Small(KvStorage inner) : DelegatingStorage(inner)
    {
        public override int MaximumBatchCount => 3;

        public override long MaximumBatchSize => 100;
    }

    private sealed class Fussy(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
            batch.Sets.Any(set => set.FullKey == "bad")
                ? throw new KvException(KvError.InvalidKey, "No.", "bad")
                : base.Commit(store, batch, cancellation);
    }

    // Commits nothing before it is opened.
    private sealed class Gated(KvStorage inner, bool isOpen = false) : DelegatingStorage(inner)
    {
        private readonly ManualResetEventSlim _gate = new(isOpen);

        public void Open() => _gate.Set();

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
        {
            _gate.Wait(cancellation);
            return base.Commit(store, batch, cancellation);
        }

        protected override void Dispose(bool disposing)
        {
            _gate.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Gone(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
            throw new KvException(KvError.StorageUnavailable, "Gone.");
    }

    private sealed class Bare(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCapabilities Capabilities => KvCapabilities.None;

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
        {
            base.Commit(store, batch, cancellation);
            return KvCommit.Done;
        }
    }
}
