// The past of a store: its log read back, and how long it is kept.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

public sealed partial class MySqlStorage
{
    // How many rows of the log a store is locked for at a time.
    private const long CompressedRows = 2000;

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        reading.Begin();
        (_, long newest, long oldest) = reading.Read(connection => Changes.ReadState(connection, store), isAll: _ => true, empty: default);
        KeptRevisions.CheckState(store, revision, oldest, newest);
        IReadOnlyList<KvItem> ReadPage(KvRange page) => reading.Read(connection => Changes.ReadRange(connection, store, page, revision), isAll: _ => true, empty: []);
        foreach (KvItem item in PagedScan.Read(range, ReadPage, cancellation))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation)
    {
        IReadOnlyList<KvChange> ReadPage(long before, int count) => _database.Read(connection => Changes.ReadHistory(connection, store, fullKey, before, count), [], cancellation);
        foreach (KvChange change in PagedHistory.Read(Get(store, fullKey, cancellation), ReadPage, cancellation))
        {
            yield return change;
        }
    }

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        bool isThere = _database.Read(connection => SetHistoryPeriod(connection, store, HistoryPeriod.ToNumber(period)), empty: false, cancellation);
        if (!isThere)
        {
            throw StoreNotFound(store);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Space is given back by OPTIMIZE TABLE, which copies what is left of the log, and blocks nobody meanwhile.</remarks>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        RemoveExpired(store, cancellation);
        long forgotten = 0;
        (bool isDone, long count) = (false, 0);
        while (!isDone)
        {
            (isDone, count) = _database.Read(connection => CompressPart(connection, store, keep), (true, 0L), cancellation, isPatient: true);
            forgotten += count;
        }

        _database.Read(connection => connection.Select("OPTIMIZE TABLE kvstore_change", "tttt", row => row.GetText(3)), [], cancellation, isPatient: true);
        return forgotten;
    }

    /// <inheritdoc/>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>.</exception>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) => throw NoBackup();

    /// <inheritdoc/>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>.</exception>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) => throw NoBackup();

    private KvException NoBackup() => new(
        KvError.NotSupported,
        $"Storage '{Description}' is a server's database, of which KvStore makes no copy. Back it up with mariadb-dump or mysqldump (--single-transaction) and bring it back with the server's client; Export-KvStore writes single stores.",
        Description);

    private static bool SetHistoryPeriod(Connection connection, string store, long period)
    {
        connection.Begin();
        if (LockedStore.TryLock(connection, store, keys: [], NoKeys) is not { IsThere: true } target)
        {
            connection.Rollback();
            return false;
        }

        connection.Change("UPDATE kvstore_store SET history_period = ?, kept = kept OR ? > 0 WHERE id = ?", period, period, target.Id);
        connection.Commit();
        return true;
    }

    private static (bool IsDone, long Forgotten) CompressPart(Connection connection, string store, TimeSpan? keep)
    {
        connection.Begin();
        if (LockedStore.TryLock(connection, store, keys: [], NoKeys) is not { } target)
        {
            connection.Rollback();
            return (true, 0);
        }

        long start = target.Log.Advance(connection, target.Id, target.Revision, target.Log.GetCutoff(target.Now, keep, PagedWatch.Lease), CompressedRows, largestCommit: long.MaxValue);
        long forgotten = ChangeLog.CountForgotten(connection, target.Id, start, CompressedRows);
        long deleted = ChangeLog.Forget(connection, target.Id, start, CompressedRows);
        connection.Commit();
        return (start == target.Log.Start && deleted == 0, forgotten);
    }
}
