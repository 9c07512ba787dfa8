// What a drive lists: one type for items, namespaces and stores, so that one table shows them all.
using System.Text;

namespace KvStore.PowerShell;

/// <summary>A store, a namespace, an item, or a namespace and item of the same path, as a drive shows it.</summary>
public sealed class KvNodeInfo
{
    private readonly KvItem? _item;

    internal KvNodeInfo(string storage, string fullName, KvLocation location, KvNode? node, KvStoreInfo? store = null)
    {
        Storage = storage;
        FullName = fullName;
        RelativeName = Name = ProviderPath.GetName(fullName);
        _item = node?.Item;
        IsNamespace = node?.IsNamespace ?? true;
        Store = store?.Name ?? location.Store;
        FullKey = location.Path;
        Namespace = KvPath.ToAbsolute(KvPath.GetParent(location.Path));
        Key = _item is null ? null : KvPath.GetName(location.Path);
        StoreInfo = store;
    }

    /// <summary>The name, as the drive's paths spell it.</summary>
    public string Name { get; }

    /// <summary>The path with its drive, as <c>kv:/myKV/foo</c>.</summary>
    public string FullName { get; }

    /// <summary>The path from where a recursive listing began; else the name.</summary>
    public string RelativeName { get; internal init; }

    /// <summary>The name of the drive with its colon, by which the cmdlets find the storage.</summary>
    public string Storage { get; }

    /// <summary>What it is: <c>n</c> a namespace (or store), <c>i</c> an item, <c>ni</c> both at once.</summary>
    public string Mode => (IsNamespace ? "n" : "-") + (_item is null ? "-" : "i");

    /// <summary>Whether anything can lie beneath it.</summary>
    public bool IsNamespace { get; }

    /// <summary>Whether it has a value.</summary>
    public bool IsItem => _item is not null;

    /// <summary>The store's name; null at the top of a storage.</summary>
    public string? Store { get; }

    /// <summary>The namespace that it lies in, with a leading slash.</summary>
    public string Namespace { get; }

    /// <summary>Its key relative to <see cref="Namespace"/>; null for what has no value, so that no cmdlet on items takes it for one.</summary>
    public string? Key { get; }

    // No property may be called Path: Remove-Item and its like would take it for the place to work on, instead of PSPath.
    /// <summary>Its path within the store, without a leading slash; empty for a store.</summary>
    public string FullKey { get; }

    /// <summary>The item's value; null if it is none.</summary>
    public string? Value => _item?.Value;

    /// <summary>The size of the value in bytes of UTF-8; null if it is no item.</summary>
    public long? Length => _item is null ? null : Encoding.UTF8.GetByteCount(_item.Value);

    /// <summary>The item's version.</summary>
    public long? Version => _item?.Version;

    /// <summary>The store's revision that created the item.</summary>
    public long? CreateRevision => _item?.CreateRevision;

    /// <summary>The store's revision that last changed the item.</summary>
    public long? ModRevision => _item?.ModRevision;

    /// <summary>When the item was created.</summary>
    public DateTimeOffset? Created => _item?.Created;

    /// <summary>When the item was last changed.</summary>
    public DateTimeOffset? Modified => _item?.Modified;

    /// <summary>When the item ceases to be; null if never.</summary>
    public DateTimeOffset? Expires => _item?.Expires;

    /// <summary>For a store: the number of its items, where that is cheap to know.</summary>
    public long? ItemCount => StoreInfo?.ItemCount;

    /// <summary>For a store: its revision.</summary>
    public long? Revision => StoreInfo?.Revision;

    /// <summary>For a store: its limits.</summary>
    public KvLimits? Limits => StoreInfo?.Limits;

    internal KvStoreInfo? StoreInfo { get; }

    /// <summary>The path with its drive, so that the object can stand where a path is asked for.</summary>
    public override string ToString() => FullName;
}
