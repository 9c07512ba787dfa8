// The statements on the log of changes. A row holds the state that a change led to and names the revision of the state
// before it, so that the past is found by following a key back, and a state is needed as long as a later row names it.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>The log of changes, through one connection.</summary>
internal sealed class ChangeTable(Connection connection)
{
    private const string Columns = "revision, key, kind, previous, version, create_revision, created, time, expires, checksum, value";

    private readonly Stack<Statement> _histories = new();
    private readonly Stack<Statement> _changed = new();
    private Statement? _insert;
    private Statement? _update;
    private Statement? _keep;
    private Statement? _find;
    private Statement? _page;
    private Statement? _links;
    private Statement? _successor;
    private Statement? _delete;
    private byte[] _keyBuffer = new byte[1024];
    private byte[] _valueBuffer = new byte[8192];

    /// <summary>Logs that an item was set.</summary>
    public void LogSet(long storeId, string fullKey, string value, in ItemNumbers numbers, long previous) =>
        Log(storeId, new LoggedChange(fullKey, KvChangeKind.Set, previous, numbers, value));

    /// <summary>Logs that an item is gone.</summary>
    public void LogGone(long storeId, string fullKey, KvChangeKind kind, long revision, long time, long previous) =>
        Log(storeId, new LoggedChange(fullKey, kind, previous, new ItemNumbers(0, 0, revision, 0, time, 0), ""));

    /// <summary>Writes a change as another database has it.</summary>
    public void Copy(long storeId, in LoggedChange change) => Log(storeId, change);

    /// <summary>Copies an item's state into the log, where it may be already.</summary>
    public void Keep(long storeId, string fullKey)
    {
        _keep ??= connection.Prepare(
            $"""
            INSERT INTO change (store, {Columns})
            SELECT store, mod_revision, key, 0, 0, version, create_revision, created, modified, expires, checksum, value
            FROM kv WHERE store = ?1 AND key = ?2 ON CONFLICT DO NOTHING
            """);
        _keep.Bind(1, storeId).Bind(2, fullKey).Execute();
    }

    /// <summary>A key's change in a revision, or null.</summary>
    public LoggedChange? Find(StoreName store, long revision, string fullKey)
    {
        _find ??= connection.Prepare($"SELECT {Columns} FROM change WHERE store = ?1 AND revision = ?2 AND key = ?3");
        try
        {
            return _find.Bind(1, store.Id).Bind(2, revision).Bind(3, fullKey).Step() ? Read(_find, store) : null;
        }
        finally
        {
            _find.Reset();
        }
    }

    /// <summary>A key's changes behind a revision, the newest first, lazily.</summary>
    public IEnumerable<LoggedChange> ListOfKey(StoreName store, string fullKey, long after)
    {
        // The planner would follow the revisions, and read the changes of all keys.
        Statement list = _histories.TryPop(out Statement? kept) ? kept : connection.Prepare(
            $"SELECT {Columns} FROM change INDEXED BY change_key WHERE store = ?1 AND key = ?2 AND revision > ?3 ORDER BY revision DESC");
        try
        {
            long last = long.MaxValue;
            list.Bind(1, store.Id).Bind(2, fullKey).Bind(3, after);
            while (list.Step())
            {
                LoggedChange change = Read(list, store);
                if (change.Revision >= last || change.FullKey != fullKey)
                {
                    throw OutOfOrder(store);
                }

                last = change.Revision;
                yield return change;
            }
        }
        finally
        {
            list.Reset();
            _histories.Push(list);
        }
    }

    /// <summary>The keys of a range that changed behind a revision, each with the first revision that did it, in key order, lazily.</summary>
    public IEnumerable<(string FullKey, long Revision)> ListChanged(long storeId, KeyBounds bounds, long after)
    {
        Statement list = _changed.TryPop(out Statement? kept) ? kept : connection.Prepare(
            """
            SELECT key, min(revision) FROM change INDEXED BY change_key
            WHERE store = ?1 AND key >= ?2 AND key < ?3 AND revision > ?4 GROUP BY key ORDER BY key
            """);
        try
        {
            bounds.Bind(list.Bind(1, storeId), 2, 3);
            list.Bind(4, after);
            while (list.Step())
            {
                yield return (list.GetText(0), list.GetNumber(1));
            }
        }
        finally
        {
            list.Reset();
            _changed.Push(list);
        }
    }

