// A load streams into a table of its own first: a slow or failing source holds no lock, and the stores change in one step at its end.
using Npgsql;
using NpgsqlTypes;

namespace KvStore.Storage.PostgreSql;

public sealed partial class PostgreSqlStorage
{
    // Kept namespaces are rows without a value. Positions tell which of two rows of a key came last.
    private const string MakeStage = """
        BEGIN ISOLATION LEVEL READ COMMITTED;
        CREATE TEMPORARY TABLE kvstore_load (
            store integer NOT NULL, position bigint NOT NULL, key text COLLATE "C" NOT NULL, value text, expires timestamptz
        ) ON COMMIT DROP
        """;

    // A load is long as it is: it forgets what former ones logged.
    private const int TrimmedByLoad = 300_000;

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        _database.Write(
            async connection =>
            {
                await using var make = new NpgsqlCommand(MakeStage, connection);
                await make.ExecuteNonQueryAsync(cancellation);
                try
                {
                    List<KvStoreEntry> stores = await StageAsync(connection, entries, cancellation);
                    await MergeAsync(connection, stores, mode, cancellation);
                    return stores;
                }
                catch (Exception e) when ((e as KvException ?? PostgreSqlFailure.Translate(e, _database.Settings)) is { IsRepeatable: true } error)
                {
                    // The source can be read once only.
                    throw new KvException(error.Error, error.Message, error.Target, e);
                }
            },
            cancellation);
    }

    private static async Task<List<KvStoreEntry>> StageAsync(NpgsqlConnection connection, IEnumerable<KvEntry> entries, CancellationToken cancellation)
    {
        var stores = new List<KvStoreEntry>();
        long position = 0;
        await using NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync("COPY kvstore_load FROM STDIN (FORMAT BINARY)", cancellation);
        foreach ((int store, string key, string? value, long expires) in StagedRow.Read(entries, stores, cancellation))
        {
            if (value is not null)
            {
                CheckText(key, value);
            }

            await rows.StartRowAsync(cancellation);
            await rows.WriteAsync(store, NpgsqlDbType.Integer, cancellation);
            await rows.WriteAsync(position++, NpgsqlDbType.Bigint, cancellation);
            await rows.WriteAsync(key, NpgsqlDbType.Text, cancellation);
            await (value is null ? rows.WriteNullAsync(cancellation) : rows.WriteAsync(value, NpgsqlDbType.Text, cancellation));
            await (expires == 0 ? rows.WriteNullAsync(cancellation) : rows.WriteAsync(Statements.ToTimestamp(expires), NpgsqlDbType.TimestampTz, cancellation));
        }

        await rows.CompleteAsync(cancellation);
        return stores;
    }

    private async Task MergeAsync(NpgsqlConnection connection, List<KvStoreEntry> stores, KvLoadMode mode, CancellationToken cancellation)
    {
        // Merging takes as long as there is data: the server is trusted to work, and Ctrl+C ends it.
        await using var statements = new NpgsqlBatch(connection) { Timeout = 0 };
        CommitMark mark = default;

        // In one order everywhere, so that two loads of the same stores cannot wait for each other.
        foreach ((KvStoreEntry entry, int number) in stores.Select((entry, number) => (entry, number)).OrderBy(pair => pair.entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            LockedStore target = await LockedStore.LockAsync(connection, entry.Name, batch: null, begins: false, cancellation);
            target = target.OrBorn(entry.Name, (entry.Limits ?? KvLimits.Default).Within(Limits), entry.IsKept);
            await CheckStagedAsync(connection, target, number, cancellation);
            if (mode == KvLoadMode.NoClobber)
            {
                await CheckAbsentAsync(connection, target, number, cancellation);
            }

            mark = target.Advance(statements, added: 0);
            if (mode == KvLoadMode.Replace)
            {
                target.DeleteNamespace(statements, KvPath.Root);
            }

            Merge(statements, target, number);
            target.Log.Trim(statements, target, TrimmedByLoad);
        }

        if (stores.Count > 0)
        {
            await _database.CommitAsync(statements, mark, cancellation);
        }
    }

    private static void Merge(NpgsqlBatch statements, LockedStore target, int number)
    {
        string old = target.Log.IsOn ? ChangeLog.OfOld("key IN (SELECT key FROM kvstore_load WHERE store = $2 AND value IS NOT NULL)", revisionParameter: 3, startParameter: 5) + "," : "";
        string logged = target.Log.IsOn ? $", logged AS ({ChangeLog.OfWritten})" : "";
        object[] ofLog = target.Log.IsOn ? [target.Log.Start] : [];
        statements.Add(
            $"""
            WITH {old} written AS (
                INSERT INTO kvstore_item (store, key, value, version, create_revision, mod_revision, created, modified, expires)
                SELECT $1, l.key, l.value, 1, $3, $3, $4, $4, l.expires
                FROM (SELECT DISTINCT ON (key) key, value, expires FROM kvstore_load WHERE store = $2 AND value IS NOT NULL ORDER BY key, position DESC) l
                ON CONFLICT (store, key) DO UPDATE SET value = excluded.value, version = kvstore_item.version + 1,
                    mod_revision = excluded.mod_revision, modified = excluded.modified, expires = excluded.expires
                RETURNING {(target.Log.IsOn ? "*" : "version")}){logged}
            UPDATE kvstore_store SET item_count = item_count + (SELECT count(*) FROM written WHERE version = 1) WHERE id = $1
            """,
            [target.Id, number, target.Revision + 1, target.Now, .. ofLog]);
        statements.Add("INSERT INTO kvstore_namespace SELECT DISTINCT $1, key FROM kvstore_load WHERE store = $2 AND value IS NULL ON CONFLICT DO NOTHING", target.Id, number);
    }

    // What was within the limits when it was read may not be when the store is locked: another writer can have made it anew.
    private static async Task CheckStagedAsync(NpgsqlConnection connection, LockedStore target, int number, CancellationToken cancellation)
    {
        const string Sql = "SELECT key, coalesce(value, '') FROM kvstore_load WHERE store = $1 AND (octet_length(key) > $2 OR octet_length(value) > $3) LIMIT 1";
        await using NpgsqlCommand command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 }.With(number, target.Limits.MaximumKeySize, target.Limits.MaximumValueSize);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        if (await reader.ReadAsync(cancellation))
        {
            target.Limits.Check(reader.GetString(0), reader.GetString(1), $"store '{target.Name}'");
        }
    }

    private static async Task CheckAbsentAsync(NpgsqlConnection connection, LockedStore target, int number, CancellationToken cancellation)
    {
        const string Sql = $"""
            SELECT $3, {Rows.ItemColumns} FROM kvstore_load l JOIN kvstore_item i ON i.store = $1 AND i.key = l.key
            WHERE l.store = $2 AND l.value IS NOT NULL AND (i.expires IS NULL OR i.expires > $4) ORDER BY l.position LIMIT 1
            """;
        await using NpgsqlCommand command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 }.With(target.Id, number, target.Name, target.Now);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        if (await reader.ReadAsync(cancellation))
        {
            KvItem current = Rows.ReadItem(reader);
            KvCommit.Failed(new KvCondition(current.FullKey, Version: 0), current).ThrowIfFailed();
        }
    }
}
