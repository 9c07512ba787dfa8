// The past of a store is kept, and saved, as long and as well as that of the whole cluster: the cluster decides.
namespace KvStore.Storage.Etcd;

public sealed partial class EtcdStorage
{
    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        long moment = _moments.Find(store, revision, cancellation);
        foreach (KvItem item in new StoreSnapshot(_gateway, _keys.Of(store), store, moment, cancellation).Scan(range))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) =>
        new ItemHistory(_gateway, _keys.Of(store), store, fullKey, cancellation).Read();

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) => throw HistoryIsTheClusters(store);

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation) => throw HistoryIsTheClusters(store);

    /// <inheritdoc/>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) => throw BackupIsTheClusters("etcdctl snapshot save");

    /// <inheritdoc/>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) => throw BackupIsTheClusters("etcdutl snapshot restore");

    private KvException HistoryIsTheClusters(string store) => new(
        KvError.NotSupported,
        $"Storage '{Description}' keeps the past of store '{store}' as long as etcd keeps that of the whole cluster. Set etcd's options --auto-compaction-mode and --auto-compaction-retention, or compact it by 'etcdctl compact <revision>' and give the space back by 'etcdctl defrag'.",
        store);

    private KvException BackupIsTheClusters(string command) => new(
        KvError.NotSupported,
        $"Storage '{Description}' is saved and restored by etcd itself, as a whole: see '{command}'. Export-KvStore writes its stores alone to a document.",
        Description);
}
