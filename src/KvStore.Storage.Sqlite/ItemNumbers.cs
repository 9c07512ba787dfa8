// The numbers of an item travel together: from the row to the item, and into the checksum.
namespace KvStore.Storage.Sqlite;

/// <summary>An item's versions, revisions and times (microseconds since 1970, UTC; 0 for none).</summary>
internal readonly record struct ItemNumbers(long Version, long CreateRevision, long ModRevision, long Created, long Modified, long Expires)
{
    /// <summary>The numbers of an item.</summary>
    public static ItemNumbers Of(KvItem item) => new(
        item.VersionNumber, item.CreateRevisionNumber, item.ModRevisionNumber, item.CreatedTime, item.ModifiedTime, item.ExpiresTime);

    /// <summary>Whether an item with this expiry is gone by a time.</summary>
    public bool IsExpired(long now) => Expires != 0 && Expires <= now;

    /// <summary>The item with these numbers.</summary>
    public KvItem ToItem(string store, string fullKey, string value) => new(store, fullKey, value)
    {
        VersionNumber = Version,
        CreateRevisionNumber = CreateRevision,
        ModRevisionNumber = ModRevision,
        CreatedTime = Created,
        ModifiedTime = Modified,
        ExpiresTime = Expires,
    };
}
