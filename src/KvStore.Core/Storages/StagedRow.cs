// A load that is staged in a table lies there in rows, each with the number of its store, because the stores may not be there yet.
namespace KvStore;

/// <summary>A row of a load: an item, or a namespace that stays while empty.</summary>
/// <param name="Store">Which of the load's stores, counted from 0.</param>
/// <param name="Key">The full key, or the namespace's path.</param>
/// <param name="Value">The value; null for a namespace.</param>
/// <param name="Expires">When the item expires, in microseconds since 1970; 0 for never.</param>
internal readonly record struct StagedRow(int Store, string Key, string? Value, long Expires)
{
    /// <summary>The rows of a load, lazily.</summary>
    /// <param name="entries">Each store, followed by what it holds.</param>
    /// <param name="stores">Takes up the stores as they come, each once.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IEnumerable<StagedRow> Read(IEnumerable<KvEntry> entries, List<KvStoreEntry> stores, CancellationToken cancellation)
    {
        int store = -1;
        foreach (KvEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (entry)
            {
                case KvStoreEntry named:
                    store = stores.FindIndex(known => known.Name.Equals(named.Name, StringComparison.OrdinalIgnoreCase));
                    if (store < 0)
                    {
                        store = stores.Count;
                        stores.Add(named);
                    }

                    break;
                case KvNamespaceEntry { NamespacePath: string path }:
                    yield return new StagedRow(store, path, Value: null, Expires: 0);
                    break;
                case KvItemEntry { Set: KvSet set }:
                    yield return new StagedRow(store, set.FullKey, set.Value, set.ExpiresTime);
                    break;
            }
        }
    }
}
