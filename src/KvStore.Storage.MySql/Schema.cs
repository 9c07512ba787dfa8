// The tables, and the way from each version of them to the next; a database is recognised before anything in it is touched.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>The tables of a database, in versions; each step leads from one to the next.</summary>
/// <param name="steps">
/// The SQL of each step, statements separated by semicolons. Steps that were released never change. A step may be run again
/// after it broke off in the middle, since the server commits each change of a table by itself.
/// </param>
internal sealed class Schema(params string[] steps)
{
    // Keys are bytes: no collation of MySQL and MariaDB alike keeps all of them apart ("a" and "a ") and in order. The view
    // shows them as text. Rows of stores stay when a store vanishes, so that its revisions go on. Times are UTC.
    internal const string Version1 = """
        CREATE TABLE IF NOT EXISTS kvstore_store (
            id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
            name VARCHAR(48) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL UNIQUE,
            revision BIGINT NOT NULL,
            maximum_key_size INT NOT NULL,
            maximum_value_size INT NOT NULL,
            kept BOOLEAN NOT NULL,
            item_count BIGINT NOT NULL
        ) ENGINE = InnoDB COMMENT = 'KvStore: a row for each store, rows of vanished stores keep their revision';
        CREATE TABLE IF NOT EXISTS kvstore_item (
            store BIGINT NOT NULL,
            `key` VARBINARY(3000) NOT NULL,
            value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            version BIGINT NOT NULL,
            create_revision BIGINT NOT NULL,
            mod_revision BIGINT NOT NULL,
            created DATETIME(6) NOT NULL,
            modified DATETIME(6) NOT NULL,
            expires DATETIME(6),
            PRIMARY KEY (store, `key`),
            INDEX kvstore_item_expires (store, expires)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'KvStore: keys without a leading slash, as UTF-8';
        CREATE TABLE IF NOT EXISTS kvstore_namespace (
            store BIGINT NOT NULL,
            path VARBINARY(3000) NOT NULL,
            PRIMARY KEY (store, path)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'KvStore: namespaces that stay while empty';
        CREATE TABLE IF NOT EXISTS kvstore_commit (
            store BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            id CHAR(32) CHARACTER SET ascii NOT NULL,
            committed DATETIME(6) NOT NULL,
            PRIMARY KEY (store, revision)
        ) ENGINE = InnoDB COMMENT = 'KvStore: the last commits of each store, by which a writer learns what became of a broken one';
        CREATE OR REPLACE VIEW kvstore AS
            SELECT s.name AS store, CONVERT(i.`key` USING utf8mb4) AS `key`, i.value, i.version, i.create_revision, i.mod_revision, i.created, i.modified, i.expires
            FROM kvstore_item i JOIN kvstore_store s ON s.id = i.store
            WHERE i.expires IS NULL OR i.expires > UTC_TIMESTAMP(6)
        """;

    // A row of changes is what an item was from a revision on. It is valid while the log begins before the commit that wrote it:
    // the one that made the change, or, for a state from before the log began, the first one that changed the item since.
    // Watches have a table of their own, so that they and the writers of a store do not wait for each other.
    private const string Version2 = """
        CREATE TABLE IF NOT EXISTS kvstore_change (
            store BIGINT NOT NULL,
            logged BIGINT NOT NULL,
            `key` VARBINARY(3000) NOT NULL,
            revision BIGINT NOT NULL,
            kind TINYINT NOT NULL,
            value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
            version BIGINT NOT NULL,
            create_revision BIGINT NOT NULL,
            created DATETIME(6),
            time DATETIME(6) NOT NULL,
            expires DATETIME(6),
            PRIMARY KEY (store, logged, `key`, revision),
            INDEX kvstore_change_key (store, `key`, revision)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'KvStore: changes of items, for watches and for the history, kind 0 set, 1 deleted, 2 expired';
        CREATE TABLE IF NOT EXISTS kvstore_watch (
            store BIGINT NOT NULL PRIMARY KEY,
            until DATETIME(6) NOT NULL
        ) ENGINE = InnoDB COMMENT = 'KvStore: until when changes of a store are logged because somebody watches it';
        ALTER TABLE kvstore_store ADD COLUMN history_period BIGINT NOT NULL DEFAULT 0, ADD COLUMN log_start BIGINT NOT NULL DEFAULT 0;
        UPDATE kvstore_store SET log_start = revision
        """;

