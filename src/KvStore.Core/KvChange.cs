// What a watch emits and a history lists: one item's step from one state to the next.
namespace KvStore;

/// <summary>What happened to an item.</summary>
public enum KvChangeKind
{
    /// <summary>It was created or changed.</summary>
    Set,

    /// <summary>It was removed.</summary>
    Deleted,

    /// <summary>Its time was up.</summary>
    Expired,
}

/// <summary>A change of one item. Within a commit an item changes once at most: one that is deleted and set is set, with version 1.</summary>
public sealed class KvChange
{
    private readonly string _namespacePath;

    /// <summary>Describes a change, seen from the root namespace.</summary>
    /// <param name="store">The store's name as first spelled.</param>
    /// <param name="fullKey">The full key.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="revision">The store's revision that made the change.</param>
    public KvChange(string store, string fullKey, KvChangeKind kind, long revision)
    {
        Store = store;
        FullKey = fullKey;
        Kind = kind;
        Revision = revision;
        _namespacePath = KvPath.Root;
    }

    private KvChange(KvChange change, string namespacePath, string? storage)
    {
        (Store, FullKey, Kind, Revision, Time) = (change.Store, change.FullKey, change.Kind, change.Revision, change.Time);
        Item = storage is null ? change.Item?.SeenFrom(namespacePath) : change.Item?.SeenFrom(namespacePath, storage);
        Storage = storage;
        _namespacePath = namespacePath;
    }

    /// <summary>The change that made an item what it is.</summary>
    /// <param name="item">An item with its versions.</param>
    public static KvChange OfSet(KvItem item) => new(item.Store, item.FullKey, KvChangeKind.Set, item.ModRevisionNumber) { Item = item, Time = item.Modified };

    /// <summary>The store's revision that made the change.</summary>
    public long Revision { get; }

    /// <summary>What happened.</summary>
    public KvChangeKind Kind { get; }

    /// <summary>The name of the connection or drive that it was read through; null where code read it.</summary>
    public string? Storage { get; }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>The namespace that was asked for, with a leading slash.</summary>
    public string Namespace => KvPath.ToAbsolute(_namespacePath);

    /// <summary>The key relative to <see cref="Namespace"/>, without a leading slash.</summary>
    public string Key => KvPath.GetRelative(FullKey, _namespacePath);

    /// <summary>The absolute path within the store: a slash and the full key.</summary>
    public string Path => KvPath.ToAbsolute(FullKey);

    /// <summary>The new value; null if the item is gone.</summary>
    public string? Value => Item?.Value;

    /// <summary>The new version; null if the item is gone.</summary>
    public long? Version => Item?.Version;

    /// <summary>When it happened (to the microsecond, UTC); null where the storage keeps no times.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The item as it is after the change; null if it is gone.</summary>
    public KvItem? Item { get; init; }

    /// <summary>The full key: without a leading slash, relative to the root namespace.</summary>
    public string FullKey { get; }

    /// <summary>The same change seen from a namespace that the item lies beneath, through a connection or drive.</summary>
    /// <param name="namespacePath">A namespace path in normal form.</param>
    /// <param name="storage">The name of a connection, or of a drive with its colon; null for none.</param>
    public KvChange SeenFrom(string namespacePath, string? storage = null) => new(this, namespacePath, storage);

    /// <summary>The revision, what happened, the path and the value.</summary>
    public override string ToString() => Item is null ? $"{Revision} {Kind} {Path}" : $"{Revision} {Kind} {Path} = {Value}";
}
