// People count a store's revisions by its commits, etcd its own by whatever happens in the whole cluster. etcd keeps the past of
// the key that holds the store's revision too, and that only grows: where one is among the others is found by halving.
namespace KvStore.Storage.Etcd;

/// <summary>A store as it is now, and where its past is among etcd's revisions.</summary>
internal sealed class StorePast
{
    private readonly EtcdGateway _gateway;
    private readonly StoreKeys _keys;
    private readonly string _store;
    private readonly EtcdEntry? _commit;

    private StorePast(EtcdGateway gateway, StoreKeys keys, string store, TransactionReply now)
    {
        (_gateway, _keys, _store) = (gateway, keys, store);
        _commit = now.Reads[0].Single;
        Revision = GetRevision(_commit);
        EtcdRevision = now.Revision;
        Name = StoreRecord.Parse(now.Reads[1])?.Name;
    }

    /// <summary>The store's revision; 0 if it never had one.</summary>
    public long Revision { get; }

    /// <summary>etcd's revision.</summary>
    public long EtcdRevision { get; }

    /// <summary>etcd's revision that made the store's last commit; 0 if there was none.</summary>
    public long LastCommit => _commit?.ModRevision ?? 0;

    /// <summary>The store's name as first spelled; null if it is not there.</summary>
    public string? Name { get; }

    /// <summary>Reads what is needed of the present.</summary>
    public static StorePast Read(EtcdGateway gateway, StoreKeys keys, string store, CancellationToken cancellation) =>
        new(gateway, keys, store, gateway.Read([new ReadOperation(keys.Revision), new ReadOperation(keys.Description)], cancellation));

    /// <summary>The store's revision that an entry of its key holds.</summary>
    public static long GetRevision(EtcdEntry? commit) => commit is { } entry ? Record.Parse<RevisionRecord>(entry).Revision : 0;

    /// <summary>etcd's last revision at which the store had one of its own.</summary>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public long FindLast(long revision, CancellationToken cancellation)
    {
        if (revision > Revision)
        {
            throw new KvException(KvError.RevisionGone, $"Store '{_store}' has revision {Revision}; {revision} is not reached yet. Choose an earlier one.", _store);
        }

        if (revision == Revision)
        {
            return EtcdRevision;
        }

        long found = Find(revision + 1, cancellation) - 1;
        return TryRead(found, cancellation, out long there) && there == revision ? found : throw Gone(revision);
    }

    /// <summary>etcd's revision after which the changes that follow a store's revision begin; what came before is still kept.</summary>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public long FindEnd(long revision, CancellationToken cancellation)
    {
        if (revision >= Revision)
        {
            return revision > Revision || LastCommit == 0 ? EtcdRevision : LastCommit;
        }

        long found = Find(revision, cancellation);
        return TryRead(found, cancellation, out long there) && there <= revision ? found : throw Gone(revision + 1);
    }

    /// <summary>etcd's oldest revision that can still be read, or the one before the store's first commit if that is later.</summary>
    public long FindOldest(CancellationToken cancellation) => Find(revision: 0, cancellation);

    // etcd's first revision that can be read and at which the store has reached one of its own.
    private long Find(long revision, CancellationToken cancellation)
    {
        long low = Math.Max(1, (_commit?.CreateRevision ?? EtcdRevision) - 1);
        long high = EtcdRevision;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (TryRead(middle, cancellation, out long there) && there >= revision)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return high;
    }

    // False if etcd no longer keeps it.
    private bool TryRead(long etcdRevision, CancellationToken cancellation, out long revision)
    {
        try
        {
            revision = GetRevision(_gateway.Read(new ReadOperation(_keys.Revision) { Revision = etcdRevision }, cancellation).Single);
            return true;
        }
        catch (KvException e) when (e.Error == KvError.RevisionGone)
        {
            revision = 0;
            return false;
        }
    }

    private KvException Gone(long revision) =>
        new(KvError.RevisionGone, $"Store '{_store}' no longer keeps revision {revision}: etcd has been compacted since (see its options --auto-compaction-mode and --auto-compaction-retention). Choose a later one.", _store);
}
