// A move is never a loss, whatever others write meanwhile and wherever the two ends really are.
namespace KvStore.Core.Tests;

public sealed class KvTransferTests : IDisposable
{
    private readonly MemoryStorage _from = new();
    private readonly MemoryStorage _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public void A_move_within_a_store_is_one_commit()
    {
        _from.Commit("s", new KvBatch().Set("a", "0").Set("a/x", "1").Set("a/y/z", "2").Set("ab", "3").AddNamespace("a/empty"), default);
        long revision = _from.GetStore("s", default)!.Revision!.Value;
        Assert.Equal(3, Transfer().Move(new KvEnd(_from, "s", "a"), new KvEnd(_from, "S", "b/c")));
        Assert.Equal(revision + 1, _from.GetStore("s", default)!.Revision);
        Assert.Equal(["ab=3", "b/c=0", "b/c/x=1", "b/c/y/z=2"], Dump(_from, "s"));
        Assert.Equal(["b/c/empty"], _from.GetKeptNamespaces("s", KvPath.Root, default));
    }

    [Fact]
    public void What_is_added_or_changed_during_a_move_between_storages_is_moved_too()
    {
        _from.Commit("s", new KvBatch().Set("a/x", "1").Set("a/y", "2"), default);
        bool isChanged = false;
        using var to = new InterruptedStorage(_to, () =>
        {
            if (!isChanged)
            {
                isChanged = true;
                _from.Commit("s", new KvBatch().Set("a/x", "changed").Set("a/new", "3"), default);
            }
        });
        Transfer().Move(new KvEnd(_from, "s", "a"), new KvEnd(to, "t", "b"));
        Assert.True(isChanged);
        Assert.Equal(["b/new=3", "b/x=changed", "b/y=2"], Dump(_to, "t"));
        Assert.Empty(Dump(_from, "s"));
    }