    /// <summary>The changes beneath a namespace behind a position, in the order of their revisions and keys, no more than a page of them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="bounds">Which keys.</param>
    /// <param name="position">Where to go on.</param>
    /// <param name="size">The number of changes, and of characters in their values, after which the page ends.</param>
    /// <param name="isLast">Whether there is no more.</param>
    public List<LoggedChange> ReadPage(StoreName store, KeyBounds bounds, LogPosition position, (int Count, int Length) size, out bool isLast)
    {
        // The plus keeps the planner from searching by key: it must follow the revisions.
        _page ??= connection.Prepare(
            $"SELECT {Columns} FROM change WHERE store = ?1 AND (revision, key) > (?2, ?3) AND +key >= ?4 AND +key < ?5 ORDER BY revision, key");
        var page = new List<LoggedChange>();
        int length = 0;
        try
        {
            bounds.Bind(_page.Bind(1, store.Id).Bind(2, position.Revision).Bind(3, position.FullKey), 4, 5);
            while (page.Count < size.Count && length < size.Length)
            {
                if (!_page.Step())
                {
                    isLast = true;
                    return page;
                }

                LoggedChange change = Read(_page, store);
                if (!position.IsBefore(LogPosition.Of(change)))
                {
                    throw OutOfOrder(store);
                }

                position = LogPosition.Of(change);
                page.Add(change);
                length += change.Value.Length;
            }

            isLast = false;
            return page;
        }
        finally
        {
            _page.Reset();
        }
    }

    /// <summary>What trimming needs to know of the changes behind a position, no more than a number of them.</summary>
    public List<LogLink> ReadLinks(long storeId, LogPosition position, int count)
    {
        _links ??= connection.Prepare(
            "SELECT revision, key, previous, time FROM change WHERE store = ?1 AND (revision, key) > (?2, ?3) ORDER BY revision, key LIMIT ?4");
        var links = new List<LogLink>();
        try
        {
            _links.Bind(1, storeId).Bind(2, position.Revision).Bind(3, position.FullKey).Bind(4, count);
            while (_links.Step())
            {
                links.Add(new LogLink(_links.GetNumber(0), _links.GetText(1), _links.GetNumber(2), _links.GetNumber(3)));
            }

            return links;
        }
        finally
        {
            _links.Reset();
        }
    }

    /// <summary>What the next change of a key names as the state before it; null if the log has no later change.</summary>
    public long? FindSuccessorsPrevious(long storeId, string fullKey, long revision)
    {
        _successor ??= connection.Prepare("SELECT previous FROM change INDEXED BY change_key WHERE store = ?1 AND key = ?2 AND revision > ?3 ORDER BY revision LIMIT 1");
        try
        {
            return _successor.Bind(1, storeId).Bind(2, fullKey).Bind(3, revision).Step() ? _successor.GetNumber(0) : null;
        }
        finally
        {
            _successor.Reset();
        }
    }

    /// <summary>Forgets a change; gives the number forgotten, 1 or 0.</summary>
    public int Delete(long storeId, long revision, string fullKey)
    {
        _delete ??= connection.Prepare("DELETE FROM change WHERE store = ?1 AND revision = ?2 AND key = ?3");
        return _delete.Bind(1, storeId).Bind(2, revision).Bind(3, fullKey).Execute();
    }

    /// <summary>All rows of a store's log, lazily.</summary>
    public IEnumerable<LoggedChange> List(StoreName store)
    {
        using Statement rows = connection.Prepare($"SELECT {Columns} FROM change WHERE store = ?1 ORDER BY revision, key");
        rows.Bind(1, store.Id);
        while (rows.Step())
        {
            yield return Read(rows, store);
        }
    }

