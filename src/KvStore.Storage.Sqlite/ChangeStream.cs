// A watch's changes: read from the log a page at a time, with nothing held open between two pages or while waiting.
using System.Collections;

namespace KvStore.Storage.Sqlite;

/// <summary>What a watch sees, in order, each change once; enumerated anew, it goes on.</summary>
internal sealed class ChangeStream(Engine engine, WatchLease lease, string namespacePath, CancellationToken cancellation) : IEnumerable<KvChange>
{
    // How often other processes' commits are looked for: with a read of the store's row, some microseconds.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);
    private static readonly (int Count, int Length) PageSize = (Count: 256, Length: 1 << 20);

    private readonly KeyBounds _bounds = KeyBounds.Beneath(namespacePath);
    private LogPosition _position = new(lease.Seen + 1, "");

    // The store's revision when all its changes had been read; -1 while more are known to be there.
    private long _readUpTo = -1;
    private long? _nextExpiry;

    // The first writer of a store spells its name.
    private StoreName _store = lease.Store;

    public IEnumerator<KvChange> GetEnumerator() => new Enumerator(Read().GetEnumerator(), lease);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<KvChange> Read()
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            long rung = engine.Bell.Count;
            List<LoggedChange> page = ReadPage();
            foreach (LoggedChange change in page)
            {
                yield return change.ToChange(_store.Name);
                cancellation.ThrowIfCancellationRequested();
            }

            if (page.Count == 0)
            {
                RemoveExpired();
                engine.Bell.Wait(rung, PollInterval);
            }
        }
    }

    private List<LoggedChange> ReadPage() =>
        engine.Read(session =>
        {
            StoreRow? row = session.Stores.Find(lease.Store.Name);
            if (row is null || row.Id != lease.Store.Id || !session.Watches.Contains(lease.Id))
            {
                throw LogGap.OfReplaced(lease.Store.Name, session.Connection.Place);
            }

            if (row.Revision == _readUpTo)
            {
                return [];
            }

            if (row.Log.Start > lease.Seen)
            {
                throw LogGap.OfGap(row, lease.Seen);
            }

            _store = new StoreName(row.Id, row.Name);
            List<LoggedChange> page = session.Changes.ReadPage(_store, _bounds, _position, PageSize, out bool isLast);
            Advance(session, row, page, isLast);
            return page;
        }, cancellation) ?? throw LogGap.OfDeleted(lease.Store.Name);

    private void Advance(Session session, StoreRow row, List<LoggedChange> page, bool isLast)
    {
        if (!isLast)
        {
            _position = new LogPosition(page[^1].Revision, page[^1].FullKey);
            lease.Seen = Math.Max(lease.Seen, _position.Revision - 1);
            return;
        }

        // A watch may begin at a revision that is still to come.
        _readUpTo = row.Revision;
        lease.Seen = Math.Max(lease.Seen, row.Revision);
        _position = new LogPosition(lease.Seen + 1, "");
        _nextExpiry = session.Items.GetNextExpiry(row.Id);
    }

    /// <summary>Lets go of what has expired while nobody writes, so that the watch tells it.</summary>
    private void RemoveExpired()
    {
        if (!(_nextExpiry <= KvTime.Now))
        {
            return;
        }

        try
        {
            engine.Write(session => ExpirySweep.Run(session, lease.Store.Name), runsAlone: false, cancellation);
            _nextExpiry = null;
        }
        catch (KvException e) when (e.Error == KvError.StorageBusy)
        {
            // Another writer is at work for long: the next turn tries again.
        }
    }

    /// <summary>Ends the watch with the enumeration, one that took no step too.</summary>
    private sealed class Enumerator(IEnumerator<KvChange> changes, WatchLease lease) : IEnumerator<KvChange>
    {
        public KvChange Current => changes.Current;

        object IEnumerator.Current => changes.Current;

        public bool MoveNext() => changes.MoveNext();

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
            changes.Dispose();
            lease.End();
        }
    }
}