    [Fact]
    public void What_is_changed_during_a_move_within_a_store_is_moved_as_changed()
    {
        bool isChanged = false;
        _from.Commit("s", new KvBatch().Set("a/x", "1").Set("a/y", "2"), default);
        using var storage = new InterruptedStorage(_from, () =>
        {
            if (!isChanged)
            {
                isChanged = true;
                _from.Commit("s", new KvBatch().Set("a/x", "changed").Set("a/new", "3"), default);
            }
        });
        Transfer().Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b"));
        Assert.Equal(["b/new=3", "b/x=changed", "b/y=2"], Dump(_from, "s"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_removed_and_made_again_during_a_move_is_moved_as_made_again(bool isWithinOneStore)
    {
        bool isChanged = false;
        _from.Commit("s", new KvBatch().Set("a/x", "1"), default);
        void MakeAgain()
        {
            // Only what the move deletes is in question: the first commit of a move between two storages is that of the copy.
            if (!isChanged && (isWithinOneStore || _to.Get("t", "b/x", default) is not null))
            {
                isChanged = true;
                _from.Commit("s", new KvBatch().Delete("a/x"), default);
                _from.Commit("s", new KvBatch().Set("a/x", "again"), default);
            }
        }

        using var from = new InterruptedStorage(_from, MakeAgain);
        Transfer().Move(new KvEnd(from, "s", "a"), isWithinOneStore ? new KvEnd(from, "s", "b") : new KvEnd(_to, "t", "b"));
        Assert.True(isChanged);
        Assert.Equal(["b/x=again"], isWithinOneStore ? Dump(_from, "s") : Dump(_to, "t"));
    }

    [Fact]
    public void A_source_that_is_never_at_rest_keeps_what_was_not_deleted_and_says_so()
    {
        int count = 0;
        _from.Commit("s", new KvBatch().Set("a/x", "0"), default);
        using var from = new InterruptedStorage(_from, () => _from.Commit("s", new KvBatch().Set("a/x", $"{++count}"), default));
        var error = Assert.Throws<KvException>(() => Transfer().Move(new KvEnd(from, "s", "a"), new KvEnd(_to, "t", "b")));
        Assert.Equal(KvError.CopyDiffers, error.Error);
        Assert.Equal([$"a/x={count}"], Dump(_from, "s"));
    }

    [Fact]
    public void A_move_that_breaks_off_has_deleted_nothing()
    {
        _from.Commit("s", Enumerable.Range(0, 3000).Aggregate(new KvBatch(), (batch, i) => batch.Set($"a/{i:D4}", "x")), default);
        using var stopping = new CancellationTokenSource();
        using var to = new InterruptedStorage(_to, stopping.Cancel);
        Assert.Throws<OperationCanceledException>(() => new KvTransfer(stopping.Token).Move(new KvEnd(_from, "s", "a"), new KvEnd(to, "t", "a")));
        Assert.Equal(3000, Dump(_from, "s").Length);
        new KvTransfer(default).Move(new KvEnd(_from, "s", "a"), new KvEnd(_to, "t", "a"));
        Assert.Equal(3000, Dump(_to, "t").Length);
        Assert.Empty(Dump(_from, "s"));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("", "")]
    [InlineData("", "a")]
    public void Two_storages_that_are_one_place_are_found_out_before_anything_is_lost(string source, string target)
    {
        // Two objects over one database, as two connections to a server are: nothing about them is equal.
        _from.Commit("s", new KvBatch().Set("a/x", "1").Set("b", "2"), default);
        using var again = new AnotherNameStorage(_from);
        using var first = new AnotherNameStorage(_from);
        var error = Assert.Throws<KvException>(() => Transfer().Move(new KvEnd(first, "s", source), new KvEnd(again, "S", target)));
        Assert.Equal(KvError.InvalidPath, error.Error);
        Assert.Equal(["a/x=1", "b=2"], Dump(_from, "s"));
    }

    [Fact]
    public void Looking_for_one_place_by_two_names_leaves_no_trace()
    {
        _from.Commit("s", new KvBatch().Set("a/x", "1"), default);
        Transfer().Move(new KvEnd(_from, "s", "a"), new KvEnd(_to, "s", "a"));
        Assert.Equal(["a/x=1"], Dump(_to, "s"));
        Assert.Null(_from.GetStore("s", default));
    }

    [Fact]
    public void A_namespace_becomes_a_store_and_a_store_a_namespace()
    {
        _from.Commit("s", new KvBatch().Set("a/x", "1").Set("a/y/z", "2"), default);
        Transfer().Copy(new KvEnd(_from, "s", "a"), new KvEnd(_to, "a", ""), recurse: true);
        Assert.Equal(["x=1", "y/z=2"], Dump(_to, "a"));
        Transfer().Move(new KvEnd(_to, "a", ""), new KvEnd(_to, "t", "deep/er"));
        Assert.Equal(["deep/er/x=1", "deep/er/y/z=2"], Dump(_to, "t"));
        Assert.Null(_to.GetStore("a", default));
    }

    [Fact]
    public void A_copy_reports_its_progress_with_each_commit()
    {
        _from.Commit("s", Enumerable.Range(0, 2500).Aggregate(new KvBatch(), (batch, i) => batch.Set($"a/{i:D4}", "x")), default);
        var told = new List<long>();
        var transfer = new KvTransfer(default) { Progress = told.Add };
        Assert.Equal(2500, transfer.Copy(new KvEnd(_from, "s", "a"), new KvEnd(_to, "s", "b"), recurse: true));
        Assert.Equal([1000, 2000, 2500], told);
    }

    [Fact]
    public void The_number_of_items_copied_or_moved_is_given_when_nobody_listens_too()
    {
        _from.Commit("s", new KvBatch().Set("a/x", "1").Set("a/y", "2"), default);
        Assert.Equal(2, Transfer().Copy(new KvEnd(_from, "s", "a"), new KvEnd(_to, "s", "b"), recurse: true));
        Assert.Equal(2, Transfer().Move(new KvEnd(_from, "s", "a"), new KvEnd(_to, "s", "c")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_move_that_is_too_large_for_one_batch_is_made_in_several(bool isSaid)
    {
        _from.Commit("s", Enumerable.Range(0, 100).Aggregate(new KvBatch(), (batch, i) => batch.Set($"a/{i:D3}", new string('x', 50))).AddNamespace("a/empty"), default);
        using var storage = new NarrowStorage(_from, 1000) { IsSaid = isSaid };
        Assert.Equal(100, Transfer().Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b")));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"b/{i:D3}={new string('x', 50)}"), Dump(_from, "s"));
        Assert.Equal(["b/empty"], _from.GetKeptNamespaces("s", KvPath.Root, default));
    }

    [Fact]
    public void The_deletes_of_a_move_between_storages_fit_into_its_batches()
    {
        _from.Commit("s", Enumerable.Range(0, 100).Aggregate(new KvBatch(), (batch, i) => batch.Set($"a/{i:D20}", "x")), default);
        using var from = new NarrowStorage(_from, 1000);
        Transfer().Move(new KvEnd(from, "s", "a"), new KvEnd(_to, "t", "b"));
        Assert.Equal(100, Dump(_to, "t").Length);
        Assert.Empty(Dump(_from, "s"));
    }

    [Fact]
    public void One_item_that_is_larger_than_a_batch_is_sure_to_take_is_renamed_in_one_commit()
    {
        _from.Commit("s", new KvBatch().Set("a", new string('x', 2000)), default);
        using var storage = new NarrowStorage(_from, 1000) { Refuses = false };
        Transfer().Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b"));
        Assert.Equal(2, _from.GetRevision("s", default));
    }

    [Fact]
    public void What_is_written_beneath_a_kept_namespace_during_a_move_within_a_store_is_moved_too()
    {
        _from.Commit("s", new KvBatch().AddNamespace("a").Set("a/x", "1"), default);
        using var storage = Once(_from, () => true, () => _from.Commit("s", new KvBatch().Set("a/new", "2").AddNamespace("a/made"), default));
        Transfer().Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b"));
        Assert.Equal(["b/new=2", "b/x=1"], Dump(_from, "s"));
        Assert.Equal(["b", "b/made"], _from.GetKeptNamespaces("s", KvPath.Root, default));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("")]
    public void What_is_written_to_an_emptied_source_before_it_goes_is_moved_too(string path)
    {
        _from.CreateStore("s", KvLimits.Default, default);
        _from.Commit("s", new KvBatch().AddNamespace("a").Set("a/x", "1"), default);
        using var from = Once(_from, () => Dump(_from, "s").Length == 0, () => _from.Commit("s", new KvBatch().Set("a/new", "2").AddNamespace("a/made"), default));
        Transfer().Move(new KvEnd(from, "s", path), new KvEnd(_to, "t", path));
        Assert.Equal(["a/new=2", "a/x=1"], Dump(_to, "t"));
        Assert.Equal(["a", "a/made"], _to.GetKeptNamespaces("t", KvPath.Root, default));
        Assert.Empty(Dump(_from, "s"));
        Assert.Empty(_from.GetKeptNamespaces("s", KvPath.Root, default));
        Assert.Equal(path.Length > 0, _from.GetStore("s", default) is not null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_kept_namespace_stays_and_is_told_where_the_storage_could_not_tell_what_is_written_meanwhile(bool isWithinOneStore)
    {
        _from.Commit("s", new KvBatch().AddNamespace("a").Set("a/x", "1"), default);
        using var from = new NarrowStorage(_from, 1000) { Lacks = KvCapabilities.Transactions };
        var told = new List<string>();
        new KvTransfer(default) { LeftOut = told.Add }.Move(new KvEnd(from, "s", "a"), isWithinOneStore ? new KvEnd(from, "s", "b") : new KvEnd(_to, "s", "b"));
        Assert.Contains("'/a' of store 's' was moved and is empty, but stays", Assert.Single(told), StringComparison.Ordinal);
        Assert.Contains("a", _from.GetKeptNamespaces("s", KvPath.Root, default));
        Assert.Contains("b/x=1", Dump(isWithinOneStore ? _from : _to, "s"));
    }

    [Fact]
    public void A_kept_namespace_of_a_store_that_is_never_at_rest_stays_and_is_told()
    {
        int count = 0;
        _from.Commit("s", new KvBatch().AddNamespace("a").Set("a/x", "1"), default);
        using var storage = new InterruptedStorage(_from, () => _from.Commit("s", new KvBatch().Set("other", $"{++count}"), default));
        var told = new List<string>();
        new KvTransfer(default) { LeftOut = told.Add }.Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b"));
        Assert.Contains("again and again", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(["b/x=1", $"other={count}"], Dump(_from, "s"));
    }

    [Fact]
    public void A_move_within_a_store_whose_source_is_never_at_rest_ends_and_says_so()
    {
        int count = 0;
        _from.Commit("s", new KvBatch().Set("a/x", "0"), default);
        using var storage = new InterruptedStorage(_from, () => _from.Commit("s", new KvBatch().Set("a/x", $"{++count}"), default));
        Assert.Equal(KvError.CopyDiffers, Assert.Throws<KvException>(() => Transfer().Move(new KvEnd(storage, "s", "a"), new KvEnd(storage, "s", "b"))).Error);
        Assert.Contains($"a/x={count}", Dump(_from, "s"));
    }

    private static InterruptedStorage Once(KvStorage inner, Func<bool> isTime, Action interrupt)
    {
        bool isOver = false;
        return new InterruptedStorage(inner, () =>
        {
            if (!isOver && isTime())
            {
                isOver = true;
                interrupt();
            }
        });
    }

    private static KvTransfer Transfer() => new(default);

    private static string[] Dump(KvStorage storage, string store) => [.. storage.Scan(store, KvRange.All, default).Select(item => $"{item.FullKey}={item.Value}")];

    // Takes batches up to a size (UTF-8), as a server does that a request must fit into, and says so, or does not know.
    private sealed class NarrowStorage(KvStorage inner, long maximumSize) : DelegatingStorage(inner)
    {
        public bool IsSaid { get; init; } = true;

        public bool Refuses { get; init; } = true;

        public KvCapabilities Lacks { get; init; }

        public override KvCapabilities Capabilities => base.Capabilities & ~Lacks;

        public override long MaximumBatchSize => IsSaid ? maximumSize : long.MaxValue;

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
        {
            long size = batch.Deletes.Sum(KvPath.GetSize) + batch.Sets.Sum(set => KvPath.GetSize(set.FullKey) + KvPath.GetSize(set.Value));
            return size <= maximumSize || !Refuses ? base.Commit(store, batch, cancellation) : throw new KvException(KvError.BatchTooLarge, $"{size} bytes are too many.");
        }

        protected override void Dispose(bool disposing)
        {
            // What it wraps is the test's.
        }
    }

    // A storage of its own to all appearances: it delegates without being a DelegatingStorage.
    private sealed class AnotherNameStorage(KvStorage inner) : KvStorage
    {
        public override KvCapabilities Capabilities => inner.Capabilities;

        public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) => inner.GetStores(cancellation);

        public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => inner.Get(store, fullKey, cancellation);

        public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => inner.Scan(store, range, cancellation);

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => inner.Commit(store, batch, cancellation);
    }
}
