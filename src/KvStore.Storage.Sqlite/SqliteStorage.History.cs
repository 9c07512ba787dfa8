// The part of the contract that is about time: changes as they come, and the past as long as it is kept.
namespace KvStore.Storage.Sqlite;

public partial class SqliteStorage
{
    private const int CompressionPortion = 4096;

    /// <inheritdoc/>
    /// <remarks>
    /// A commit of this process is seen at once, one of another within about 25 milliseconds, and an item that expires while
    /// nobody writes within the same time. While a watch lives, which takes a write to begin and to renew, changes of its
    /// store are logged and kept until it has read them.
    /// </remarks>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation) =>
        new ChangeStream(_engine, WatchLease.Begin(_engine, store, fromRevision, cancellation), namespacePath, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation) =>
        Existing(
            session => StoreHistory.ScanAt(session, store, range, revision, cancellation),
            otherwise: () => KeptRevisions.CheckState(store, revision, oldestRevision: 0, newestRevision: 0),
            cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) =>
        _engine.Stream(session => StoreHistory.OfItem(session, store, fullKey, cancellation), cancellation);

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        // What is not there needs no file to be made.
        _ = GetStore(store, cancellation) ?? throw StoreNotFound(store);
        _engine.Write(
            session =>
            {
                _ = session.Describe(store) ?? throw StoreNotFound(store);
                StoreRow row = session.Stores.Find(store)!;
                session.Stores.Update(row with { IsKept = row.IsKept || period > TimeSpan.Zero, Log = row.Log with { Period = HistoryPeriod.ToNumber(period) } });
                return true;
            },
            runsAlone: false,
            cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What a live watch has not read yet stays. Space is given back where at least a twentieth of the database is free; the
    /// database is written anew then, which takes as much disk space again while it lasts, and writers wait for it. Readers do not.
    /// </remarks>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        if (Read(session => session.Stores.Find(store), cancellation) is null)
        {
            return 0;
        }

        _engine.Write(session => ExpirySweep.Run(session, store), runsAlone: false, cancellation);
        long forgotten = TrimLog(store, keep, cancellation);
        _engine.Shrink(cancellation);
        return forgotten;
    }

    /// <summary>Forgets what is older than the store's period, or a shorter one.</summary>
    private long TrimLog(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        long forgotten = 0;
        while (true)
        {
            // In portions, so that other writers come between.
            (long count, bool isDone) = _engine.Write(session => Trim(session, store, keep), runsAlone: false, cancellation);
            forgotten += count;
            if (isDone)
            {
                return forgotten;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>All of it is one moment, and others write meanwhile. Of the whole storage SQLite's own structures are checked too.</remarks>
    public override IEnumerable<KvDamage> Check(string? store, CancellationToken cancellation) =>
        DatabaseCheck.UpToFailure(null, _engine.Stream(session => DatabaseCheck.Run(session, store, cancellation), cancellation));

    private static (long Count, bool IsDone) Trim(Session session, string store, TimeSpan? keep)
    {
        if (session.Stores.Find(store) is not { } row)
        {
            return (0, true);
        }

        long period = Math.Min(row.Log.Period, HistoryPeriod.ToNumber(keep ?? TimeSpan.MaxValue));
        (StoreRow trimmed, long forgotten, bool isDone) = LogTrimming.Trim(session, row, period, CompressionPortion);
        session.Stores.Update(trimmed);
        return (forgotten, isDone);
    }

    /// <summary>A lazy read, and what is to be checked where there is no database to be read yet.</summary>
    private IEnumerable<T> Existing<T>(Func<Session, IEnumerable<T>> read, Action otherwise, CancellationToken cancellation)
    {
        bool exists = false;
        IEnumerable<T> Read(Session session)
        {
            exists = true;
            return read(session);
        }

        foreach (T found in _engine.Stream(Read, cancellation))
        {
            yield return found;
        }

        if (!exists)
        {
            otherwise();
        }
    }
}
