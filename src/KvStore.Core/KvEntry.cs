// What a document, an import or a migration is made of, streamed: a store, then what it holds, then the next store.
namespace KvStore;

/// <summary>A step of a load: a store, or what belongs to the store before it.</summary>
public abstract record KvEntry
{
    private protected KvEntry()
    {
    }
}

/// <summary>What follows belongs to this store.</summary>
/// <param name="Name">The store's name.</param>
/// <param name="Limits">Limits for a store that is to be created; null for those it has, or the default.</param>
/// <param name="IsKept">Whether the store is to stay while empty.</param>
public sealed record KvStoreEntry(string Name, KvLimits? Limits = null, bool IsKept = false) : KvEntry;

/// <summary>A namespace that stays while empty.</summary>
/// <param name="NamespacePath">Its path in normal form.</param>
public sealed record KvNamespaceEntry(string NamespacePath) : KvEntry;

/// <summary>An item.</summary>
/// <param name="Set">Its full key, value and expiry.</param>
public sealed record KvItemEntry(KvSet Set) : KvEntry;

/// <summary>What a load does with what is there already.</summary>
public enum KvLoadMode
{
    /// <summary>Items of the same key are overwritten; others stay.</summary>
    Merge,

    /// <summary>Each store that is loaded is emptied first.</summary>
    Replace,

    /// <summary>An item that exists already is an error, and nothing is loaded.</summary>
    NoClobber,
}