    /// <summary>The damaged rows of a store's log, lazily.</summary>
    public IEnumerable<KvDamage> Check(StoreName store, CancellationToken cancellation)
    {
        using Statement rows = connection.Prepare($"SELECT {Columns} FROM change WHERE store = ?1 ORDER BY revision, key");
        rows.Bind(1, store.Id);
        while (rows.Step())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!TryRead(rows, store, out LoggedChange change))
            {
                yield return new KvDamage(store.Name, null, Damaged(store, change).Message);
            }
        }
    }

    // A key that was deleted and is set in the same commit changed once: from what it was before, to what it is now.
    private void Log(long storeId, in LoggedChange change)
    {
        _insert ??= connection.Prepare(
            $"INSERT INTO change (store, {Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING");
        if (Write(_insert, storeId, change) == 1)
        {
            return;
        }

        _update ??= connection.Prepare(
            """
            UPDATE change SET kind = ?4, previous = ?5, version = ?6, create_revision = ?7, created = ?8, time = ?9, expires = ?10, checksum = ?11, value = ?12
            WHERE store = ?1 AND revision = ?2 AND key = ?3
            """);
        LoggedChange first = Find(new StoreName(storeId, ""), change.Revision, change.FullKey)!.Value;
        Write(_update, storeId, change with { Previous = first.Previous });
    }

    private int Write(Statement statement, long storeId, in LoggedChange change)
    {
        ReadOnlySpan<byte> key = Utf8Text.Encode(change.FullKey, ref _keyBuffer);
        ReadOnlySpan<byte> value = Utf8Text.Encode(change.Value, ref _valueBuffer);
        ItemNumbers numbers = change.Numbers;
        long item = RowChecksum.OfItem(storeId, key, numbers, RowChecksum.OfValue(value));
        return statement.Bind(1, storeId).Bind(2, numbers.ModRevision).Bind(3, key).Bind(4, (long)change.Kind).Bind(5, change.Previous)
            .Bind(6, numbers.Version).Bind(7, numbers.CreateRevision).Bind(8, numbers.Created).Bind(9, numbers.Modified).Bind(10, numbers.Expires)
            .Bind(11, RowChecksum.OfChange(item, change.Kind, change.Previous)).Bind(12, value)
            .Execute();
    }

    private LoggedChange Read(Statement row, StoreName store) => TryRead(row, store, out LoggedChange change) ? change : throw Damaged(store, change);

    private KvException Damaged(StoreName store, in LoggedChange change) => new(
        KvError.StorageDamaged,
        $"The change of item '{change.FullKey}' of store '{store.Name}' in revision {change.Revision} in database '{connection.Place}' is damaged: its checksum does not fit. "
        + "The item itself is not touched by it; forget its history with Compress-KvStore, or restore the database from a backup.",
        change.FullKey);

    // A damaged page may give rows that are whole twice, or such as were there once.
    private KvException OutOfOrder(StoreName store) => new(
        KvError.StorageDamaged,
        $"The log of store '{store.Name}' in database '{connection.Place}' is damaged: its changes are out of order. "
        + "The items are not touched by it; forget their history with Compress-KvStore, or restore the database from a backup.",
        store.Name);

    private static bool TryRead(Statement row, StoreName store, out LoggedChange change)
    {
        var numbers = new ItemNumbers(row.GetNumber(4), row.GetNumber(5), row.GetNumber(0), row.GetNumber(6), row.GetNumber(7), row.GetNumber(8));
        var kind = (KvChangeKind)row.GetNumber(2);
        long previous = row.GetNumber(3);
        ReadOnlySpan<byte> key = row.GetBytes(1);
        ReadOnlySpan<byte> value = row.GetBytes(10);
        long item = RowChecksum.OfItem(store.Id, key, numbers, RowChecksum.OfValue(value));
        change = new LoggedChange(Encoding.UTF8.GetString(key), kind, previous, numbers, Encoding.UTF8.GetString(value));
        return row.GetNumber(9) == RowChecksum.OfChange(item, kind, previous);
    }
}
