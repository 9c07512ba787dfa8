// The log read back: from a revision on for watches, at a revision for the past, by key for an item's history.
// Statements name their index, because of a log that grew just now the server's statistics know nothing yet.
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
            FROM kvstore_store s LEFT JOIN kvstore_change c FORCE INDEX (PRIMARY)
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
    /// <param name="connection">A connection whose transaction sees one moment.</param>
    /// <param name="store">The store.</param>
    /// <param name="range">Which items.</param>
    /// <param name="revision">The revision.</param>
    public static List<KvItem> ReadRange(Connection connection, string store, KvRange range, long revision)
    {
        var items = new List<KvItem>();
        while (true)
        {
            // What has not changed since is in the items' table; of what has, some keys at a time are looked at.
            List<LoggedState> states = ReadStates(connection, store, range, revision);
            string? last = states.Count == range.Limit ? states[^1].Item.FullKey : null;
            List<KvItem> unchanged = ReadUnchanged(connection, store, range, last, revision);
            items.AddRange(states.Where(state => state.IsReadable).Select(state => state.Item).Concat(unchanged).OrderBy(item => item.FullKey, KvOrder.Instance));
            if (last is null || items.Count >= range.Limit)
            {
                return items.Count > range.Limit ? items.GetRange(0, range.Limit.Value) : items;
            }

            range = range with { After = last };
        }
    }

    /// <summary>Logged changes of one item before a revision, the newest first; none of what an item held whose time is up.</summary>
    public static List<KvChange> ReadHistory(Connection connection, string store, string fullKey, long beforeRevision, int limit) => connection.Select(
        $"""
        SELECT s.name, {ItemColumns}, c.kind FROM kvstore_store s JOIN kvstore_change c FORCE INDEX (kvstore_change_key) ON c.store = s.id
        WHERE s.name = ? AND c.`key` = ? AND c.revision < ? AND c.logged > s.log_start AND {IsLive} ORDER BY c.revision DESC LIMIT ?
        """,
        Rows.ItemKinds + "n",
        ToChange,
        store, fullKey, beforeRevision, limit);

    // The last logged states, up to a revision, of the first keys of a range.
    private static List<LoggedState> ReadStates(Connection connection, string store, KvRange range, long revision)
    {
        string upper = range.UpperBound is null ? "" : "AND x.`key` < ?";
        object?[] bounds = range.UpperBound is { } bound ? [range.LowerBound, bound] : [range.LowerBound];
        return connection.Select(
            $"""
            SELECT s.name, {ItemColumns}, c.kind, {IsLive}, EXISTS (
                SELECT 1 FROM kvstore_item i FORCE INDEX (PRIMARY) WHERE i.store = c.store AND i.`key` = c.`key` AND i.mod_revision <= ?)
            FROM (
                SELECT s.id, s.name, s.log_start, x.`key`, MAX(x.revision) AS revision
                FROM kvstore_store s STRAIGHT_JOIN kvstore_change x FORCE INDEX (kvstore_change_key) ON x.store = s.id
                WHERE s.name = ? AND x.`key` >= ? {upper} AND x.revision <= ? AND x.logged > s.log_start GROUP BY x.`key` ORDER BY x.`key` LIMIT ?) s
            STRAIGHT_JOIN kvstore_change c FORCE INDEX (kvstore_change_key)
                ON c.store = s.id AND c.`key` = s.`key` AND c.revision = s.revision AND c.logged > s.log_start
            ORDER BY s.`key`
            """,
            Rows.ItemKinds + "nnn",
            row => new LoggedState(Rows.ToItem(row), (KvChangeKind)row.GetNumber(9) == KvChangeKind.Set && row.GetNumber(10) != 0 && row.GetNumber(11) == 0),
            [revision, store, .. bounds, revision, range.Limit]);
    }

    // The items of a range that have not changed since a revision, up to a key.
    private static List<KvItem> ReadUnchanged(Connection connection, string store, KvRange range, string? last, long revision)
    {
        string upper = (range.UpperBound is null ? "" : "AND i.`key` < ? ") + (last is null ? "" : "AND i.`key` <= ?");
        object?[] bounds = [range.LowerBound, .. new[] { range.UpperBound, last }.OfType<string>()];
        return connection.Select(
            $"""
            SELECT s.name, {Rows.ItemColumns} FROM kvstore_store s JOIN kvstore_item i FORCE INDEX (PRIMARY) ON i.store = s.id
            WHERE s.name = ? AND i.`key` >= ? {upper} AND i.mod_revision <= ? AND {Rows.IsLive} ORDER BY i.`key` LIMIT ?
            """,
            Rows.ItemKinds,
            Rows.ToItem,
            [store, .. bounds, revision, range.Limit]);
    }

    // A row of the store's name, ItemColumns and the kind.
    private static KvChange ToChange(Statement row) => (KvChangeKind)row.GetNumber(9) switch
    {
        KvChangeKind.Set => KvChange.OfSet(Rows.ToItem(row)),
        var kind => new KvChange(row.GetText(0), row.GetText(1), kind, row.GetNumber(5)) { Time = KvTime.ToDateTime(row.GetNumber(7)) },
    };

    // A state of a key, and whether it is what was at the revision in question and may still be seen.
    private readonly record struct LoggedState(KvItem Item, bool IsReadable);
}
