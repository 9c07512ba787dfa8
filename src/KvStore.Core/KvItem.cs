// Items are what most commands return by the thousand: versions and times are kept as plain numbers, and what can be derived is.
namespace KvStore;

/// <summary>A full key with its value and versions. Immutable.</summary>
public sealed class KvItem
{
    private readonly string _namespacePath;
    private readonly long _created;
    private readonly long _modified;
    private readonly long _expires;

    /// <summary>Creates an item as a storage reads it, seen from the root namespace.</summary>
    /// <param name="store">The store's name as first spelled.</param>
    /// <param name="fullKey">The full key, without a leading slash.</param>
    /// <param name="value">The value; empty in a scan of keys only.</param>
    public KvItem(string store, string fullKey, string value)
    {
        Store = store;
        FullKey = fullKey;
        Value = value;
        _namespacePath = KvPath.Root;
    }

    private KvItem(KvItem item, string namespacePath, string? storage)
    {
        Storage = storage;
        (Store, FullKey, Value) = (item.Store, item.FullKey, item.Value);
        (VersionNumber, CreateRevisionNumber, ModRevisionNumber) = (item.VersionNumber, item.CreateRevisionNumber, item.ModRevisionNumber);
        (_created, _modified, _expires) = (item._created, item._modified, item._expires);
        _namespacePath = namespacePath;
    }

    /// <summary>The name of the connection or drive that it was read through, so that what is done with the item is done there; null where code read it.</summary>
    public string? Storage { get; }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>The namespace that was asked for, with a leading slash.</summary>
    public string Namespace => KvPath.ToAbsolute(_namespacePath);

    /// <summary>The key relative to <see cref="Namespace"/>, without a leading slash.</summary>
    public string Key => KvPath.GetRelative(FullKey, _namespacePath);

    /// <summary>The absolute path within the store: a slash and the full key.</summary>
    public string Path => KvPath.ToAbsolute(FullKey);

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>1 when the item is created, one more with each change; null where the storage keeps no versions.</summary>
    public long? Version { get => ToNullable(VersionNumber); init => VersionNumber = value ?? 0; }

    /// <summary>The store's revision that created the item; null where the storage keeps none.</summary>
    public long? CreateRevision { get => ToNullable(CreateRevisionNumber); init => CreateRevisionNumber = value ?? 0; }

    /// <summary>The store's revision that last changed the item; null where the storage keeps none.</summary>
    public long? ModRevision { get => ToNullable(ModRevisionNumber); init => ModRevisionNumber = value ?? 0; }

    /// <summary>When the item was created (to the microsecond, UTC); null where the storage keeps no times.</summary>
    public DateTimeOffset? Created { get => KvTime.ToDateTime(_created); init => _created = KvTime.FromDateTime(value); }

    /// <summary>When the item was last changed (to the microsecond, UTC); null where the storage keeps no times.</summary>
    public DateTimeOffset? Modified { get => KvTime.ToDateTime(_modified); init => _modified = KvTime.FromDateTime(value); }

    /// <summary>When the item ceases to be (to the microsecond, UTC); null if never.</summary>
    public DateTimeOffset? Expires { get => KvTime.ToDateTime(_expires); init => _expires = KvTime.FromDateTime(value); }

    /// <summary>The full key: without a leading slash, relative to the root namespace.</summary>
    public string FullKey { get; }

    // The plain numbers are for our own storages, which make items by the million. They are no public properties, because
    // PowerShell would show each thing twice in ConvertTo-Json, Export-Csv and Select-Object *.

    /// <summary><see cref="Version"/> as a number, 0 for none.</summary>
    internal long VersionNumber { get; init; }

    /// <summary><see cref="CreateRevision"/> as a number, 0 for none.</summary>
    internal long CreateRevisionNumber { get; init; }

    /// <summary><see cref="ModRevision"/> as a number, 0 for none.</summary>
    internal long ModRevisionNumber { get; init; }

    /// <summary><see cref="Created"/> in microseconds since 1970 (UTC), 0 for none.</summary>
    internal long CreatedTime { get => _created; init => _created = value; }

    /// <summary><see cref="Modified"/> in microseconds since 1970 (UTC), 0 for none.</summary>
    internal long ModifiedTime { get => _modified; init => _modified = value; }

    /// <summary><see cref="Expires"/> in microseconds since 1970 (UTC), 0 for none.</summary>
    internal long ExpiresTime { get => _expires; init => _expires = value; }

    /// <summary>The same item seen from a namespace that it lies beneath.</summary>
    /// <param name="namespacePath">A namespace path in normal form.</param>
    public KvItem SeenFrom(string namespacePath) => namespacePath == _namespacePath ? this : new KvItem(this, namespacePath, Storage);

    /// <summary>The same item seen from a namespace that it lies beneath, through a connection or drive.</summary>
    /// <param name="namespacePath">A namespace path in normal form.</param>
    /// <param name="storage">The name of a connection, or of a drive with its colon.</param>
    public KvItem SeenFrom(string namespacePath, string storage) => new(this, namespacePath, storage);

    /// <summary>The path and the value, as <c>/foo/bar/key = val</c>.</summary>
    public override string ToString() => $"{Path} = {Value}";

    private static long? ToNullable(long number) => number == 0 ? null : number;
}
