// Loading for storages that cannot stream through one transaction: all is gathered before anything is written.
namespace KvStore;

/// <summary>What a load brings to one store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Batch">All that it is to hold.</param>
public sealed record KvLoad(KvStoreEntry Store, KvBatch Batch)
{
    /// <summary>Gathers a load into one batch a store; reading it to the end proves it well-formed.</summary>
    /// <param name="entries">Each store, followed by what it holds.</param>
    /// <param name="mode">What happens to what is there already.</param>
    /// <param name="cancellation">Ends the gathering.</param>
    public static IReadOnlyList<KvLoad> Gather(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        var loads = new Dictionary<string, KvLoad>(StringComparer.OrdinalIgnoreCase);
        KvBatch batch = new();
        foreach (KvEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (entry)
            {
                case KvStoreEntry store:
                    // A store that is named again goes on; it is not emptied a second time.
                    if (loads.TryAdd(store.Name, new KvLoad(store, new KvBatch())) && mode == KvLoadMode.Replace)
                    {
                        loads[store.Name].Batch.DeleteNamespace(KvPath.Root);
                    }

                    batch = loads[store.Name].Batch;
                    break;
                case KvNamespaceEntry { NamespacePath: string path }:
                    batch.AddNamespace(path);
                    break;
                case KvItemEntry { Set: KvSet set }:
                    batch.Set(set.FullKey, set.Value, KvTime.ToDateTime(set.ExpiresTime));
                    if (mode == KvLoadMode.NoClobber)
                    {
                        batch.RequireAbsent(set.FullKey);
                    }

                    break;
            }
        }

        return loads.Values.ToArray();
    }

    /// <summary>The default of <see cref="KvStorage.Load"/>.</summary>
    internal static void StoreByStore(KvStorage storage, IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
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
    internal static KvBatch Emptying(KvStorage storage, string store, CancellationToken cancellation) =>
        NamespaceDeletes.SpellOut(storage, store, new KvBatch().DeleteNamespace(KvPath.Root), cancellation);
}
