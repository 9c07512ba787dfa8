// The storage of tests and of what need not outlive the process; also the model that the others are compared with.
using System.Collections.Concurrent;

namespace KvStore;

/// <summary>Stores in the memory of this process, gone with the storage object. Safe for all threads.</summary>
[StoragePlugin("memory")]
public sealed class MemoryStorage : KvStorage
{
    private readonly ConcurrentDictionary<string, MemoryStore> _stores = new(StringComparer.OrdinalIgnoreCase);
    private readonly object _writing = new();

    // A watch looks for items whose time is up at least so often.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string Description => "memory";

    /// <inheritdoc/>
    public override KvCapabilities Capabilities =>
        KvCapabilities.Conditions | KvCapabilities.Versions | KvCapabilities.Expiry | KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores
        | KvCapabilities.StoreLimits | KvCapabilities.Snapshots | KvCapabilities.Loading | KvCapabilities.NamespaceDeletes
        | KvCapabilities.Watching | KvCapabilities.History | KvCapabilities.Transactions;

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
            MemoryStore made = Make(store, limits, isKept: true);
            made.Apply(new KvBatch());
            _stores[store] = made;
        }
    }

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        lock (_writing)
        {
            if (Find(store) is { } removed)
            {
                removed.Apply(new KvBatch().DeleteNamespace(""));
                removed.Log.Forget();
                _stores[store] = Make(removed.Name, KvLimits.Default, isKept: false);
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

    /// <inheritdoc/>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        lock (_writing)
        {
            // A store that is not there yet is made for its log alone: being empty, it does not show.
            MemoryStore target = _stores.GetOrAdd(store, name => Make(name, KvLimits.Default, isKept: false));
            return Read(store, namespacePath, target.Log.Begin(fromRevision), cancellation);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        while (true)
        {
            MemoryStore? target = Find(store);
            if (target?.ScanAt(range, revision, cancellation) is { } items)
            {
                return items;
            }

            KeptRevisions.CheckState(store, revision, target?.Log.OldestRevision ?? 0, target?.Revision ?? 0);
            if (target is null)
            {
                return [];
            }

            // A commit came between the two looks.
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) => Find(store)?.GetHistory(fullKey) ?? [];

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        lock (_writing)
        {
            MemoryStore target = Find(store) is { } found && found.Describe() is not null ? found : throw StoreNotFound(store);
            target.Log.Period = period;
            if (period > TimeSpan.Zero)
            {
                target.Keep();
            }
        }
    }

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        Sweep(store);
        return Find(store)?.Log.Trim(keep) ?? 0;
    }

    private IEnumerable<KvChange> Read(string store, string namespacePath, MemoryLog.Watch watch, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                foreach (KvChange change in watch.Read(Sweep(store), cancellation))
                {
                    if (KvPath.IsBeneath(change.FullKey, namespacePath))
                    {
                        yield return change;

                        // Whoever takes the changes may take his time over each.
                        watch.Renew();
                    }
                }
            }
        }
        finally
        {
            watch.End();
        }
    }

    /// <summary>Removes what has expired, as a commit of its own; gives how long to wait until it is worth looking again.</summary>
    private TimeSpan Sweep(string store)
    {
        lock (_writing)
        {
            if (Find(store) is not { } target)
            {
                return LongestWait;
            }

            if (target.GetTimeToExpiry() <= TimeSpan.Zero)
            {
                target.Apply(new KvBatch());
            }

            return target.GetTimeToExpiry() is { } left && left < LongestWait ? left : LongestWait;
        }
    }

    // A store that vanished is made anew, as spelled now; only its revisions go on.
    private MemoryStore FindOrMake(KvStoreEntry store)
    {
        MemoryStore? found = Find(store.Name);
        return found?.Describe() is not null
            ? found
            : Make(store.Name, store.Limits ?? KvLimits.Default, store.IsKept);
    }

    private MemoryStore Make(string store, KvLimits limits, bool isKept) =>
        new(store, limits, isKept, Find(store)?.Revision ?? 0, Find(store)?.Log ?? new MemoryLog(store));

    private MemoryStore? Find(string store) => _stores.GetValueOrDefault(store);
}
