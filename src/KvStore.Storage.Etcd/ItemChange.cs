// What a change of an item was is told by what else one transaction changed: a commit changes the store's revision too, a lease
// that ends takes an item with its record, and another program's hand changes the value alone.
namespace KvStore.Storage.Etcd;

/// <summary>Changes of items, put together from what etcd holds of them.</summary>
internal static class ItemChange
{
    /// <summary>An item was set.</summary>
    /// <param name="store">The store's name as first spelled.</param>
    /// <param name="fullKey">The full key.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">Its record; null if another program has put it there.</param>
    /// <param name="revision">The store's revision then.</param>
    public static KvChange Set(string store, string fullKey, EtcdEntry value, EtcdEntry? version, long revision)
    {
        KvItem item = EtcdItem.Create(store, fullKey, value, version is { } entry ? Record.Parse<VersionRecord>(entry) : null);
        return version?.ModRevision == value.ModRevision ? KvChange.OfSet(item) : new KvChange(store, fullKey, KvChangeKind.Set, revision) { Item = item };
    }

    /// <summary>An item is gone.</summary>
    /// <param name="store">The store's name as first spelled.</param>
    /// <param name="fullKey">The full key.</param>
    /// <param name="previous">The record that went with it; null if none did.</param>
    /// <param name="revision">The store's revision then.</param>
    /// <param name="commit">The commit that did it; null if none did.</param>
    public static KvChange Gone(string store, string fullKey, EtcdEntry? previous, long revision, RevisionRecord? commit)
    {
        VersionRecord? version = previous is { } entry ? Record.Parse<VersionRecord>(entry) : null;

        // What nobody has committed and yet went with its record was taken by its lease.
        bool isExpired = version is { Expires: not 0 } && (commit is null || version.IsExpired(commit.Time));
        return new KvChange(store, fullKey, isExpired ? KvChangeKind.Expired : KvChangeKind.Deleted, revision)
        {
            Time = KvTime.ToDateTime(isExpired ? version!.Expires : commit?.Time ?? 0),
        };
    }

    /// <summary>The record that stood beside a value which another program changed; null if there was none, or it is no longer kept.</summary>
    public static EtcdEntry? ReadVersion(EtcdGateway gateway, StoreKeys keys, string fullKey, long etcdRevision, CancellationToken cancellation)
    {
        try
        {
            return gateway.Read(new ReadOperation(keys.Versions[fullKey]) { Revision = etcdRevision }, cancellation).Single;
        }
        catch (KvException e) when (e.Error == KvError.RevisionGone)
        {
            return null;
        }
    }
}
