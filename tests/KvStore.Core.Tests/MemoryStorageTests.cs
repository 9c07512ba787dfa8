// A process may set the same items for a year: what they were is not to be kept.
using System.Runtime.CompilerServices;

namespace KvStore.Core.Tests;

public sealed class MemoryStorageTests
{
    [Fact]
    public void An_item_that_is_set_anew_again_and_again_leaves_nothing_of_its_earlier_expiries()
    {
        using var storage = new MemoryStorage();
        SetAnew(storage);
        WeakReference replaced = SetAnew(storage);
        SetAnew(storage);
        GC.Collect();
        Assert.False(replaced.IsAlive);
    }

    [Fact]
    public void An_item_that_is_deleted_leaves_nothing_of_its_expiry()
    {
        using var storage = new MemoryStorage();
        WeakReference deleted = SetAnew(storage);
        storage.Commit("s", new KvBatch().Delete("n/heartbeat"), default);
        WeakReference cleared = SetAnew(storage);
        storage.Commit("s", new KvBatch().DeleteNamespace("n"), default);
        GC.Collect();
        Assert.False(deleted.IsAlive);
        Assert.False(cleared.IsAlive);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_item_lives_as_long_as_it_was_told_last(bool isDeletedBefore)
    {
        using var storage = new MemoryStorage();
        storage.Commit("s", new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddMilliseconds(20)).Set("b", "1", DateTimeOffset.UtcNow.AddDays(1)), default);
        var batch = new KvBatch();
        _ = isDeletedBefore ? batch.DeleteNamespace("") : batch;
        storage.Commit("s", batch.Set("a", "2", DateTimeOffset.UtcNow.AddDays(1)).Set("b", "2", DateTimeOffset.UtcNow.AddMilliseconds(20)), default);
        Thread.Sleep(30);
        storage.Commit("s", new KvBatch().Set("c", "1"), default);
        Assert.Equal(["a", "c"], storage.Scan("s", KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(2, storage.GetStore("s", default)!.ItemCount);
    }

    // Each time by a key of its own, equal to the others, so that it can be seen what holds on to it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference SetAnew(MemoryStorage storage)
    {
        string fullKey = string.Concat("n/", "heartbeat".AsSpan());
        storage.Commit("s", new KvBatch().Set(fullKey, "1", DateTimeOffset.UtcNow.AddDays(365)), default);
        return new WeakReference(fullKey);
    }
}
