// The history of one item: etcd is asked which of its revisions changed the key, from the oldest that it keeps; then each is read
// as the store was at it, the newest first.
namespace KvStore.Storage.Etcd;

/// <summary>The changes of one item that etcd still keeps.</summary>
/// <param name="gateway">The cluster.</param>
/// <param name="keys">The store's keys.</param>
/// <param name="store">The store's name as it was asked for.</param>
/// <param name="fullKey">The item's full key.</param>
/// <param name="cancellation">Ends a read.</param>
internal sealed class ItemHistory(EtcdGateway gateway, StoreKeys keys, string store, string fullKey, CancellationToken cancellation)
{
    // How many changes are read by one request.
    private const int PageSize = 20;
    private const int ReadsOfChange = 4;

    // How long etcd may search its past before it tells anything.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The changes, the newest first, without the values of items that have expired by now.</summary>
    public IEnumerable<KvChange> Read()
    {
        StorePast past = StorePast.Read(gateway, keys, store, cancellation);
        long oldest = past.FindOldest(cancellation);
        EtcdEntry? first = ReadAt(oldest);
        List<long> revisions = first is null ? [] : [oldest];
        revisions.AddRange(gateway.Retry.Run(() => FindChanges(past, oldest, first is not null), cancellation));
        revisions.Reverse();
        string name = past.Name ?? store;
        bool isNewest = true;
        foreach (long[] page in revisions.Chunk(PageSize))
        {
            TransactionReply reply = gateway.Read([.. page.SelectMany(revision => GetReads(revision, oldest))], cancellation);
            for (int i = 0; i < page.Length; i++)
            {
                KvChange change = ToChange(name, page[i], [.. reply.Reads.Skip(i * ReadsOfChange).Take(ReadsOfChange)]);
                if (change.Item is not { Expires: { } expires } || expires > DateTimeOffset.UtcNow)
                {
                    yield return change;
                }
                else if (isNewest)
                {
                    // Its lease is about to take it.
                    yield return new KvChange(name, fullKey, KvChangeKind.Expired, past.Revision) { Time = expires };
                }

                isNewest = false;
            }
        }
    }

    // etcd's revisions behind the oldest that changed the item, in order. What is to come is known beforehand, so that the
    // end is certain: an item's last change, or a deleted one's last sign of life and the store's last commit.
    private List<long> FindChanges(StorePast past, long oldest, bool isThereAtFirst)
    {
        if (ReadAt(past.EtcdRevision) is { } current)
        {
            return current.ModRevision <= oldest ? [] : Collect(oldest, Folder.After(keys.Items[fullKey]), key => IsItem(key) && key.Entry.ModRevision >= current.ModRevision);
        }

        long commit = Math.Max(past.LastCommit, oldest);
        bool isThereAtCommit = commit == oldest ? isThereAtFirst : ReadAt(commit) is not null;
        if (isThereAtCommit)
        {
            return Collect(oldest, Folder.After(keys.Items[fullKey]), key => key.IsDelete && key.Entry.ModRevision > commit);
        }

        // The folder of items comes before the store's revision.
        return commit == oldest ? [] : Collect(oldest, Folder.After(keys.Revision), key => !IsItem(key) && key.Entry.ModRevision == commit && key.Entry.Key.AsSpan().SequenceEqual(keys.Revision));
    }

    private List<long> Collect(long oldest, byte[] end, Func<EtcdEvent, bool> isLast)
    {
        var revisions = new List<long>();
        using WatchStream stream = gateway.Watch(new WatchRequest(keys.Items[fullKey], end, oldest), cancellation);
        while (true)
        {
            WatchReply reply = stream.Read(Patience, cancellation) ?? throw Silent(stream);
            if (reply.CompactRevision > 0)
            {
                throw new KvException(KvError.RevisionGone, $"The history of item '{fullKey}' was compacted in etcd while it was read. Begin the call anew.", fullKey);
            }

            revisions.AddRange(reply.Events.Where(key => IsItem(key) && key.Entry.ModRevision > oldest).Select(key => key.Entry.ModRevision));
            if (reply.Events.Any(isLast))
            {
                return revisions;
            }
        }
    }

    private bool IsItem(EtcdEvent key) => key.Entry.Key.AsSpan().SequenceEqual(keys.Items[fullKey]);

    private EtcdEntry? ReadAt(long etcdRevision) => gateway.Read(new ReadOperation(keys.Items[fullKey]) { Revision = etcdRevision }, cancellation).Single;

    private ReadOperation[] GetReads(long revision, long oldest) =>
    [
        new ReadOperation(keys.Items[fullKey]) { Revision = revision },
        new ReadOperation(keys.Versions[fullKey]) { Revision = revision },
        new ReadOperation(keys.Revision) { Revision = revision },
        new ReadOperation(keys.Versions[fullKey]) { Revision = Math.Max(oldest, revision - 1) },
    ];

    private KvChange ToChange(string name, long revision, ReadReply[] read)
    {
        EtcdEntry? version = read[1].Single;
        long storeRevision = StorePast.GetRevision(read[2].Single);
        if (read[0].Single is { } value)
        {
            return ItemChange.Set(name, fullKey, value, version, storeRevision);
        }

        RevisionRecord? commit = read[2].Single is { } found && found.ModRevision == revision ? Record.Parse<RevisionRecord>(found) : null;
        return ItemChange.Gone(name, fullKey, version is null ? read[3].Single : null, storeRevision, commit);
    }

    private KvException Silent(WatchStream stream) =>
        new(KvError.StorageUnavailable, $"Storage of store '{store}': {stream.Endpoint.Authority} told nothing of the past of item '{fullKey}' within {Patience.TotalSeconds:0} s. Try again.", fullKey);
}
