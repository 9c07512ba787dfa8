// The check of a storage that has none of its own: what cannot be read is damaged.
namespace KvStore;

/// <summary>Reads everything a storage holds.</summary>
internal static class StorageCheck
{
    /// <summary>Each store that cannot be read to its end.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">One store's name; null for all.</param>
    /// <param name="cancellation">Cancels the check.</param>
    public static IEnumerable<KvDamage> ReadAll(KvStorage storage, string? store, CancellationToken cancellation)
    {
        IEnumerable<string> stores = store is null ? storage.GetStores(cancellation).Select(info => info.Name) : [store];
        foreach (string name in stores)
        {
            if (Read(storage, name, cancellation) is { } damage)
            {
                yield return damage;
            }
        }
    }

    private static KvDamage? Read(KvStorage storage, string store, CancellationToken cancellation)
    {
        string? last = null;
        try
        {
            foreach (KvItem item in storage.Scan(store, KvRange.All, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                last = item.FullKey;
            }

            return null;
        }
        catch (KvException e) when (e.Error == KvError.StorageDamaged)
        {
            return new KvDamage(store, e.Target as string, last is null ? e.Message : $"{e.Message} The last item that could be read is '{last}'.");
        }
    }
}
