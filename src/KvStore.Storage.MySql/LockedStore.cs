// Writers of a store follow one another: each locks the store's row first, and so knows what its batch will meet.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>A store whose row is locked until the end of the transaction.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name as shown; as spelled now if it is not there.</param>
/// <param name="Revision">Its revision before this transaction; 0 for a new one.</param>
/// <param name="Limits">Its limits.</param>
/// <param name="IsKept">Whether it stays while empty.</param>
/// <param name="ItemCount">The number of its rows of items, expired ones too.</param>
/// <param name="IsThere">Whether it was there before; else only its row was.</param>
/// <param name="HasExpired">Whether items of it have expired.</param>
/// <param name="Now">The time of this transaction in microseconds since 1970, by the server's clock.</param>
/// <param name="Log">Whether its changes are logged.</param>
/// <param name="Items">The items that were asked for, and are there.</param>
internal sealed record LockedStore(
    long Id, string Name, long Revision, KvLimits Limits, bool IsKept, long ItemCount, bool IsThere, bool HasExpired, long Now, ChangeLog Log, IReadOnlyDictionary<string, KvItem> Items)
{
    private static readonly IReadOnlyDictionary<string, KvItem> NoItems = new Dictionary<string, KvItem>();

    /// <summary>Locks a store, whose row is made if there is none. A transaction must be open.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="keys">The keys of items to be read.</param>
    /// <param name="withValue">Those of the keys whose values are needed too.</param>
    public static LockedStore Lock(Connection connection, string store, string[] keys, IReadOnlySet<string> withValue)
    {
        LockedStore? locked = TryLock(connection, store, keys, withValue);
        while (locked is null)
        {
            connection.Change(
                "INSERT INTO kvstore_store (name, revision, maximum_key_size, maximum_value_size, kept, item_count) VALUES (?, 0, 0, 0, FALSE, 0) ON DUPLICATE KEY UPDATE id = id",
                store);
            locked = TryLock(connection, store, keys, withValue);
        }

        return locked;
    }

    /// <summary>Locks a store; null if it has no row.</summary>
    public static LockedStore? TryLock(Connection connection, string store, string[] keys, IReadOnlySet<string> withValue)
    {
        LockedStore? row = connection.Select(
            "SELECT id, name, revision, maximum_key_size, maximum_value_size, kept, item_count, history_period, log_start FROM kvstore_store WHERE name = ? FOR UPDATE", "ntnnnnnnn", ReadRow, store).SingleOrDefault();
        if (row is null)
        {
            return null;
        }

        // In statements of their own, so that their time and their sight begin when the lock is held.
        row = connection.Select(
            $"""
            SELECT {Rows.SinceEpoch}UTC_TIMESTAMP(6)), EXISTS (SELECT 1 FROM kvstore_namespace n WHERE n.store = ?),
                   (SELECT COUNT(*) FROM kvstore_item i WHERE i.store = ? AND i.expires <= UTC_TIMESTAMP(6)),
                   EXISTS (SELECT 1 FROM kvstore_watch w WHERE w.store = ? AND w.until > UTC_TIMESTAMP(6))
            """,
            "nnnn",
            facts => row with
            {
                Now = facts.GetNumber(0),
                IsThere = row.IsKept || facts.GetNumber(1) != 0 || row.ItemCount > facts.GetNumber(2),
                HasExpired = facts.GetNumber(2) > 0,
                Log = row.Log with { IsWatched = facts.GetNumber(3) != 0 },
            },
            row.Id,
            row.Id,
            row.Id)[0];
        return keys.Length == 0 ? row : row with { Items = ReadItems(connection, row, keys, withValue) };
    }

    /// <summary>The store as it is born when it is not there: as spelled now, with limits of its own.</summary>
    public LockedStore OrBorn(string name, KvLimits limits, bool isKept) =>
        IsThere ? this : this with { Name = name, Limits = limits, IsKept = isKept, Log = Log with { Period = 0 } };

    /// <summary>Deletes the items that have expired, so that what is set in their place counts as new.</summary>
    /// <returns>How many they were.</returns>
    public long DeleteExpired(Connection connection) =>
        Delete(connection, KvChangeKind.Expired, $"expires <= {Rows.ToTime}", Now);

    /// <summary>Deletes all beneath a namespace, and the kept namespaces at and beneath it.</summary>
    /// <returns>How many items that were.</returns>
    public long DeleteNamespace(Connection connection, string namespacePath)
    {
        if (namespacePath.Length == 0)
        {
            connection.Change("DELETE FROM kvstore_namespace WHERE store = ?", Id);
            return Delete(connection, KvChangeKind.Deleted, "TRUE");
        }

        string first = namespacePath + "/";
        string behind = namespacePath + "0";
        connection.Change("DELETE FROM kvstore_namespace WHERE store = ? AND (path = ? OR (path >= ? AND path < ?))", Id, namespacePath, first, behind);
        return Delete(connection, KvChangeKind.Deleted, "`key` >= ? AND `key` < ?", first, behind);
    }

    /// <summary>Deletes items.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="kind">Why.</param>
    /// <param name="where">Which items.</param>
    /// <param name="values">The values of the question marks in that.</param>
    /// <returns>How many they were.</returns>
    public long Delete(Connection connection, KvChangeKind kind, string where, params object?[] values)
    {
        if (Log.IsOn)
        {
            Log.AddOld(connection, this, where, values);
            Log.AddGone(connection, this, kind, where, values);
        }

        return connection.Change($"DELETE FROM kvstore_item WHERE store = ? AND {where}", [Id, .. values]);
    }

    /// <summary>Raises the store's revision, writes its row and marks the commit.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="added">How many items there are more than before.</param>
    /// <returns>The mark by which the commit can be found again.</returns>
    public CommitMark Advance(Connection connection, long added)
    {
        var mark = new CommitMark(Name, Revision + 1, Guid.NewGuid().ToString("N"));
        connection.Change(
            "UPDATE kvstore_store SET name = ?, revision = ?, maximum_key_size = ?, maximum_value_size = ?, kept = ?, item_count = ?, history_period = ?, log_start = ? WHERE id = ?",
            Name, mark.Revision, Limits.MaximumKeySize, Limits.MaximumValueSize, IsKept ? 1 : 0, ItemCount + added, Log.Period, Log.IsOn ? Log.Start : mark.Revision, Id);
        connection.Change($"INSERT INTO kvstore_commit (store, revision, id, committed) VALUES (?, ?, ?, {Rows.ToTime})", Id, mark.Revision, mark.Id, Now);
        if (mark.Revision % 100 == 0)
        {
            connection.Change("DELETE FROM kvstore_commit WHERE store = ? AND revision <= ?", Id, mark.Revision - CommitMark.Remembered);
        }

        return mark;
    }

    private static LockedStore ReadRow(Statement row) => new(
        row.GetNumber(0), row.GetText(1), row.GetNumber(2), new KvLimits((int)row.GetNumber(3), (int)row.GetNumber(4)), row.GetNumber(5) != 0, row.GetNumber(6),
        IsThere: false, HasExpired: false, Now: 0, new ChangeLog(Period: row.GetNumber(7), Start: row.GetNumber(8), IsWatched: false), NoItems);

    private static Dictionary<string, KvItem> ReadItems(Connection connection, LockedStore store, string[] keys, IReadOnlySet<string> withValue)
    {
        var items = new Dictionary<string, KvItem>(StringComparer.Ordinal);
        void Read(IEnumerable<string> wanted, string value)
        {
            foreach (string[] part in Parts.Of([.. wanted], key => key.Length))
            {
                string columns = Rows.ItemColumns.Replace("i.value", value, StringComparison.Ordinal);
                string sql = $"SELECT ?, {columns} FROM kvstore_item i WHERE i.store = ? AND i.`key` IN ({Parts.Marks(part.Length)}) AND (i.expires IS NULL OR i.expires > {Rows.ToTime})";
                foreach (KvItem item in connection.Select(sql, Rows.ItemKinds, Rows.ToItem, [store.Name, store.Id, .. part, store.Now]))
                {
                    items.Add(item.FullKey, item);
                }
            }
        }

        // The values of conditions are shown when one fails; those of sets are about to go.
        Read(keys.Where(withValue.Contains), "i.value");
        Read(keys.Where(key => !withValue.Contains(key)), "''");
        return items;
    }
}
