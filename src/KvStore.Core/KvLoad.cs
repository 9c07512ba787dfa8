// Loading for storages that cannot stream through one transaction: all is gathered before anything is written.
namespace KvStore;

/// <summary>What a load brings to one store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Batch">All that it is to hold.</param>
internal sealed record KvLoad(KvStoreEntry Store, KvBatch Batch)
{
    /// <summary>Gathers a load into one batch a store; reading it to the end proves it well-formed.</summary>
    public static IReadOnlyList<KvLoad> Gather(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        var loads = new List<KvLoad>();
        foreach (KvEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (entry)
            {
                case KvStoreEntry store:
                    loads.Add(new KvLoad(store, new KvBatch()));
                    if (mode == KvLoadMode.Replace)
                    {
                        loads[^1].Batch.DeleteNamespace(KvPath.Root);
                    }

                    break;
                case KvNamespaceEntry { NamespacePath: string path }:
                    loads[^1].Batch.AddNamespace(path);
                    break;
                case KvItemEntry { Set: KvSet set }:
                    loads[^1].Batch.Set(set.FullKey, set.Value, KvTime.ToDateTime(set.ExpiresTime));
                    if (mode == KvLoadMode.NoClobber)
                    {
                        loads[^1].Batch.RequireAbsent(set.FullKey);
                    }

                    break;
            }
        }

        return loads;
    }

    /// <summary>The default of <see cref="KvStorage.Load"/>.</summary>
    public static void StoreByStore(KvStorage storage, IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        foreach (KvLoad load in Gather(entries, mode, cancellation))
        {
            KvStoreEntry store = load.Store;
            bool isNew = (store.IsKept || store.Limits is not null) && storage.GetStore(store.Name, cancellation) is null;
            if (isNew && storage.Capabilities.HasFlag(KvCapabilities.EmptyStores))
            {
                storage.CreateStore(store.Name, (store.Limits ?? KvLimits.Default).Within(storage.Limits), cancellation);
            }

            CheckedStorage.Wrap(storage).Commit(store.Name, load.Batch, cancellation).ThrowIfFailed();
        }
    }

    /// <summary>A batch that empties a store, spelled out where the storage cannot delete a namespace by itself.</summary>
    public static KvBatch Emptying(KvStorage storage, string store, CancellationToken cancellation) =>
        CheckedStorage.SpellOut(storage, store, new KvBatch().DeleteNamespace(KvPath.Root), cancellation);
}
