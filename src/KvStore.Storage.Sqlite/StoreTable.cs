// The statements on the table of stores.
using System.Collections.Concurrent;

namespace KvStore.Storage.Sqlite;

/// <summary>The table of stores, through one connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="known">The stores that any connection to the same file has found.</param>
internal sealed class StoreTable(Connection connection, ConcurrentDictionary<string, StoreName> known)
{
    private const string Columns = "id, name, revision, key_limit, value_limit, is_kept, items, namespaces, history_period, watched_until, log_start, log_trimmed, checksum";

    private Statement? _find;
    private Statement? _list;
    private Statement? _counts;
    private Statement? _insert;
    private Statement? _update;
    private Statement? _rename;

    /// <summary>Whether a transaction is open whose rows may yet be rolled back.</summary>
    public bool IsUncommitted { get; set; }

    /// <summary>A store's id and name, remembered once it is committed: a row never goes then, and its id never changes.</summary>
    public StoreName? FindName(string store)
    {
        if (known.TryGetValue(store, out StoreName? name))
        {
            return name;
        }

        // One that was never written is only watched so far, and its first writer may spell it anew.
        if (Find(store) is not { Revision: > 0 } row)
        {
            return null;
        }

        // After a rollback the next store may get this id. What is known already is as new as what a reader's moment holds, or newer.
        name = new StoreName(row.Id, row.Name);
        return IsUncommitted ? name : known.GetOrAdd(row.Name, name);
    }

    /// <summary>Remembers a store's new spelling, which is committed.</summary>
    public void Remember(StoreName name) => known[name.Name] = name;

    /// <summary>A store's row, or null; it may be one that vanished.</summary>
    public StoreRow? Find(string store)
    {
        _find ??= connection.Prepare($"SELECT {Columns} FROM store WHERE name = ?1");
        try
        {
            if (_find.Bind(1, store).Step())
            {
                return Read(_find);
            }
        }
        finally
        {
            _find.Reset();
        }

        // A damaged page may hide a store without a trace: to its readers it would be empty, and its writers would make another.
        CheckCounts();
        return null;
    }

    /// <summary>A store's row as it stands there, damaged or not, even if the index of names is damaged; null if there is none.</summary>
    public (StoreRow Row, bool IsWhole)? FindRaw(string store)
    {
        foreach ((StoreRow Row, bool IsWhole) found in ListRaw())
        {
            if (string.Equals(found.Row.Name, store, StringComparison.OrdinalIgnoreCase))
            {
                return found;
            }
        }

        CheckCounts();
        return null;
    }

    /// <summary>The rows of all stores as they stand there, damaged or not.</summary>
    public List<(StoreRow Row, bool IsWhole)> ListRaw()
    {
        _list ??= connection.Prepare($"SELECT {Columns} FROM store");
        try
        {
            var rows = new List<(StoreRow Row, bool IsWhole)>();
            while (_list.Step())
            {
                rows.Add(ReadRaw(_list));
            }

            return rows;
        }
        finally
        {
            _list.Reset();
        }
    }

    /// <summary>The rows of all stores, those that vanished too, in no particular order.</summary>
    public List<StoreRow> List(CancellationToken cancellation)
    {
        _list ??= connection.Prepare($"SELECT {Columns} FROM store");
        try
        {
            var rows = new List<StoreRow>();
            while (_list.Step())
            {
                cancellation.ThrowIfCancellationRequested();
                rows.Add(Read(_list));
            }

            CheckCounts();
            return rows;
        }
        finally
        {
            _list.Reset();
        }
    }

    /// <summary>Makes a store's row, whose id the database chooses.</summary>
    public StoreRow Insert(string name, KvLimits limits, bool isKept)
    {
        _insert ??= connection.Prepare(
            "INSERT INTO store (name, revision, key_limit, value_limit, is_kept, items, namespaces, checksum) VALUES (?1, 0, ?2, ?3, ?4, 0, 0, 0) RETURNING id");
        long id = _insert.Bind(1, name).Bind(2, limits.MaximumKeySize).Bind(3, limits.MaximumValueSize).Bind(4, isKept ? 1 : 0).ExecuteNumber();
        var row = new StoreRow(id, name, Revision: 0, limits, isKept, Items: 0, Namespaces: 0, StoreLog.Off(revision: 0));
        Update(row);
        return row;
    }

    /// <summary>Writes everything of a row but its name.</summary>
    public void Update(StoreRow row)
    {
        _update ??= connection.Prepare(
            "UPDATE store SET revision = ?2, key_limit = ?3, value_limit = ?4, is_kept = ?5, items = ?6, namespaces = ?7, history_period = ?8, watched_until = ?9, log_start = ?10, log_trimmed = ?11, checksum = ?12 WHERE id = ?1");
        _update.Bind(1, row.Id).Bind(2, row.Revision)
            .Bind(3, row.Limits.MaximumKeySize).Bind(4, row.Limits.MaximumValueSize).Bind(5, row.IsKept ? 1 : 0)
            .Bind(6, row.Items).Bind(7, row.Namespaces)
            .Bind(8, row.Log.Period).Bind(9, row.Log.WatchedUntil).Bind(10, row.Log.Start).Bind(11, row.Log.Trimmed)
            .Bind(12, row.Checksum)
            .Execute();
    }

    /// <summary>Spells a store's name anew; its row must be updated too.</summary>
    public void Rename(StoreRow row)
    {
        _rename ??= connection.Prepare("UPDATE store SET name = ?2 WHERE id = ?1");
        _rename.Bind(1, row.Id).Bind(2, row.Name).Execute();
    }

    /// <summary>The error of a store whose own row is damaged.</summary>
    public KvException Damaged(string name) => new(
        KvError.StorageDamaged,
        $"The row of store '{name}' in database '{connection.Place}' is damaged: its checksum does not fit. Restore the database from a backup.",
        name);

    /// <summary>Compares the number of rows with that of the index, which takes a look at each page but not at each row.</summary>
    private void CheckCounts()
    {
        _counts ??= connection.Prepare("SELECT (SELECT count(*) FROM store NOT INDEXED) - (SELECT count(*) FROM store INDEXED BY sqlite_autoindex_store_1)");
        if (_counts.ExecuteNumber() != 0)
        {
            throw new KvException(
                KvError.StorageDamaged,
                $"The table of stores in database '{connection.Place}' is damaged: it has not as many rows as names. Restore the database from a backup.",
                connection.Place);
        }
    }

    private StoreRow Read(Statement statement)
    {
        (StoreRow row, bool isWhole) = ReadRaw(statement);
        return isWhole ? row : throw Damaged(row.Name);
    }

    private static (StoreRow Row, bool IsWhole) ReadRaw(Statement statement)
    {
        var row = new StoreRow(
            statement.GetNumber(0),
            statement.GetText(1),
            statement.GetNumber(2),
            new KvLimits((int)statement.GetNumber(3), (int)statement.GetNumber(4)),
            statement.GetNumber(5) != 0,
            statement.GetNumber(6),
            statement.GetNumber(7),
            new StoreLog(statement.GetNumber(8), statement.GetNumber(9), statement.GetNumber(10), statement.GetNumber(11)));
        return (row, row.Checksum == statement.GetNumber(12));
    }
}
