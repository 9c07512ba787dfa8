// What a commit writes beside the items, so that watches and the past can be read: by statements inside the server, from the
// very rows that change, whatever their number.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>Whether and since when a store's changes are logged. It holds all changes after its start, and what they replaced.</summary>
/// <param name="Period">How long earlier states are kept (see <see cref="HistoryPeriod"/>).</param>
/// <param name="Start">The revision from which on every state can be read.</param>
/// <param name="IsWatched">Whether somebody watches the store.</param>
internal readonly record struct ChangeLog(long Period, long Start, bool IsWatched)
{
    // Trimming is paid by the commits that make it necessary, in small coins.
    private const int CommitsPerTrim = 8;
    private const int LargeBatch = 50;
    private const long TrimmedRows = 1000;
    private const long TrimmedRowsPerChange = 3;

    // A start lies between two commits: what one of them logged goes at once, and beyond this only with a load or Compress.
    private const long LargestTrimmedCommit = 20_000;

    private const string Columns = "store, logged, `key`, revision, kind, value, version, create_revision, created, time, expires";

    private const string State = "`key`, mod_revision, 0, value, version, create_revision, created, modified, expires";

    /// <summary>Whether changes are logged.</summary>
    public bool IsOn => Period > 0 || IsWatched;

    /// <summary>The condition that an item has one of some keys.</summary>
    public static string IsKey(int count) => $"`key` IN ({Parts.Marks(count)})";

    /// <summary>Logs the state of items before they are changed, if it was from before the log.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="where">Which items.</param>
    /// <param name="values">The values of the question marks in that.</param>
    public void AddOld(Connection connection, LockedStore store, string where, params object?[] values) => connection.Change(
        $"INSERT INTO kvstore_change ({Columns}) SELECT store, ?, {State} FROM kvstore_item WHERE store = ? AND {where} AND mod_revision <= ?",
        [store.Revision + 1, store.Id, .. values, Start]);

    /// <summary>Logs that items go; to be called before they do.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="kind">Why.</param>
    /// <param name="where">Which items.</param>
    /// <param name="values">The values of the question marks in that.</param>
    public void AddGone(Connection connection, LockedStore store, KvChangeKind kind, string where, params object?[] values) => connection.Change(
        $"""
        INSERT INTO kvstore_change ({Columns})
        SELECT store, ?, `key`, ?, ?, NULL, 0, 0, NULL, {Rows.ToTime}, NULL FROM kvstore_item WHERE store = ? AND {where}
        """,
        [store.Revision + 1, store.Revision + 1, (int)kind, store.Now, store.Id, .. values]);

    /// <summary>Logs items that were written. A key that the same commit deleted is only set.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="where">Which items.</param>
    /// <param name="values">The values of the question marks in that.</param>
    public void AddWritten(Connection connection, LockedStore store, string where, params object?[] values) => connection.Change(
        $"""
        INSERT INTO kvstore_change ({Columns}) SELECT store, mod_revision, {State} FROM kvstore_item WHERE store = ? AND {where}
        ON DUPLICATE KEY UPDATE kind = VALUES(kind), value = VALUES(value), version = VALUES(version),
            create_revision = VALUES(create_revision), created = VALUES(created), time = VALUES(time), expires = VALUES(expires)
        """,
        [store.Id, .. values]);

    /// <summary>Forgets now and then some of what is older than it need be; the last step before the commit.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store, whose revision was raised.</param>
    /// <param name="changes">How many changes the commit makes.</param>
    public void Trim(Connection connection, LockedStore store, int changes)
    {
        if (changes <= LargeBatch && (store.Revision + 1) % CommitsPerTrim != 0)
        {
            return;
        }

        long rows = TrimmedRows + (TrimmedRowsPerChange * changes);
        long start = IsOn ? Advance(connection, store.Id, store.Revision + 1, GetCutoff(store.Now, keep: null, PagedWatch.Patience), rows, Math.Max(rows, LargestTrimmedCommit)) : store.Revision + 1;
        Forget(connection, store.Id, start, rows);
    }

    /// <summary>The time at and before which states may be forgotten; null if none may.</summary>
    /// <param name="now">The time now.</param>
    /// <param name="keep">A shorter period than the store's own; null for that.</param>
    /// <param name="ofWatches">What watches may still need.</param>
    public long? GetCutoff(long now, TimeSpan? keep, TimeSpan ofWatches) => HistoryPeriod.GetCutoff(now, Period, keep, IsWatched ? ofWatches : TimeSpan.Zero);

    /// <summary>
    /// Moves the start of a store's log to the last revision before the changes that are younger than a time, by a number of
    /// rows at most. What items were at that revision, and are no more, is put down as if the next change had logged it.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The number of the store.</param>
    /// <param name="revision">The store's revision.</param>
    /// <param name="cutoff">See <see cref="GetCutoff"/>.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="largestCommit">The number of rows of a single commit that may be more.</param>
    /// <returns>The log's start.</returns>
    public long Advance(Connection connection, long store, long revision, long? cutoff, long rows, long largestCommit)
    {
        if (cutoff is not { } time || FindStart(connection, store, revision, time, rows, largestCommit) is var start && start <= Start)
        {
            return Start;
        }

        connection.Change(
            """
            UPDATE (
                SELECT o.`key`, o.revision, (
                    SELECT x.revision FROM kvstore_change x FORCE INDEX (kvstore_change_key)
                    WHERE x.store = ? AND x.`key` = o.`key` AND x.revision > o.revision ORDER BY x.revision LIMIT 1) AS next
                FROM (
                    SELECT `key`, MAX(revision) AS revision FROM kvstore_change FORCE INDEX (PRIMARY)
                    WHERE store = ? AND logged > ? AND logged <= ? AND revision = logged GROUP BY `key`) o LIMIT ?) n
            STRAIGHT_JOIN kvstore_change c FORCE INDEX (PRIMARY) ON c.store = ? AND c.logged = n.revision AND c.`key` = n.`key` AND c.revision = n.revision
            SET c.logged = n.next WHERE n.next > ? AND c.kind = 0
            """,
            store, store, Start, start, long.MaxValue, store, start);
        connection.Change("UPDATE kvstore_store SET log_start = ? WHERE id = ?", start, store);
        return start;
    }

    /// <summary>Deletes rows from before the log's start.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The number of the store.</param>
    /// <param name="start">The log's start.</param>
    /// <param name="rows">How many at most.</param>
    /// <returns>How many they were.</returns>
    public static long Forget(Connection connection, long store, long start, long rows) =>
        connection.Change("DELETE FROM kvstore_change WHERE store = ? AND logged <= ? ORDER BY logged, `key`, revision LIMIT ?", store, start, rows);

    /// <summary>How many of the rows that <see cref="Forget"/> would delete are earlier states of items.</summary>
    public static long CountForgotten(Connection connection, long store, long start, long rows) => connection.Select(
        """
        SELECT COUNT(*) FROM (
            SELECT `key`, revision, kind FROM kvstore_change FORCE INDEX (PRIMARY) WHERE store = ? AND logged <= ? ORDER BY logged, `key`, revision LIMIT ?) g
        WHERE g.kind = 0 AND NOT EXISTS (SELECT 1 FROM kvstore_item i FORCE INDEX (PRIMARY) WHERE i.store = ? AND i.`key` = g.`key` AND i.mod_revision = g.revision)
        """,
        "n", row => row.GetNumber(0), store, start, rows, store)[0];

    private long FindStart(Connection connection, long store, long revision, long cutoff, long rows, long largestCommit)
    {
        long? young = First(connection.Select(
            $"""
            SELECT p.logged FROM (SELECT logged, revision, time FROM kvstore_change FORCE INDEX (PRIMARY) WHERE store = ? AND logged > ? ORDER BY logged LIMIT ?) p
            WHERE p.revision = p.logged AND p.time > {Rows.ToTime} ORDER BY p.logged LIMIT 1
            """,
            "n", row => row.GetNumber(0), store, Start, rows, cutoff));
        if (young is { } first)
        {
            return first - 1;
        }

        if (GetLogged(connection, store, rows) is not { } enough)
        {
            return revision;
        }

        long? oldest = GetLogged(connection, store, 0);
        return enough > oldest ? enough - 1
            : GetLogged(connection, store, largestCommit) == oldest ? Start
            : enough;
    }

    // Which commit wrote the row that stands at a place in the valid log.
    private long? GetLogged(Connection connection, long store, long place) => First(connection.Select(
        "SELECT logged FROM kvstore_change FORCE INDEX (PRIMARY) WHERE store = ? AND logged > ? ORDER BY logged LIMIT 1 OFFSET ?",
        "n", row => row.GetNumber(0), store, Start, place));

    private static long? First(List<long> numbers) => numbers.Count == 0 ? null : numbers[0];
}
