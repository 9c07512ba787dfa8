// A copy is complete, leaves the rest of the target alone, can be repeated and resumed, and refuses before it writes.
namespace KvStore.Core.Tests;

public sealed class KvCopyTests : IDisposable
{
    private readonly MemoryStorage _from = new();
    private readonly MemoryStorage _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public void A_copy_holds_the_same_items_and_leaves_what_is_the_targets_own()
    {
        Fill(_from, 3000);
        _to.Commit("myKV", new KvBatch().Set("a0", "own").Set("k0001", "other").Set("z", "own"), default);
        KvCopyResult result = Copy();
        Assert.Equal(("myKV", 3000L, 3000L), (result.Store, result.Items, result.Written));
        Assert.Equal(3002, _to.GetStore("myKV", default)!.ItemCount);
        Assert.Equal("value 1", _to.Get("myKV", "k0001", default)!.Value);
        Assert.Equal("own", _to.Get("myKV", "z", default)!.Value);
    }

    [Fact]
    public void A_second_copy_writes_nothing()
    {
        Fill(_from, 10);
        string digest = Copy().Digest;
        long revision = _to.GetStore("myKV", default)!.Revision!.Value;
        KvCopyResult again = Copy();
        Assert.Equal((10L, 0L, digest), (again.Items, again.Written, again.Digest));
        Assert.Equal(revision, _to.GetStore("myKV", default)!.Revision);
    }

    [Fact]
    public void A_copy_that_broke_off_goes_on_where_it_was()
    {
        Fill(_from, 5000);
        using var stopping = new CancellationTokenSource();
        var copy = new KvCopy(_from, _to, stopping.Token)
        {
            Compared = count =>
            {
                if (count == 3500)
                {
                    stopping.Cancel();
                }
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => copy.CopyStore("myKV"));

        // The third thousand was being committed on another thread, or had been.
        long copied = _to.GetStore("myKV", default)!.ItemCount!.Value;
        Assert.Contains(copied, (long[])[2000, 3000]);
        KvCopyResult result = Copy();
        Assert.Equal(5000, result.Items);
        Assert.Equal(5000 - copied, result.Written);
        Assert.Equal(5000, _to.GetStore("myKV", default)!.ItemCount);
    }

    [Fact]
    public void How_long_a_store_keeps_its_history_is_copied_unless_the_target_has_been_told_otherwise()
    {
        Fill(_from, 10);
        _from.SetHistoryPeriod("myKV", TimeSpan.FromHours(1), default);
        Copy();
        Assert.Equal(TimeSpan.FromHours(1), _to.GetStore("myKV", default)!.HistoryPeriod);
        _to.SetHistoryPeriod("myKV", TimeSpan.FromHours(2), default);
        Copy();
        Assert.Equal(TimeSpan.FromHours(2), _to.GetStore("myKV", default)!.HistoryPeriod);
    }

    [Fact]
    public void Smaller_limits_are_told_for_each_item_before_anything_is_written()
    {
        _from.CreateStore("myKV", new KvLimits(1000, 10_000), default);
        _from.Commit("myKV", new KvBatch().Set("a", "fits").Set("b", new string('v', 5000)).Set(new string('k', 600), ""), default);
        _to.CreateStore("myKV", KvLimits.Default, default);
        var copy = new KvCopy(_from, _to, default);
        Assert.Equal([KvError.ValueTooLong, KvError.KeyTooLong], copy.FindObstacles("myKV").Select(e => e.Error));
        KvException e = Assert.Throws<KvException>(() => copy.CopyStore("myKV"));
        Assert.Contains("'b' is 5000 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, _to.GetStore("myKV", default)!.ItemCount);
    }

    [Fact]
    public void Limits_kept_namespaces_and_expiry_come_along()
    {
        DateTimeOffset tomorrow = DateTimeOffset.UtcNow.AddDays(1);
        _from.CreateStore("myKV", new KvLimits(1000, 10_000), default);
        _from.Commit("myKV", new KvBatch().Set("b", new string('v', 5000), tomorrow).AddNamespace("stays"), default);
        Assert.Empty(Copy().LeftOut);
        Assert.Equal(new KvLimits(1000, 10_000), _to.GetStore("myKV", default)!.Limits);
        Assert.Equal(["stays"], _to.GetKeptNamespaces("myKV", "", default));
        Assert.Equal(KvTime.FromDateTime(tomorrow), _to.Get("myKV", "b", default)!.ExpiresTime);
    }

    [Fact]
    public void What_the_target_cannot_keep_is_told()
    {
        _from.CreateStore("myKV", KvLimits.Default, default);
        _from.Commit("myKV", new KvBatch().Set("a", "1").AddNamespace("stays"), default);
        KvCopyResult result = new KvCopy(_from, new PlainStorage(_to), default).CopyStore("myKV");
        Assert.Equal(2, result.LeftOut.Count);
        _from.Commit("myKV", new KvBatch().Set("b", "1", DateTimeOffset.UtcNow.AddDays(1)), default);
        Assert.Equal(KvError.NotSupported, Assert.Throws<KvException>(() => new KvCopy(_from, new PlainStorage(_to), default).CopyStore("myKV")).Error);
        Assert.Null(_to.Get("myKV", "b", default));
    }

    [Fact]
    public void A_target_that_loses_an_item_is_found_out()
    {
        Fill(_from, 10);
        KvException e = Assert.Throws<KvException>(() => new KvCopy(_from, new ForgettingStorage(_to), default).CopyStore("myKV"));
        Assert.Equal(KvError.CopyDiffers, e.Error);
        Assert.Contains("10 items", e.Message, StringComparison.Ordinal);
        Assert.Contains("9 of them", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_store_is_an_error() =>
        Assert.Equal(KvError.StoreNotFound, Assert.Throws<KvException>(() => new KvCopy(_from, _to, default).CopyStore("none")).Error);

    private static void Fill(KvStorage storage, int items)
    {
        var batch = new KvBatch();
        for (int i = 0; i < items; i++)
        {
            batch.Set($"k{i:d4}", $"value {i}");
        }

        storage.Commit("myKV", batch, default);
    }

    private KvCopyResult Copy() => new KvCopy(_from, _to, default).CopyStore("MYKV");

    /// <summary>Has the four required members and small batches, nothing more.</summary>
    private sealed class PlainStorage(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCapabilities Capabilities => KvCapabilities.None;

        public override int MaximumBatchCount => 7;
    }

    private sealed class ForgettingStorage(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => base.Commit(store, batch.Delete("k0005"), cancellation);
    }
}
