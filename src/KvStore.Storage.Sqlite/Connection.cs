// One connection of SQLite, with the settings that this storage depends on; no trap of the library is left open elsewhere.
using System.Runtime.CompilerServices;
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

/// <summary>What a connection is for.</summary>
internal enum ConnectionUse
{
    /// <summary>Reading a file, beside other processes that write it.</summary>
    Reading,

    /// <summary>Reading a file that nobody can write, in a folder where SQLite can keep no files of its own.</summary>
    ReadingUnchangeable,

    /// <summary>Reading a file of another program, which is left exactly as it is.</summary>
    ReadingForeign,

    /// <summary>Writing a file, under its lock file.</summary>
    Writing,

    /// <summary>A file of this call alone: a copy that is being made.</summary>
    Private,

    /// <summary>A database in memory.</summary>
    Memory,
}

/// <summary>An open database; used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private const int DbConfigDefensive = 1010;
    private const int DbConfigNoCheckpointOnClose = 1006;
    private const int OpenNoMutex = 0x8000;
    private const int OpenFullMutex = 0x10000;
    private const uint PreparePersistent = 1;
    private const int CopyPages = 256;
    private const int ProgressSteps = 10_000;

    // Measured: fewer pages slow down puts, many more slow down reads.
    private const int CheckpointPages = 4000;

    private readonly sqlite3 _handle;

    // Weakly: a statement whose enumeration was abandoned is left to the garbage collector.
    private readonly ConditionalWeakTable<Statement, object?> _statements = [];

    // Apart, because the library keeps alive what its progress handler refers to, and an abandoned connection must be collected.
    private readonly StrongBox<CancellationToken> _cancellation = new();

    private Connection(sqlite3 handle, string place)
    {
        _handle = handle;
        Place = place;
    }

    /// <summary>The file, or <c>memory</c>: for messages.</summary>
    public string Place { get; }

    /// <summary>Whether it met an error after which it must not be used again.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether a transaction is open; some errors end it.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Whether the system lets it read only.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_handle, "main") == 1;

    /// <summary>Whether the file was deleted, moved or replaced since it was opened (always false on Windows, which does not let it happen).</summary>
    public bool HasMoved => NativeSqlite.HasMoved(_handle);

    /// <summary>Cancels the statement that runs; checked every few thousand steps of SQLite's machine.</summary>
    public CancellationToken Cancellation
    {
        get => _cancellation.Value;
        set => _cancellation.Value = value;
    }

    /// <summary>Opens a database that exists, or one in memory.</summary>
    /// <param name="file">The absolute path; null for memory.</param>
    /// <param name="use">What for.</param>
    /// <param name="settings">The user's choices.</param>
    public static Connection Open(string? file, ConnectionUse use, SqliteSettings settings)
    {
        _ = SqliteLibrary.Version;
        string place = file ?? "memory";
        (string name, int flags) = use switch
        {
            // Abandoned enumerations are finalized by another thread, and all share this one connection.
            ConnectionUse.Memory => (":memory:", raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | OpenFullMutex),
            ConnectionUse.ReadingUnchangeable => (ToUri(file!) + "?immutable=1", raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI | OpenNoMutex),
            ConnectionUse.ReadingForeign => (file!, raw.SQLITE_OPEN_READONLY | OpenNoMutex),
            _ => (file!, raw.SQLITE_OPEN_READWRITE | OpenNoMutex),
        };
        int code = raw.sqlite3_open_v2(name, out sqlite3 handle, flags, null);
        var connection = new Connection(handle, place);
        try
        {
            connection.Check(code);
            connection.Configure(use, settings);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Prepares a statement that is kept until the connection is closed.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, PreparePersistent, out sqlite3_stmt handle));
        var statement = new Statement(this, handle);
        _statements.Add(statement, null);
        return statement;
    }

    /// <summary>Runs one or more statements that are not worth keeping.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The number that a statement gives which is not worth keeping.</summary>
    public long QueryNumber(string sql)
    {
        using Statement statement = PrepareOnce(sql);
        return statement.ExecuteNumber();
    }

    /// <summary>The text that a statement gives which is not worth keeping.</summary>
    public string QueryText(string sql)
    {
        using Statement statement = PrepareOnce(sql);
        return statement.Step() ? statement.GetText(0) : "";
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fail(code);
        }
    }

    public Exception Fail(int code)
    {
        IsBroken |= SqliteFailure.BreaksConnection(code);
        int extended = raw.sqlite3_extended_errcode(_handle);
        return SqliteFailure.Create((extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string(), Place);
    }

    /// <summary>Lets the closing of this connection, if it is the file's last, bring the log home and remove it. Only under the lock file.</summary>
    public void CheckpointOnClose() => Set(DbConfigNoCheckpointOnClose, 0);

    /// <summary>Copies all of this database into another, page by page.</summary>
    /// <param name="target">The other database; it is whole only after the last step.</param>
    /// <returns>The share that is done, after each step; what comes between two steps may change this database only through this connection.</returns>
    public IEnumerable<double> CopyTo(Connection target)
    {
        using sqlite3_backup copy = raw.sqlite3_backup_init(target._handle, "main", _handle, "main");
        if (copy.IsInvalid)
        {
            throw target.Fail(raw.sqlite3_errcode(target._handle));
        }

        while (true)
        {
            int code = raw.sqlite3_backup_step(copy, CopyPages);
            int count = raw.sqlite3_backup_pagecount(copy);
            if (code == raw.SQLITE_DONE)
            {
                Check(raw.sqlite3_backup_finish(copy));
                yield return 1;
                yield break;
            }

            if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED))
            {
                throw ((code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB ? this : target).Fail(code);
            }

            yield return count == 0 ? 0 : 1 - ((double)raw.sqlite3_backup_remaining(copy) / count);
        }
    }

    /// <summary>Closes it. SQLite keeps a connection open in secret while one of its statements is, so those go first.</summary>
    public void Dispose()
    {
        foreach ((Statement statement, _) in _statements)
        {
            statement.Dispose();
        }

        _handle.Dispose();
    }

    private static string ToUri(string file)
    {
        string path = file.Replace('\\', '/');
        return "file:" + (path.StartsWith('/') ? "" : "/") + Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
    }

    private void Configure(ConnectionUse use, SqliteSettings settings)
    {
        raw.sqlite3_extended_result_codes(_handle, 1);

        // The library's own wait polls finely; that of the ADO.NET layer above it would sleep 150 ms at a time.
        raw.sqlite3_busy_timeout(_handle, (int)(use == ConnectionUse.Writing ? SqliteSettings.BusySlice : settings.Patience).TotalMilliseconds);
        Set(DbConfigDefensive, 1);

        // No connection but the writer, and that under the lock file, may checkpoint: SQLite before 3.51.3 can corrupt
        // a database when one connection checkpoints while another one writes ("WAL-reset bug").
        Set(DbConfigNoCheckpointOnClose, 1);
        raw.sqlite3_wal_autocheckpoint(_handle, use == ConnectionUse.Writing ? CheckpointPages : 0);
        Execute("PRAGMA trusted_schema = OFF");
        Execute("PRAGMA cell_size_check = ON");
        Execute("PRAGMA mmap_size = 0");
        Execute("PRAGMA cache_size = -16384");
        StrongBox<CancellationToken> cancellation = _cancellation;
        raw.sqlite3_progress_handler(_handle, ProgressSteps, _ => cancellation.Value.IsCancellationRequested ? 1 : 0, null);
        if (use is ConnectionUse.Reading or ConnectionUse.ReadingUnchangeable or ConnectionUse.ReadingForeign)
        {
            Execute("PRAGMA query_only = ON");
            return;
        }

        if (use == ConnectionUse.Writing)
        {
            // FULL, not NORMAL: an acknowledged write must survive a power cut; on macOS only with these two.
            Execute($"PRAGMA synchronous = {settings.Synchronous}");
            Execute("PRAGMA fullfsync = ON");
            Execute("PRAGMA checkpoint_fullfsync = ON");

            // What a great load has made of the log is given back.
            Execute("PRAGMA journal_size_limit = 67108864");
        }
    }

    private Statement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt handle));
        return new Statement(this, handle);
    }

    private void Set(int option, int value) => Check(raw.sqlite3_db_config(_handle, option, value, out _));
}
