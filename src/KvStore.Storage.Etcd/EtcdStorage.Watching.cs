// A watch begins behind the commit that it names, and etcd itself tells what followed.
namespace KvStore.Storage.Etcd;

public sealed partial class EtcdStorage
{
    /// <inheritdoc/>
    /// <remarks>
    /// A change that no commit made, of an item whose lease ended or that another program put there, carries the revision that
    /// the store had then. From a revision on come all changes that followed the commit before it.
    /// </remarks>
    /// <exception cref="KvException">Also <see cref="KvError.StorageUnavailable"/>: no server has answered for the time of the option retryTime.</exception>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        StoreKeys keys = _keys.Of(store);
        StorePast past = StorePast.Read(_gateway, keys, store, cancellation);
        long before = Math.Max(1, fromRevision ?? 1) - 1;
        long after = fromRevision is null ? past.EtcdRevision : past.FindEnd(before, cancellation);
        var watch = new StoreWatch(_gateway, keys, store, after, cancellation);
        var changes = new StoreChanges(_gateway, keys, store, fromRevision is null ? past.Revision : Math.Min(before, past.Revision), cancellation);
        return changes.Read(watch, namespacePath, before);
    }
}
