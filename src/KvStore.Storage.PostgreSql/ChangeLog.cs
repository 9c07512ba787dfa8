// What a commit writes beside the items, so that watches and the past can be read: by statements inside the server, from the
// very rows that change, whatever their number.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>Whether and since when a store's changes are logged. It holds all changes after its start, and what they replaced.</summary>
/// <param name="Period">How long earlier states are kept (see <see cref="HistoryPeriod"/>).</param>
/// <param name="Start">The revision from which on every state can be read.</param>
/// <param name="IsWatched">Whether somebody watches the store.</param>
internal readonly record struct ChangeLog(long Period, long Start, bool IsWatched)
{
    /// <summary>On which watches wait for the number of their store.</summary>
    public const string Channel = "kvstore_change";

    // Trimming is paid by the commits that make it necessary, in small coins.
    private const int CommitsPerTrim = 8;
    private const int LargeBatch = 50;
    private const long TrimmedRows = 1000;
    private const long TrimmedRowsPerChange = 3;

    // A start lies between two commits: what one of them logged goes at once, and beyond this only with a load or Compress.
    private const long LargestTrimmedCommit = 20_000;

    private const string Columns = "store, logged, key, revision, kind, value, version, create_revision, created, time, expires";

    /// <summary>Logs what a CTE <c>written</c> has set. A key that the same commit deleted is only set.</summary>
    public const string OfWritten = $"""
        INSERT INTO kvstore_change ({Columns})
        SELECT store, mod_revision, key, mod_revision, 0, value, version, create_revision, created, modified, expires FROM written
        ON CONFLICT (store, logged, key, revision) DO UPDATE SET kind = excluded.kind, value = excluded.value, version = excluded.version,
            create_revision = excluded.create_revision, created = excluded.created, time = excluded.time, expires = excluded.expires
        """;

    /// <summary>Whether changes are logged.</summary>
    public bool IsOn => Period > 0 || IsWatched;

    /// <summary>The CTE that logs the items which a CTE <c>gone</c> has deleted, and their state if it was from before the log.</summary>
    /// <param name="firstParameter">The number of the first of four: the new revision, the log's start, the kind, the time.</param>
    public static string OfGone(int firstParameter) => $"""
        , logged AS (
            INSERT INTO kvstore_change ({Columns})
            SELECT store, ${firstParameter}, key, mod_revision, 0, value, version, create_revision, created, modified, expires
            FROM gone WHERE mod_revision <= ${firstParameter + 1}
            UNION ALL
            SELECT store, ${firstParameter}, key, ${firstParameter}, ${firstParameter + 2}, NULL, 0, 0, NULL, ${firstParameter + 3}, NULL FROM gone)
        """;

    /// <summary>The CTE that logs the state of items of the store <c>$1</c>, before they are written, if it was from before the log.</summary>
    /// <param name="where">Which items.</param>
    /// <param name="revisionParameter">The number of the new revision's parameter.</param>
    /// <param name="startParameter">The number of the parameter of the log's start.</param>
    public static string OfOld(string where, int revisionParameter, int startParameter) => $"""
        old AS (
            INSERT INTO kvstore_change ({Columns})
            SELECT store, ${revisionParameter}, key, mod_revision, 0, value, version, create_revision, created, modified, expires
            FROM kvstore_item WHERE store = $1 AND {where} AND mod_revision <= ${startParameter})
        """;

    /// <summary>Wakes the watches of a store when the transaction is committed.</summary>
    public static void Notify(NpgsqlBatch statements, long store) => statements.Add($"SELECT pg_notify('{Channel}', $1::text)", store);

    /// <summary>Adds now and then the statements that forget some of what is older than it need be; the last ones of a commit.</summary>
    /// <param name="statements">The batch.</param>
    /// <param name="store">The store.</param>
    /// <param name="changes">How many changes the commit makes.</param>
    public void Trim(NpgsqlBatch statements, LockedStore store, int changes)
    {
        if (changes <= LargeBatch && (store.Revision + 1) % CommitsPerTrim != 0)
        {
            return;
        }

        long rows = TrimmedRows + (TrimmedRowsPerChange * changes);
        if (IsOn && GetCutoff(store.Now, keep: null, PagedWatch.Patience) is { } cutoff)
        {
            statements.Add(Advance, store.Id, cutoff, rows, Math.Max(rows, LargestTrimmedCommit));
        }

        statements.Add(Forget, store.Id, rows);
    }

    /// <summary>The time before which states may be forgotten; null if none may.</summary>
    /// <param name="now">The time now.</param>
    /// <param name="keep">A shorter period than the store's own; null for that.</param>
    /// <param name="ofWatches">What watches may still need.</param>
    public DateTime? GetCutoff(DateTime now, TimeSpan? keep, TimeSpan ofWatches) =>
        HistoryPeriod.GetCutoff(Statements.ToMicroseconds(now), Period, keep, IsWatched ? ofWatches : TimeSpan.Zero) is { } cutoff ? Statements.ToTimestamp(cutoff) : null;

    /// <summary>
    /// Moves the start of the store <c>$1</c>'s log to the last revision before the changes that are younger than <c>$2</c>,
    /// by <c>$3</c> rows at most, or by one commit that logged <c>$4</c> at most. What items were at that revision, and are no more, is put down as if the next change had logged it.
    /// </summary>
    public const string Advance = """
        WITH old AS (SELECT log_start, revision FROM kvstore_store WHERE id = $1),
        young AS (
            SELECT p.logged FROM (
                SELECT logged, revision, time FROM kvstore_change WHERE store = $1 AND logged > (SELECT log_start FROM old) ORDER BY logged LIMIT $3) p
            WHERE p.revision = p.logged AND p.time > $2 ORDER BY p.logged LIMIT 1),
        first AS (SELECT min(logged) AS logged FROM kvstore_change WHERE store = $1 AND logged > (SELECT log_start FROM old)),
        enough AS (
            SELECT CASE
                WHEN c.logged > (SELECT logged FROM first) THEN c.logged
                WHEN (SELECT logged FROM first) = (
                    SELECT logged FROM kvstore_change WHERE store = $1 AND logged > (SELECT log_start FROM old) ORDER BY logged OFFSET $4 LIMIT 1) THEN c.logged
                ELSE c.logged + 1 END AS logged
            FROM kvstore_change c WHERE c.store = $1 AND c.logged > (SELECT log_start FROM old) ORDER BY c.logged OFFSET $3 LIMIT 1),
        new AS MATERIALIZED (
            SELECT coalesce((SELECT logged FROM young), (SELECT logged FROM enough), (SELECT revision + 1 FROM old)) - 1 AS log_start),
        moved AS (
            UPDATE kvstore_change c SET logged = n.next
            FROM (
                SELECT o.key, o.revision, (SELECT min(x.revision) FROM kvstore_change x WHERE x.store = $1 AND x.key = o.key AND x.revision > o.revision) AS next
                FROM kvstore_change o
                WHERE o.store = $1 AND o.logged > (SELECT log_start FROM old) AND o.logged <= (SELECT log_start FROM new)
                    AND o.revision = o.logged AND o.kind = 0) n
            WHERE c.store = $1 AND c.logged = n.revision AND c.key = n.key AND c.revision = n.revision AND n.next > (SELECT log_start FROM new))
        UPDATE kvstore_store s SET log_start = new.log_start FROM new WHERE s.id = $1 AND new.log_start > s.log_start
        """;

    /// <summary>Deletes <c>$2</c> rows of the store <c>$1</c> from before its log's start; gives how many they were, and how many were earlier states of items.</summary>
    public const string Forget = """
        WITH gone AS (
            DELETE FROM kvstore_change WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM kvstore_change WHERE store = $1 AND logged <= (SELECT log_start FROM kvstore_store WHERE id = $1) LIMIT $2))
            RETURNING key, revision, kind)
        SELECT count(*), count(*) FILTER (WHERE kind = 0 AND NOT EXISTS (
            SELECT FROM kvstore_item i WHERE i.store = $1 AND i.key = gone.key AND i.mod_revision = gone.revision)) FROM gone
        """;
}
