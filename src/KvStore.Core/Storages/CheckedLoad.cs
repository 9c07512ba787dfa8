// Each entry of a load is checked as it streams by, so that whoever reads it knows where it stood.
namespace KvStore;

/// <summary>Holds a load to the rules of the storage that it goes to.</summary>
/// <param name="storage">The storage.</param>
/// <param name="cancellation">Ends looking up a store's limits.</param>
internal sealed class CheckedLoad(CheckedStorage storage, CancellationToken cancellation)
{
    /// <summary>Hands the entries on, each when it was found to be right.</summary>
    /// <exception cref="KvException">A name, key, value or limit is broken, or a capability is missing.</exception>
    public IEnumerable<KvEntry> Check(IEnumerable<KvEntry> entries)
    {
        string? owner = null;
        KvLimits limits = storage.Limits;
        foreach (KvEntry entry in entries)
        {
            if (entry is KvStoreEntry store)
            {
                KvPath.CheckStoreName(store.Name);
                owner = $"store '{store.Name}'";
                limits = storage.GetLimits(store.Name, store.Limits, cancellation);
            }
            else if (owner is null)
            {
                throw new ArgumentException("A load must begin with a store.", nameof(entries));
            }
            else if (entry is KvItemEntry { Set: KvSet set })
            {
                limits.Check(set.FullKey, set.Value, owner);
                storage.Require(KvCapabilities.Expiry, set.ExpiresTime != 0);
            }
            else if (entry is KvNamespaceEntry { NamespacePath: string path })
            {
                KvPath.CheckKey(path, limits.MaximumKeySize, owner);
                storage.Require(KvCapabilities.EmptyNamespaces, isNeeded: true);
            }

            yield return entry;
        }
    }
}
