// A load streams into a table of its own first: a slow or failing source holds no lock, and the stores change in one step at its end.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

public sealed partial class MySqlStorage
{
    private const int StagedRows = 256;
    private const long StagedCharacters = 1024 * 1024;

    // A load is long as it is: it forgets what former ones logged.
    private const int TrimmedByLoad = 300_000;

    // A key that comes twice is there once, as it came last.
    private const string MakeStage = """
        CREATE TEMPORARY TABLE kvstore_load (
            store INT NOT NULL, is_namespace BOOLEAN NOT NULL, `key` VARBINARY(3000) NOT NULL,
            value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, expires DATETIME(6), PRIMARY KEY (store, is_namespace, `key`)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC
        """;

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) => _database.Write(
        connection =>
        {
            connection.Execute(MakeStage);
            try
            {
                connection.Begin();
                List<KvStoreEntry> stores = Stage(connection, entries, cancellation);
                Merge(connection, stores, mode, cancellation);
                return stores;
            }
            catch (KvException e) when (e.IsRepeatable)
            {
                // The source can be read once only.
                throw new KvException(e.Error, e.Message, e.Target, e);
            }
            catch (MySqlError e)
            {
                cancellation.ThrowIfCancellationRequested();
                KvException error = MySqlFailure.Translate(e, _database.Settings, TimeSpan.Zero);
                throw new KvException(error.Error, error.Message, error.Target, e);
            }
        },
        cancellation,
        isPatient: true);

    private static List<KvStoreEntry> Stage(Connection connection, IEnumerable<KvEntry> entries, CancellationToken cancellation)
    {
        var stores = new List<KvStoreEntry>();
        var rows = new List<StagedRow>(StagedRows);
        long characters = 0;
        foreach (StagedRow row in StagedRow.Read(entries, stores, cancellation))
        {
            rows.Add(row);
            characters += row.Value?.Length ?? 0;
            if (rows.Count == StagedRows || characters >= StagedCharacters)
            {
                Flush();
            }
        }

        Flush();
        return stores;

        void Flush()
        {
            foreach (StagedRow[] part in Parts.Of(rows.ToArray(), row => row.Key.Length + (row.Value?.Length ?? 0)))
            {
                connection.Change(
                    $"""
                    INSERT INTO kvstore_load (store, is_namespace, `key`, value, expires) VALUES {Parts.Marks(part.Length, $"(?, ?, ?, ?, {Rows.ToTime})")}
                    ON DUPLICATE KEY UPDATE value = VALUES(value), expires = VALUES(expires)
                    """,
                    [.. part.SelectMany(row => new object?[] { row.Store, row.Value is null ? 1 : 0, row.Key, row.Value ?? "", ToExpires(row.Expires) })]);
            }

            rows.Clear();
            characters = 0;
        }
    }

    private void Merge(Connection connection, List<KvStoreEntry> stores, KvLoadMode mode, CancellationToken cancellation)
    {
        CommitMark mark = default;

        // In one order everywhere, so that two loads of the same stores cannot wait for each other.
        foreach ((KvStoreEntry entry, int number) in stores.Select((entry, number) => (entry, number)).OrderBy(pair => pair.entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            LockedStore target = LockedStore.Lock(connection, entry.Name, keys: [], NoKeys)
                .OrBorn(entry.Name, (entry.Limits ?? KvLimits.Default).Within(Limits), entry.IsKept);
            CheckStaged(connection, target, number);
            if (mode == KvLoadMode.NoClobber)
            {
                CheckAbsent(connection, target, number);
            }

            long gone = target.DeleteExpired(connection);
            if (mode == KvLoadMode.Replace)
            {
                gone += target.DeleteNamespace(connection, KvPath.Root);
            }

            mark = target.Advance(connection, MergeItems(connection, target, number) - gone);
            target.Log.Trim(connection, target, TrimmedByLoad);
            connection.Change(
                "INSERT INTO kvstore_namespace (store, path) SELECT ?, l.`key` FROM kvstore_load l WHERE l.store = ? AND l.is_namespace ON DUPLICATE KEY UPDATE path = VALUES(path)",
                target.Id,
                number);
        }

        if (stores.Count > 0)
        {
            _database.Commit(connection, mark, cancellation);
        }
    }

    private static long MergeItems(Connection connection, LockedStore target, int number)
    {
        long staged = connection.Select("SELECT COUNT(*) FROM kvstore_load WHERE store = ? AND NOT is_namespace", "n", row => row.GetNumber(0), number)[0];
        const string IsStaged = "`key` IN (SELECT l.`key` FROM kvstore_load l WHERE l.store = ? AND NOT l.is_namespace)";
        if (target.Log.IsOn)
        {
            target.Log.AddOld(connection, target, IsStaged, number);
        }

        long changed = connection.Change(
            $"""
            INSERT INTO kvstore_item (store, `key`, value, version, create_revision, mod_revision, created, modified, expires)
            SELECT ?, l.`key`, l.value, 1, ?, ?, {Rows.ToTime}, {Rows.ToTime}, l.expires FROM kvstore_load l WHERE l.store = ? AND NOT l.is_namespace
            ON DUPLICATE KEY UPDATE value = VALUES(value), version = kvstore_item.version + 1, mod_revision = VALUES(mod_revision),
                modified = VALUES(modified), expires = VALUES(expires)
            """,
            target.Id, target.Revision + 1, target.Revision + 1, target.Now, target.Now, number);

        if (target.Log.IsOn)
        {
            target.Log.AddWritten(connection, target, IsStaged, number);
        }

        // A new row counts once and a replaced one twice.
        return (2 * staged) - changed;
    }

    // What was within the limits when it was read may not be when the store is locked: another writer can have made it anew.
    private static void CheckStaged(Connection connection, LockedStore target, int number)
    {
        const string Sql = "SELECT `key`, value FROM kvstore_load WHERE store = ? AND (LENGTH(`key`) > ? OR LENGTH(value) > ?) LIMIT 1";
        foreach ((string key, string value) in connection.Select(Sql, "tt", row => (row.GetText(0), row.GetText(1)), number, target.Limits.MaximumKeySize, target.Limits.MaximumValueSize))
        {
            target.Limits.Check(key, value, $"store '{target.Name}'");
        }
    }

    private static void CheckAbsent(Connection connection, LockedStore target, int number)
    {
        const string Sql = $"""
            SELECT ?, {Rows.ItemColumns} FROM kvstore_load l JOIN kvstore_item i ON i.store = ? AND i.`key` = l.`key`
            WHERE l.store = ? AND NOT l.is_namespace AND (i.expires IS NULL OR i.expires > {Rows.ToTime}) ORDER BY i.`key` LIMIT 1
            """;
        foreach (KvItem current in connection.Select(Sql, Rows.ItemKinds, Rows.ToItem, target.Name, target.Id, number, target.Now))
        {
            KvCommit.Failed(new KvCondition(current.FullKey, Version: 0), current).ThrowIfFailed();
        }
    }
}
