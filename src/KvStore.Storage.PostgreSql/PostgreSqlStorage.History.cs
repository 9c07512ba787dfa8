// The past of a store: its log read back, and how long it is kept.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

public sealed partial class PostgreSqlStorage
{
    // How many rows of the log a store is locked for at a time.
    private const long CompressedRows = 5000;

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        IReadOnlyList<KvItem> ReadPage(KvRange page)
        {
            PastItems read = reading.Read(
                connection => Changes.ReadRangeAsync(connection, store, page, revision, cancellation),
                isAll: past => past.Items.Count < page.Limit || page.Limit == range.Limit,
                empty: new PastItems([], Revision: 0, OldestRevision: 0));
            KeptRevisions.CheckState(store, revision, read.OldestRevision, read.Revision);
            return read.Items;
        }

        foreach (KvItem item in PagedScan.Read(range, ReadPage, cancellation))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation)
    {
        IReadOnlyList<KvChange> ReadPage(long before, int count) => _database.Read(connection => Changes.ReadHistoryAsync(connection, store, fullKey, before, count, cancellation), [], cancellation);
        foreach (KvChange change in PagedHistory.Read(Get(store, fullKey, cancellation), ReadPage, cancellation))
        {
            yield return change;
        }
    }

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        bool isThere = _database.Read(connection => SetHistoryPeriodAsync(connection, store, period, cancellation), empty: false, cancellation);
        if (!isThere)
        {
            throw StoreNotFound(store);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Space is given back by VACUUM, which blocks nobody: to the tables themselves, and to the system what is free at their ends.</remarks>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        RemoveExpired(store, cancellation);
        long forgotten = 0;
        (bool isDone, long count) = (false, 0);
        while (!isDone)
        {
            (isDone, count) = _database.Read(connection => CompressPartAsync(connection, store, keep, cancellation), (true, 0L), cancellation);
            forgotten += count;
        }

        _database.Read(
            async connection =>
            {
                await using var vacuum = new NpgsqlCommand("VACUUM (SKIP_LOCKED) kvstore_change, kvstore_item", connection) { CommandTimeout = 0 };
                return await vacuum.ExecuteNonQueryAsync(cancellation);
            },
            empty: 0,
            cancellation);
        return forgotten;
    }

    /// <inheritdoc/>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>.</exception>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        throw NoBackup();

    /// <inheritdoc/>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>.</exception>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) =>
        throw NoBackup();

    private KvException NoBackup() => new(
        KvError.NotSupported,
        $"Storage '{Description}' is a server's database, of which KvStore makes no copy. Back it up with pg_dump and bring it back with pg_restore; Export-KvStore writes single stores.",
        Description);

    private static async Task<bool> SetHistoryPeriodAsync(NpgsqlConnection connection, string store, TimeSpan period, CancellationToken cancellation)
    {
        if (await LockedStore.TryLockAsync(connection, store, batch: null, begins: true, cancellation) is not { IsThere: true } target)
        {
            return false;
        }

        await using var statements = new NpgsqlBatch(connection);
        statements.Add("UPDATE kvstore_store SET history_period = $2, kept = kept OR $2 > 0 WHERE id = $1", target.Id, HistoryPeriod.ToNumber(period));
        statements.Add("COMMIT");
        await statements.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    private static async Task<(bool IsDone, long Forgotten)> CompressPartAsync(NpgsqlConnection connection, string store, TimeSpan? keep, CancellationToken cancellation)
    {
        if (await LockedStore.TryLockAsync(connection, store, batch: null, begins: true, cancellation) is not { } target)
        {
            return (true, 0);
        }

        int advanced = 0;
        if (target.Log.GetCutoff(target.Now, keep, PagedWatch.Lease) is { } cutoff)
        {
            await using NpgsqlCommand advance = new NpgsqlCommand(ChangeLog.Advance, connection) { CommandTimeout = 0 }.With(target.Id, cutoff, CompressedRows, (long)int.MaxValue);
            advanced = await advance.ExecuteNonQueryAsync(cancellation);
        }

        long deleted;
        long forgotten;
        await using (NpgsqlCommand forget = new NpgsqlCommand(ChangeLog.Forget, connection) { CommandTimeout = 0 }.With(target.Id, CompressedRows))
        await using (NpgsqlDataReader reader = await forget.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (deleted, forgotten) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        await using var commit = new NpgsqlCommand("COMMIT", connection);
        await commit.ExecuteNonQueryAsync(cancellation);
        return (advanced == 0 && deleted == 0, forgotten);
    }
}
