// The log read back: from a revision on for watches, at a revision for the past, by key for an item's history.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>Reads the log of changes together with the items.</summary>
internal static class Changes
{
    private const string ItemColumns =
        $"c.`key`, c.value, c.version, c.create_revision, c.revision, {Rows.SinceEpoch}c.created), {Rows.SinceEpoch}c.time), {Rows.SinceEpoch}c.expires)";

    private const string IsLive = "(c.expires IS NULL OR c.expires > UTC_TIMESTAMP(6))";

    /// <summary>The first changes from a position on, beneath a namespace.</summary>
    public static WatchPage ReadPage(Connection connection, long store, string namespacePath, WatchPosition position, int limit)
    {
        KvRange range = KvRange.Beneath(namespacePath);
        string within = range.UpperBound is null ? "" : "AND c.`key` >= ? AND c.`key` < ?";
        object?[] bounds = range.UpperBound is { } bound ? [range.LowerBound, bound] : [];
        var changes = new List<KvChange>();
        (long revision, long oldest, bool hasExpired) = connection.Select(
            $"""
            SELECT s.name, {ItemColumns}, c.kind, s.revision, s.log_start, EXISTS (SELECT 1 FROM kvstore_item i WHERE i.store = s.id AND i.expires <= UTC_TIMESTAMP(6))
            FROM kvstore_store s LEFT JOIN kvstore_change c
                ON c.store = s.id AND c.logged >= ? AND (c.logged > ? OR c.`key` > ?) AND c.revision = c.logged {within}
            WHERE s.id = ? ORDER BY c.logged, c.`key` LIMIT ?
            """,
            Rows.ItemKinds + "nnnn",
            row =>
            {
                // No key is empty: a store without changes has a row of its own alone.
                if (row.GetText(1).Length > 0)
                {
                    changes.Add(ToChange(row));
                }

                return (row.GetNumber(10), row.GetNumber(11), row.GetNumber(12) != 0);
            },
            [position.Revision, position.Revision, position.AfterKey ?? "", .. bounds, store, limit]).LastOrDefault();
        return new WatchPage(changes, revision, oldest, hasExpired);
    }

    /// <summary>The number of a store, its revision and the oldest that can be read; zeros for a missing one.</summary>
    public static (long Id, long Revision, long OldestRevision) ReadState(Connection connection, string store) => connection.Select(
        "SELECT id, revision, log_start FROM kvstore_store WHERE name = ?", "nnn", row => (row.GetNumber(0), row.GetNumber(1), row.GetNumber(2)), store).SingleOrDefault();

    /// <summary>The first items of a range as they were at a revision that can be read, as many as its limit says.</summary>
    public static List<KvItem> ReadRange(Connection connection, string store, KvRange range, long revision)
    {
        string upper = range.UpperBound is null ? "" : "AND `key` < ?";
        object?[] bounds = range.UpperBound is { } bound ? [range.LowerBound, bound] : [range.LowerBound];
        string itemUpper = upper.Replace("`key`", "i.`key`", StringComparison.Ordinal);
        string changeUpper = upper.Replace("`key`", "c.`key`", StringComparison.Ordinal);
        return connection.Select(
            $"""
            (SELECT s.name, {Rows.ItemColumns} FROM kvstore_store s JOIN kvstore_item i ON i.store = s.id
                WHERE s.name = ? AND i.`key` >= ? {itemUpper} AND i.mod_revision <= ? AND {Rows.IsLive} ORDER BY i.`key` LIMIT ?)
            UNION ALL
            (SELECT s.name, {ItemColumns} FROM kvstore_store s JOIN kvstore_change c FORCE INDEX (kvstore_change_key) ON c.store = s.id
                WHERE s.name = ? AND c.`key` >= ? {changeUpper} AND c.revision <= ? AND c.logged > s.log_start AND c.kind = 0 AND {IsLive}
                    AND NOT EXISTS (SELECT 1 FROM kvstore_change x
                        WHERE x.store = c.store AND x.`key` = c.`key` AND x.revision > c.revision AND x.revision <= ? AND x.logged > s.log_start)
                    AND NOT EXISTS (SELECT 1 FROM kvstore_item i WHERE i.store = c.store AND i.`key` = c.`key` AND i.mod_revision <= ?)
                ORDER BY c.`key` LIMIT ?)
            ORDER BY 2 LIMIT ?
            """,
            Rows.ItemKinds,
            Rows.ToItem,
            [store, .. bounds, revision, range.Limit, store, .. bounds, revision, revision, revision, range.Limit, range.Limit]);
    }

    /// <summary>Logged changes of one item before a revision, the newest first; none of what an item held whose time is up.</summary>
    public static List<KvChange> ReadHistory(Connection connection, string store, string fullKey, long beforeRevision, int limit) => connection.Select(
        $"""
        SELECT s.name, {ItemColumns}, c.kind FROM kvstore_store s JOIN kvstore_change c ON c.store = s.id
        WHERE s.name = ? AND c.`key` = ? AND c.revision < ? AND c.logged > s.log_start AND {IsLive} ORDER BY c.revision DESC LIMIT ?
        """,
        Rows.ItemKinds + "n",
        ToChange,
        store, fullKey, beforeRevision, limit);

    // A row of the store's name, ItemColumns and the kind.
    private static KvChange ToChange(Statement row) => (KvChangeKind)row.GetNumber(9) switch
    {
        KvChangeKind.Set => KvChange.OfSet(Rows.ToItem(row)),
        var kind => new KvChange(row.GetText(0), row.GetText(1), kind, row.GetNumber(5)) { Time = KvTime.ToDateTime(row.GetNumber(7)) },
    };
}
