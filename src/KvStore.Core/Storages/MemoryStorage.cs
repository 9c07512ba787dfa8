// The storage of tests and of what need not outlive the process; also the model that the others are compared with.
using System.Collections.Concurrent;

namespace KvStore;

/// <summary>Stores in the memory of this process, gone with the storage object. Safe for all threads.</summary>
[StoragePlugin("memory")]
public sealed class MemoryStorage : KvStorage
{
    private readonly ConcurrentDictionary<string, MemoryStore> _stores = new(StringComparer.OrdinalIgnoreCase);
    private readonly object _writing = new();

    /// <inheritdoc/>
    public override string Description => "memory";

    /// <inheritdoc/>
    public override KvCapabilities Capabilities =>
        KvCapabilities.Conditions | KvCapabilities.Versions | KvCapabilities.Expiry | KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores
        | KvCapabilities.StoreLimits | KvCapabilities.Snapshots | KvCapabilities.Loading | KvCapabilities.NamespaceDeletes
        | KvCapabilities.Transactions;

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) =>
        _stores.Values.Select(store => store.Describe()).OfType<KvStoreInfo>().OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase).ToArray();

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) => Find(store)?.Describe();

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation) => Find(store)?.Revision ?? 0;

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => Find(store)?.Get(fullKey);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => Find(store)?.Scan(range, cancellation) ?? [];

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        Find(store)?.GetChildren(namespacePath, cancellation) ?? [];

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        Find(store)?.GetKeptNamespaces(namespacePath) ?? [];

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_writing)
        {
            MemoryStore target = FindOrMake(new KvStoreEntry(store));
            if (target.CheckConditions(batch) is { } failed)
            {
                return failed;
            }

            target.CheckLimits(batch);
            KvCommit commit = target.Apply(batch);
            _stores[store] = target;
            return commit;
        }
    }

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation)
    {
        lock (_writing)
        {
            if (Find(store)?.Describe() is { } info)
            {
                throw new KvException(KvError.StoreExists, $"Store '{info.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", info.Name);
            }

            // A store that vanished goes on counting its revisions, so that nobody mistakes new items for old.
            _stores[store] = new MemoryStore(store, limits, isKept: true, revision: (Find(store)?.Revision ?? 0) + 1);
        }
    }

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        lock (_writing)
        {
            if (Find(store) is { } removed)
            {
                _stores[store] = new MemoryStore(removed.Name, KvLimits.Default, isKept: false, revision: removed.Revision + 1);
            }
        }
    }

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        IReadOnlyList<KvLoad> loads = KvLoad.Gather(entries, mode, cancellation);
        lock (_writing)
        {
            var targets = new Dictionary<string, MemoryStore>(StringComparer.OrdinalIgnoreCase);
            foreach (KvLoad load in loads)
            {
                MemoryStore target = FindOrMake(load.Store);
                targets[load.Store.Name] = target;
                target.CheckConditions(load.Batch)?.ThrowIfFailed();
                target.CheckLimits(load.Batch);
            }

            foreach (KvLoad load in loads)
            {
                targets[load.Store.Name].Apply(load.Batch);
                _stores[load.Store.Name] = targets[load.Store.Name];
            }
        }
    }

    // A store that vanished is made anew, as spelled now; only its revisions go on.
    private MemoryStore FindOrMake(KvStoreEntry store)
    {
        MemoryStore? found = Find(store.Name);
        return found?.Describe() is not null
            ? found
            : new MemoryStore(store.Name, store.Limits ?? KvLimits.Default, store.IsKept, found?.Revision ?? 0);
    }

    private MemoryStore? Find(string store) => _stores.GetValueOrDefault(store);
}