    private const string MakeVersions = """
        CREATE TABLE IF NOT EXISTS kvstore_schema (
            version INT NOT NULL PRIMARY KEY,
            applied DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
        ) ENGINE = InnoDB
        """;

    private const string CountTables = "SELECT COUNT(*), COALESCE(SUM(table_name = 'kvstore_schema'), 0) FROM information_schema.tables WHERE table_schema = DATABASE() AND LEFT(table_name, 7) = 'kvstore'";

    // By database: other programs of the server may have locks of any name.
    private const string LockName = "CONCAT('kvstore ', SHA1(DATABASE()))";

    /// <summary>The schema of this version.</summary>
    public static Schema Current { get; } = new(Version1, Version2);

    /// <summary>The version that this program writes.</summary>
    public int Version => steps.Length;

    /// <summary>The version that a database has, 0 for one without our tables or with half of them; nothing is written.</summary>
    /// <exception cref="KvException"><see cref="KvError.NewerSchema"/>.</exception>
    public int Inspect(Connection connection, string place)
    {
        if (Count(connection).Versions == 0)
        {
            return 0;
        }

        int version = (int)connection.Select("SELECT MAX(version) FROM kvstore_schema", "n", row => row.GetNumber(0))[0];
        return version <= Version
            ? version
            : throw new KvException(
                KvError.NewerSchema,
                $"{place} was written by a newer KvStore (schema {version}, this one knows {Version}); it was left as it is. Update the module, or name another database.",
                place);
    }

    /// <summary>Makes or migrates the tables, unless somebody else was faster.</summary>
    public void Migrate(Connection connection, MySqlSettings settings)
    {
        int patience = (int)Math.Max(1, settings.Timeout.TotalSeconds * 0.8);
        if (connection.Select($"SELECT GET_LOCK({LockName}, ?)", "n", row => row.GetNumber(0), patience)[0] != 1)
        {
            throw new KvException(KvError.StorageBusy, $"Another process is changing the tables of {settings.Place}. Try again in a moment.", settings.Place);
        }

        try
        {
            MigrateLocked(connection, settings.Place);
        }
        finally
        {
            if (!connection.IsBroken)
            {
                connection.Select($"SELECT RELEASE_LOCK({LockName})", "n", row => row.GetNumber(0));
            }
        }
    }

    private static (long Tables, long Versions) Count(Connection connection) =>
        connection.Select(CountTables, "nn", row => (row.GetNumber(0), row.GetNumber(1)))[0];

    private void MigrateLocked(Connection connection, string place)
    {
        if (Count(connection) is { Tables: > 0, Versions: 0 })
        {
            throw new KvException(KvError.ForeignDatabase, $"{place} has tables named kvstore_* of another program; they were left as they are. Name another database.", place);
        }

        connection.Execute(MakeVersions);
        for (int version = Inspect(connection, place); version < Version; version++)
        {
            foreach (string sql in steps[version].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                ExecuteOnce(connection, sql);
            }

            connection.Change("INSERT INTO kvstore_schema (version) VALUES (?)", version + 1);
        }
    }

    // A column that is there already was added when the step broke off; IF NOT EXISTS is MariaDB's alone.
    private static void ExecuteOnce(Connection connection, string sql)
    {
        try
        {
            connection.Execute(sql);
        }
        catch (MySqlError e) when (e.Number == MySqlError.DuplicateColumn)
        {
        }
    }
}
