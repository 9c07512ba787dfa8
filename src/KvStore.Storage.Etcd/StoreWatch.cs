// A watch that outlives its connections: it knows what it has given, begins anew behind that at whichever server answers, and
// finds out when a connection that looks whole brings nothing any more.
namespace KvStore.Storage.Etcd;

/// <summary>All that one of etcd's revisions changed in a store.</summary>
/// <param name="Revision">etcd's revision.</param>
/// <param name="Events">The changes.</param>
internal sealed record StoreEvents(long Revision, IReadOnlyList<EtcdEvent> Events);

/// <summary>The changes of a store's keys, each once and in order. Not safe for use by several threads at once.</summary>
/// <param name="gateway">The cluster.</param>
/// <param name="keys">The store's keys.</param>
/// <param name="store">The store's name, for errors.</param>
/// <param name="after">etcd's revision behind which they begin.</param>
/// <param name="cancellation">Ends the watch.</param>
internal sealed class StoreWatch(EtcdGateway gateway, StoreKeys keys, string store, long after, CancellationToken cancellation)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private WatchStream? _stream;
    private TimeSpan _pause = FirstPause;

    // All up to this revision of etcd's has been given.
    private long _given = after;

    // A revision that the stream's server had reached when it was asked last; 0 if it was not asked yet.
    private long _reached;

    // A commit that the stream should have brought; 0 if none is known.
    private long _missing;

    /// <summary>The changes, revision by revision; after the last it waits for the next.</summary>
    public IEnumerable<StoreEvents> Read()
    {
        try
        {
            while (true)
            {
                foreach (StoreEvents events in ReadSome())
                {
                    yield return events;
                }
            }
        }
        finally
        {
            _stream?.Dispose();
        }
    }

    private IReadOnlyList<StoreEvents> ReadSome()
    {
        try
        {
            _stream ??= Open();
            WatchReply? reply = _stream.Read(_missing > 0 ? LongestPause : gateway.RequestTime, cancellation);
            if (reply is null)
            {
                LookAfter(_stream);
                return [];
            }

            if (reply.CompactRevision > 0)
            {
                StepOver(reply.CompactRevision);
                return [];
            }

            return Take(reply.Events);
        }
        catch (KvException e) when (e.IsRepeatable && _stream is not null)
        {
            // The server broke it off; if none can be reached, opening another tells.
            Close();
            cancellation.WaitHandle.WaitOne(_pause);
            cancellation.ThrowIfCancellationRequested();
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            return [];
        }
    }

    // From one revision before: what etcd still keeps of that one is whole, while a compaction up to the first that is wanted
    // would leave out what that one deleted, without a word.
    private WatchStream Open() => gateway.Watch(new WatchRequest(keys.All[""], keys.All.End, Math.Max(1, _given)) { HasPrevious = true }, cancellation);

    private void Close()
    {
        _stream?.Dispose();
        (_stream, _reached, _missing) = (null, 0, 0);
    }

    private List<StoreEvents> Take(IReadOnlyList<EtcdEvent> events)
    {
        List<StoreEvents> taken = [.. events.Where(change => change.Entry.ModRevision > _given).GroupBy(change => change.Entry.ModRevision).Select(group => new StoreEvents(group.Key, [.. group]))];
        if (taken.Count > 0)
        {
            _given = taken[^1].Revision;
            _missing = _missing <= _given ? 0 : _missing;
            _pause = FirstPause;
        }

        return taken;
    }

    // The stream was silent: is its server still there, and is there nothing to tell?
    private void LookAfter(WatchStream stream)
    {
        (TransactionReply reply, Uri endpoint) = gateway.Ask(new ReadOperation(keys.Revision), cancellation);
        long commit = reply.Reads[0].Single?.ModRevision ?? 0;
        if (endpoint != stream.Endpoint || (commit > _given && _missing > 0))
        {
            Close();
            return;
        }

        if (commit > _given)
        {
            // It may be on its way.
            _missing = commit;
            return;
        }

        // What the server had reached at the last look it has told since: a watch of a quiet store must not fall behind what
        // etcd is compacted to, nor have it search all that happened elsewhere.
        _given = Math.Max(_given, _reached);
        _reached = reply.Revision;
    }

    // etcd no longer keeps what comes next; but if no commit was among what it let go of, no commit was missed.
    private void StepOver(long compactRevision)
    {
        Close();
        if (FindCommit(compactRevision) is { } commit && commit.ModRevision > _given)
        {
            throw new KvException(
                KvError.RevisionGone,
                $"Changes of store '{store}' up to revision {StorePast.GetRevision(commit)} were missed: etcd was compacted while the watch was cut off or far behind. Read the store anew, and watch it from then on.",
                store);
        }

        _given = Math.Max(_given, compactRevision);
    }

    // The store's last commit up to a compaction; its newest if etcd was compacted again meanwhile.
    private EtcdEntry? FindCommit(long compactRevision)
    {
        try
        {
            return gateway.Read(new ReadOperation(keys.Revision) { Revision = compactRevision }, cancellation).Single;
        }
        catch (KvException e) when (e.Error == KvError.RevisionGone)
        {
            return gateway.Read(new ReadOperation(keys.Revision), cancellation).Single;
        }
    }
}
