// Lists a level by seeking from child to child inside the server: a round trip brings a page of children, whatever lies below them.
using System.Text;
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>The children of a namespace, page by page.</summary>
internal static class Children
{
    private const int FirstPage = 32;
    private const int LargestPage = 1000;

    /// <summary>Reads the children in key order, those that are only kept while empty among them.</summary>
    public static IEnumerable<KvNode> Read(OneMoment reading, string store, string namespacePath, CancellationToken cancellation)
    {
        Page Next(string? from, int size) => reading.Read(
            connection => ReadPageAsync(connection, store, namespacePath, from, size, cancellation),
            isAll: page => page.Next is null,
            empty: new Page([], [], Next: null));

        Page first = Next(from: null, FirstPage);
        IEnumerable<KvNode> nodes = Follow(first, Next);
        return first.Kept.Count == 0 ? nodes : ChildScan.WithKept(nodes, namespacePath, first.Kept);
    }

    private static IEnumerable<KvNode> Follow(Page page, Func<string?, int, Page> next)
    {
        int size = FirstPage;
        while (true)
        {
            foreach (KvNode node in page.Nodes)
            {
                yield return node;
            }

            if (page.Next is null)
            {
                yield break;
            }

            size = Math.Min(size * 4, LargestPage);
            page = next(page.Next, size);
        }
    }

    private static async Task<Page> ReadPageAsync(NpgsqlConnection connection, string store, string namespacePath, string? from, int size, CancellationToken cancellation)
    {
        string prefix = KvPath.GetPrefix(namespacePath);
        int nameStart = prefix.EnumerateRunes().Count() + 1;
        await using NpgsqlCommand command = new NpgsqlCommand(prefix.Length == 0 ? OfRoot : OfNamespace, connection)
            .With(store.ToLowerInvariant(), from ?? prefix, nameStart, size, from is null, prefix);
        if (KvRange.Beneath(namespacePath).UpperBound is { } bound)
        {
            command.With(bound);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var nodes = new List<KvNode>();
        string[] kept = [];
        string? next = null;
        int count = 0;
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.IsDBNull(12))
            {
                kept = reader.GetFieldValue<string[]>(12);
            }

            if (reader.IsDBNull(9))
            {
                continue;
            }

            count++;
            next = reader.GetString(11);
            bool flag = reader.GetBoolean(10);
            if (reader.GetInt32(9) == 0)
            {
                KvItem item = Rows.ReadItem(reader);
                nodes.Add(new KvNode(item.FullKey, item, isNamespace: flag));
            }
            else if (!flag)
            {
                nodes.Add(new KvNode(next[..^1], item: null, isNamespace: true));
            }
        }

        return new Page(nodes, kept, count == size ? next : null);
    }

    private static string OfRoot { get; } = Build(upper: "", keptUpper: "");

    private static string OfNamespace { get; } = Build(upper: "AND i.key < $7", keptUpper: "AND n.path < $7");

    // $1 store, $2 lower bound, $3 where the child's name begins (in characters, from 1), $4 page size, $5 whether this is the
    // first page, $6 prefix, $7 upper bound. Each step seeks the first key behind the last child; '0' stands behind '/', and no
    // key holds anything between a key and that key with U+0001. LIMIT keeps the planner from reading a whole store to join it.
    private static string Build(string upper, string keptUpper) => new StringBuilder("""
        WITH RECURSIVE s AS MATERIALIZED (SELECT id, name FROM kvstore_store WHERE lower(name) = $1),
        child (n, key, slash, next) AS (
            SELECT 1, f.key, f.slash, {next} FROM (
                SELECT i.key, strpos(substr(i.key, $3), '/') AS slash FROM kvstore_item i
                WHERE i.store = (SELECT id FROM s) AND i.key >= $2 {upper} AND {live} ORDER BY i.key LIMIT 1) f
            UNION ALL
            SELECT c.n + 1, f.key, f.slash, {next} FROM child c CROSS JOIN LATERAL (
                SELECT i.key, strpos(substr(i.key, $3), '/') AS slash FROM kvstore_item i
                WHERE i.store = (SELECT id FROM s) AND i.key >= c.next {upper} AND {live} ORDER BY i.key LIMIT 1) f
            WHERE c.n < $4
        )
        SELECT (SELECT name FROM s), i.*, c.slash,
               CASE WHEN c.slash = 0
                    THEN (SELECT 1 FROM kvstore_item i WHERE i.store = (SELECT id FROM s) AND i.key >= c.key || '/' AND i.key < c.key || '0' AND {live} LIMIT 1)
                    ELSE (SELECT 1 FROM kvstore_item i WHERE i.store = (SELECT id FROM s) AND i.key = left(c.next, -1) AND {live} LIMIT 1)
               END IS NOT NULL,
               c.next,
               CASE WHEN $5 AND coalesce(c.n, 1) = 1
                    THEN ARRAY(SELECT DISTINCT $6 || split_part(substr(n.path, $3), '/', 1) COLLATE "C"
                               FROM kvstore_namespace n WHERE n.store = (SELECT id FROM s) AND n.path > $6 {keptUpper} ORDER BY 1)
               END
        FROM (SELECT) AS one LEFT JOIN child c ON true
            LEFT JOIN LATERAL (SELECT {columns} FROM kvstore_item i WHERE i.store = (SELECT id FROM s) AND i.key = c.key AND c.slash = 0 LIMIT 1) i ON true
        ORDER BY c.n
        """)
        .Replace("{next}", "CASE WHEN f.slash = 0 THEN f.key || E'\\x01' ELSE left(f.key, $3 + f.slash - 2) || '0' END")
        .Replace("{upper}", upper)
        .Replace("{keptUpper}", keptUpper)
        .Replace("{live}", Rows.IsLive)
        .Replace("{columns}", Rows.ItemColumns)
        .ToString();

    private sealed record Page(IReadOnlyList<KvNode> Nodes, IReadOnlyList<string> Kept, string? Next);
}
