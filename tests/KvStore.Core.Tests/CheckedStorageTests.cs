// What stands before every plugin: nothing that is asked for may be dropped on the way, or be found out half way.
namespace KvStore.Core.Tests;

public sealed class CheckedStorageTests : IDisposable
{
    private readonly MemoryStorage _memory = new();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Where_a_namespace_delete_is_spelled_out_nothing_else_of_the_batch_is_lost()
    {
        KvStorage storage = CheckedStorage.Wrap(new Simple(_memory, KvCapabilities.EmptyNamespaces | KvCapabilities.Conditions));
        storage.Commit("s", new KvBatch().Set("foo/a", "1").Set("b", "1"), default);
        storage.Commit("s", new KvBatch().DeleteNamespace("foo").Delete("b").AddNamespace("foo").Set("c", "1").RequireAbsent("d"), default);
        Assert.Equal(["c"], storage.Scan("s", KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(["foo"], _memory.GetKeptNamespaces("s", "", default));
    }

    [Fact]
    public void A_namespace_delete_that_comes_to_more_than_the_storage_commits_at_once_is_an_error_and_changes_nothing()
    {
        KvStorage storage = CheckedStorage.Wrap(new Simple(_memory, KvCapabilities.None, maximumBatchCount: 3));
        foreach (string key in (string[])["foo/a", "foo/b", "foo/c", "foo/d"])
        {
            storage.Commit("s", new KvBatch().Set(key, "1"), default);
        }

        KvException e = Assert.Throws<KvException>(() => storage.Commit("s", new KvBatch().DeleteNamespace("foo"), default));
        Assert.Equal(KvError.BatchTooLarge, e.Error);
        Assert.Contains("4 changes", e.Message, StringComparison.Ordinal);
        Assert.Equal(4, storage.Scan("s", KvRange.All, default).Count());
    }

    [Fact]
    public void A_load_that_needs_limits_which_the_storage_cannot_give_a_store_changes_nothing()
    {
        KvStorage storage = CheckedStorage.Wrap(new Simple(_memory, KvCapabilities.None));
        KvEntry[] entries =
        [
            new KvStoreEntry("first"),
            new KvItemEntry(new KvSet("a", "1")),
            new KvStoreEntry("second", new KvLimits(510, 8192)),
            new KvItemEntry(new KvSet("a", new string('v', 5000))),
        ];
        Assert.Equal(KvError.ValueTooLong, Assert.Throws<KvException>(() => storage.Load(entries, KvLoadMode.Merge, default)).Error);
        Assert.Empty(storage.GetStores(default));
    }

    [Fact]
    public void Limits_of_its_own_for_a_store_need_the_capability()
    {
        KvStorage storage = CheckedStorage.Wrap(new Simple(_memory, KvCapabilities.EmptyStores));
        KvException e = Assert.Throws<KvException>(() => storage.CreateStore("s", new KvLimits(510, 8192), default));
        Assert.Equal(KvError.NotSupported, e.Error);
        Assert.Contains("StoreLimits", e.Message, StringComparison.Ordinal);
        storage.CreateStore("s", KvLimits.Default, default);
        Assert.NotNull(storage.GetStore("s", default));
    }

    /// <summary>The four required members and what the capabilities name, on a storage in memory.</summary>
    private sealed class Simple(MemoryStorage memory, KvCapabilities capabilities, int maximumBatchCount = int.MaxValue) : KvStorage
    {
        public override KvCapabilities Capabilities => capabilities;

        public override int MaximumBatchCount => maximumBatchCount;

        public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) => memory.GetStores(cancellation);

        public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => memory.Get(store, fullKey, cancellation);

        public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => memory.Scan(store, range, cancellation);

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => memory.Commit(store, batch, cancellation);

        public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
            memory.GetKeptNamespaces(store, namespacePath, cancellation);

        public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) => memory.CreateStore(store, limits, cancellation);
    }
}
