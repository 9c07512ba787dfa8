// Where a command works, resolved once and handed to Core.
namespace KvStore.PowerShell;

/// <summary>A namespace of a store in a storage.</summary>
/// <param name="Storage">The storage, with all checks before it.</param>
/// <param name="StorageName">The name by which a command finds the storage: a connection's, or a drive's with its colon.</param>
/// <param name="Store">The store's name; the store need not exist.</param>
/// <param name="NamespacePath">The namespace path in normal form.</param>
internal sealed record KvTarget(KvStorage Storage, string StorageName, string Store, string NamespacePath)
{
    /// <summary>The full key of a key as typed.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: the key is empty.</exception>
    public string GetFullKey(string key) => KvPath.Join(NamespacePath, KvPath.NormalizeKey(key));

    /// <summary>The full key of a key as an item tells it: white space at its beginning belongs to it.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: the key is empty.</exception>
    public string GetExactFullKey(string key)
    {
        // A key that is empty by itself must not become the key that the namespace's own path is.
        string relativeKey = KvPath.NormalizeKey(key);
        return NamespacePath.Length == 0 || ReferenceEquals(relativeKey, key)
            ? KvPath.Join(NamespacePath, relativeKey)
            : KvPath.Normalize(KvPath.GetPrefix(NamespacePath) + key);
    }

    /// <summary>How a full key of this store is named to people.</summary>
    public string Describe(string fullKey) => $"{Store}:{KvPath.ToAbsolute(fullKey)}";

    /// <summary>An item of this store as commands emit it.</summary>
    public KvItem Show(KvItem item) => item.SeenFrom(NamespacePath, StorageName);
}
