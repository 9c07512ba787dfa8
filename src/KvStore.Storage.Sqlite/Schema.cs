// The tables, and the way from each version of them to the next; a file is recognised before anything in it is touched.
namespace KvStore.Storage.Sqlite;

/// <summary>What a database file turned out to be.</summary>
internal enum SchemaState
{
    /// <summary>Nothing is in it yet.</summary>
    Empty,

    /// <summary>Ours, written by an older version.</summary>
    Older,

    /// <summary>Ours, as this version writes it.</summary>
    Current,
}

/// <summary>The tables of a database, in versions; each step leads from one to the next.</summary>
/// <param name="steps">The SQL of each step; the first makes version 1 of an empty database. Steps that were released never change.</param>
internal sealed class Schema(params string[] steps)
{
    /// <summary>"KvSt": tells our databases from those of other programs.</summary>
    public const long ApplicationId = 0x4B765374;

    // Numbers and keys stand before the value, so that reading them need not follow a long row to its last page.
    // The partial index costs nothing while nothing expires.
    private const string Version1 = """
        CREATE TABLE store (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            revision INTEGER NOT NULL,
            key_limit INTEGER NOT NULL,
            value_limit INTEGER NOT NULL,
            is_kept INTEGER NOT NULL,
            items INTEGER NOT NULL,
            namespaces INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE kv (
            store INTEGER NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            create_revision INTEGER NOT NULL,
            mod_revision INTEGER NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (store, key)
        ) WITHOUT ROWID, STRICT;
        CREATE INDEX kv_expires ON kv (store, expires) WHERE expires > 0;
        CREATE TABLE namespace (
            store INTEGER NOT NULL,
            path TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (store, path)
        ) WITHOUT ROWID, STRICT;
        """;

    // The log of changes. A row of "store" that logs nothing keeps the checksum that version 1 gave it (see StoreRow), so
    // that no row is written anew. Rows of "watch" need none: whatever a wrong one causes, a watch notices.
    private const string Version2 = """
        ALTER TABLE store ADD COLUMN history_period INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE store ADD COLUMN watched_until INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE store ADD COLUMN log_start INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE store ADD COLUMN log_trimmed INTEGER NOT NULL DEFAULT 0;
        UPDATE store SET log_start = revision, log_trimmed = revision;
        CREATE TABLE change (
            store INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            key TEXT NOT NULL,
            kind INTEGER NOT NULL,
            previous INTEGER NOT NULL,
            version INTEGER NOT NULL,
            create_revision INTEGER NOT NULL,
            created INTEGER NOT NULL,
            time INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (store, revision, key)
        ) WITHOUT ROWID, STRICT;
        CREATE INDEX change_key ON change (store, key, revision);
        CREATE TABLE watch (
            id INTEGER PRIMARY KEY,
            store INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            until INTEGER NOT NULL
        ) STRICT;
        """;

    /// <summary>The schema of this version.</summary>
    public static Schema Current { get; } = new(Version1, Version2);

    /// <summary>The version that this program writes.</summary>
    public int Version => steps.Length;

    /// <summary>The schema of a later version: this one, and a step beyond it.</summary>
    public Schema Then(string step) => new([.. steps, step]);

    /// <summary>Tells what a database is, without writing to it.</summary>
    /// <exception cref="KvException"><see cref="KvError.ForeignDatabase"/> or <see cref="KvError.NewerSchema"/>.</exception>
    public SchemaState Inspect(Connection connection)
    {
        if (connection.IsInTransaction)
        {
            return InspectAtOneMoment(connection);
        }

        // Between two questions another process may make the tables: a file that had no mark yet, but has tables, is somebody else's.
        connection.Execute("BEGIN");
        try
        {
            return InspectAtOneMoment(connection);
        }
        finally
        {
            if (connection.IsInTransaction)
            {
                connection.Execute("ROLLBACK");
            }
        }
    }

    /// <summary>Makes or migrates the tables in one transaction, unless another process was faster.</summary>
    public void Migrate(Connection connection)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            SchemaState state = Inspect(connection);
            if (state != SchemaState.Current)
            {
                Upgrade(connection);
            }

            connection.Execute("COMMIT");
        }
        catch
        {
            if (connection.IsInTransaction)
            {
                connection.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private SchemaState InspectAtOneMoment(Connection connection)
    {
        long applicationId = connection.QueryNumber("PRAGMA application_id");
        long version = connection.QueryNumber("PRAGMA user_version");
        if (applicationId == ApplicationId)
        {
            return version == Version ? SchemaState.Current
                : version < Version ? SchemaState.Older
                : throw new KvException(
                    KvError.NewerSchema,
                    $"Database '{connection.Place}' was written by a newer KvStore (schema {version}, this one knows {Version}); it was left as it is. Update the module, or name another file.",
                    connection.Place);
        }

        bool isEmpty = applicationId == 0 && version == 0 && connection.QueryNumber("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && CinderlibDatabase.IsOne(connection))
        {
            throw new KvException(
                KvError.ForeignDatabase,
                $"Database '{connection.Place}' is cinderlib's; it was left as it is. Read it with Connect-KvStorage -Storage cinderlib, and copy its store from there.",
                connection.Place);
        }

        return isEmpty ? SchemaState.Empty : throw new KvException(
            KvError.ForeignDatabase,
            $"Database '{connection.Place}' belongs to another program (application id {applicationId}); it was left as it is. Name another file.",
            connection.Place);
    }

    private void Upgrade(Connection connection)
    {
        for (int version = (int)connection.QueryNumber("PRAGMA user_version"); version < steps.Length; version++)
        {
            connection.Execute(steps[version]);
        }

        connection.Execute($"PRAGMA application_id = {ApplicationId}");
        connection.Execute($"PRAGMA user_version = {Version}");
    }
}
