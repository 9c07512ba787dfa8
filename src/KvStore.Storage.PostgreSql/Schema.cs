// The tables, and the way from each version of them to the next; a database is recognised before anything in it is touched.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>The tables of a database, in versions; each step leads from one to the next.</summary>
/// <param name="steps">The SQL of each step. Steps that were released never change.</param>
internal sealed class Schema(params string[] steps)
{
    // "KvSt": whoever makes or migrates tables holds this lock, so that many may come first at once.
    private const long AdvisoryLock = 0x4B765374;

    // Keys are ordered by their UTF-8 bytes (collation C). No foreign key: it would lock the store's row once for each item,
    // which every writer has locked already. Rows of stores stay when a store vanishes, so that its revisions go on.
    internal const string Version1 = """
        CREATE TABLE kvstore_schema (
            version integer PRIMARY KEY,
            applied timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE kvstore_store (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL,
            revision bigint NOT NULL,
            maximum_key_size integer NOT NULL,
            maximum_value_size integer NOT NULL,
            kept boolean NOT NULL,
            item_count bigint NOT NULL
        ) WITH (fillfactor = 50);
        CREATE UNIQUE INDEX kvstore_store_name ON kvstore_store (lower(name));
        CREATE TABLE kvstore_item (
            store bigint NOT NULL,
            key text COLLATE "C" NOT NULL,
            value text NOT NULL,
            version bigint NOT NULL,
            create_revision bigint NOT NULL,
            mod_revision bigint NOT NULL,
            created timestamptz NOT NULL,
            modified timestamptz NOT NULL,
            expires timestamptz,
            PRIMARY KEY (store, key)
        );
        CREATE INDEX kvstore_item_expires ON kvstore_item (store, expires) WHERE expires IS NOT NULL;
        CREATE TABLE kvstore_namespace (
            store bigint NOT NULL,
            path text COLLATE "C" NOT NULL,
            PRIMARY KEY (store, path)
        );
        CREATE TABLE kvstore_commit (
            store bigint NOT NULL,
            revision bigint NOT NULL,
            id uuid NOT NULL,
            committed timestamptz NOT NULL,
            PRIMARY KEY (store, revision)
        );
        CREATE VIEW kvstore AS
            SELECT s.name AS store, i.key, i.value, i.version, i.create_revision, i.mod_revision, i.created, i.modified, i.expires
            FROM kvstore_item i JOIN kvstore_store s ON s.id = i.store
            WHERE i.expires IS NULL OR i.expires > now();
        COMMENT ON VIEW kvstore IS 'KvStore: the items of all stores, to be read by people';
        COMMENT ON TABLE kvstore_store IS 'KvStore: a row for each store; rows of vanished stores keep their revision';
        COMMENT ON TABLE kvstore_item IS 'KvStore: keys without a leading slash, in the order of their UTF-8 bytes';
        COMMENT ON TABLE kvstore_namespace IS 'KvStore: namespaces that stay while empty';
        COMMENT ON TABLE kvstore_commit IS 'KvStore: the last commits of each store, by which a writer learns what became of one whose connection broke';
        """;

    // A row of changes is what an item was from a revision on. It is valid while the log begins before the commit that wrote it:
    // the one that made the change, or, for a state from before the log began, the first one that changed the item since.
    // Watches have a table of their own, so that they and the writers of a store do not wait for each other.
    private const string Version2 = """
        ALTER TABLE kvstore_store ADD COLUMN history_period bigint NOT NULL DEFAULT 0, ADD COLUMN log_start bigint NOT NULL DEFAULT 0;
        UPDATE kvstore_store SET log_start = revision;
        CREATE TABLE kvstore_change (
            store bigint NOT NULL,
            logged bigint NOT NULL,
            key text COLLATE "C" NOT NULL,
            revision bigint NOT NULL,
            kind smallint NOT NULL,
            value text,
            version bigint NOT NULL,
            create_revision bigint NOT NULL,
            created timestamptz,
            time timestamptz NOT NULL,
            expires timestamptz,
            PRIMARY KEY (store, logged, key, revision)
        );
        CREATE INDEX kvstore_change_key ON kvstore_change (store, key, revision DESC);
        CREATE TABLE kvstore_watch (
            store bigint PRIMARY KEY,
            until timestamptz NOT NULL
        );
        COMMENT ON TABLE kvstore_change IS 'KvStore: changes of items, for watches and for the history; kind 0 set, 1 deleted, 2 expired';
        COMMENT ON TABLE kvstore_watch IS 'KvStore: until when changes of a store are logged because somebody watches it';
        """;

    /// <summary>The schema of this version.</summary>
    public static Schema Current { get; } = new(Version1, Version2);

    /// <summary>The version that this program writes.</summary>
    public int Version => steps.Length;

    /// <summary>The version that a database has, 0 for one without our tables; nothing is written.</summary>
    /// <exception cref="KvException"><see cref="KvError.NewerSchema"/>.</exception>
    public async Task<int> InspectAsync(NpgsqlConnection connection, string place, CancellationToken cancellation)
    {
        // Asking for the table first keeps an error out of the server's log at every look at an empty database. Not by
        // to_regclass, whose cache may not have heard yet of a table that was made while this session waited for the lock.
        if (await ScalarAsync(connection, "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'kvstore_schema' AND pg_table_is_visible(oid))", cancellation) is not true)
        {
            return 0;
        }

        int version = await ScalarAsync(connection, "SELECT max(version) FROM kvstore_schema", cancellation) as int? ?? 0;
        return version <= Version
            ? version
            : throw new KvException(
                KvError.NewerSchema,
                $"{place} was written by a newer KvStore (schema {version}, this one knows {Version}); it was left as it is. Update the module, or name another database.",
                place);
    }

    /// <summary>Makes or migrates the tables in one transaction, unless somebody else was faster.</summary>
    public async Task MigrateAsync(NpgsqlConnection connection, string place, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await ScalarAsync(connection, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellation);
        if (await ScalarAsync(connection, "SHOW server_encoding", cancellation) is not "UTF8")
        {
            throw new KvException(KvError.InvalidConfiguration, $"{place} cannot hold all of Unicode. Create a database with ENCODING 'UTF8' and TEMPLATE template0, and name that.", place);
        }

        for (int version = await InspectAsync(connection, place, cancellation); version < Version; version++)
        {
            await ScalarAsync(connection, $"{steps[version]}; INSERT INTO kvstore_schema (version) VALUES ({version + 1})", cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }
}
