// The log read back: from a revision on for watches, at a revision for the past, by key for an item's history.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>Reads the log of changes together with the items.</summary>
internal static class Changes
{
    private const string ItemColumns = "c.key, c.value, c.version, c.create_revision, c.revision, c.created, c.time, c.expires";

    private const string LiveItems = $"SELECT {Rows.ItemColumns} FROM kvstore_item i WHERE i.store = s.id AND {Rows.IsLive}";

    /// <summary>The first changes from a position on, beneath a namespace.</summary>
    public static async Task<WatchPage> ReadPageAsync(NpgsqlConnection connection, long store, string namespacePath, WatchPosition position, int limit, CancellationToken cancellation)
    {
        KvRange range = KvRange.Beneath(namespacePath);
        string within = range.UpperBound is null ? "" : "AND c.key >= $5 AND c.key < $6";
        string sql = $"""
            SELECT s.name, c.*, s.revision, s.log_start, EXISTS (SELECT FROM kvstore_item i WHERE i.store = s.id AND i.expires <= now())
            FROM kvstore_store s LEFT JOIN LATERAL (
                SELECT {ItemColumns}, c.kind FROM kvstore_change c
                WHERE c.store = s.id AND c.logged >= $2 AND (c.logged > $2 OR c.key > $3) AND c.revision = c.logged {within}
                ORDER BY c.logged, c.key LIMIT $4) c ON true
            WHERE s.id = $1 ORDER BY c.revision, c.key
            """;
        await using NpgsqlCommand command = new NpgsqlCommand(sql, connection).With(store, position.Revision, position.AfterKey ?? "", limit);
        if (range.UpperBound is { } bound)
        {
            command.With(range.LowerBound, bound);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<KvChange>();
        var page = new WatchPage(changes, Revision: 0, OldestRevision: 0, HasExpired: false);
        while (await reader.ReadAsync(cancellation))
        {
            page = page with { Revision = reader.GetInt64(10), OldestRevision = reader.GetInt64(11), HasExpired = reader.GetBoolean(12) };
            if (!reader.IsDBNull(1))
            {
                changes.Add(ReadChange(reader));
            }
        }

        return page;
    }

    /// <summary>The first items of a range as they were at a revision, as many as its limit says.</summary>
    public static async Task<PastItems> ReadRangeAsync(NpgsqlConnection connection, string store, KvRange range, long revision, CancellationToken cancellation)
    {
        string upper = range.UpperBound is null ? "" : "AND key < $5";
        string sql = $"""
            SELECT s.name, c.*, s.revision, s.log_start FROM kvstore_store s LEFT JOIN LATERAL (
                (SELECT * FROM ({LiveItems}) AS i WHERE key >= $2 {upper} AND mod_revision <= $4 ORDER BY key LIMIT $3)
                UNION ALL
                (SELECT {ItemColumns} FROM (
                    SELECT DISTINCT ON (key) * FROM kvstore_change
                    WHERE store = s.id AND key >= $2 {upper} AND revision <= $4 AND logged > s.log_start ORDER BY key, revision DESC) c
                WHERE c.kind = 0 AND (c.expires IS NULL OR c.expires > now())
                    AND (SELECT 1 FROM kvstore_item i WHERE i.store = s.id AND i.key = c.key AND i.mod_revision <= $4 LIMIT 1) IS NULL
                ORDER BY c.key LIMIT $3)
                ORDER BY key LIMIT $3) c ON true
            WHERE lower(s.name) = $1 ORDER BY c.key
            """;
        await using NpgsqlCommand command = new NpgsqlCommand(sql, connection).With(store.ToLowerInvariant(), range.LowerBound, range.Limit!, revision);
        if (range.UpperBound is { } bound)
        {
            command.With(bound);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<KvItem>();
        var page = new PastItems(items, Revision: 0, OldestRevision: 0);
        while (await reader.ReadAsync(cancellation))
        {
            page = page with { Revision = reader.GetInt64(9), OldestRevision = reader.GetInt64(10) };
            if (!reader.IsDBNull(1))
            {
                items.Add(Rows.ReadItem(reader));
            }
        }

        return page;
    }

    /// <summary>Logged changes of one item before a revision, the newest first.</summary>
    public static async Task<IReadOnlyList<KvChange>> ReadHistoryAsync(NpgsqlConnection connection, string store, string fullKey, long beforeRevision, int limit, CancellationToken cancellation)
    {
        const string Sql = $"""
            SELECT s.name, {ItemColumns}, c.kind FROM kvstore_store s JOIN kvstore_change c ON c.store = s.id
            WHERE lower(s.name) = $1 AND c.key = $2 AND c.revision < $3 AND c.logged > s.log_start
                AND (c.expires IS NULL OR c.expires > now()) ORDER BY c.revision DESC LIMIT $4
            """;
        await using NpgsqlCommand command = new NpgsqlCommand(Sql, connection).With(store.ToLowerInvariant(), fullKey, beforeRevision, limit);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var changes = new List<KvChange>();
        while (await reader.ReadAsync(cancellation))
        {
            changes.Add(ReadChange(reader));
        }

        return changes;
    }

    // A row of the store's name, ItemColumns and the kind.
    private static KvChange ReadChange(NpgsqlDataReader reader) => (KvChangeKind)reader.GetInt16(9) switch
    {
        KvChangeKind.Set => KvChange.OfSet(Rows.ReadItem(reader)),
        var kind => new KvChange(reader.GetString(0), reader.GetString(1), kind, reader.GetInt64(5)) { Time = KvTime.ToDateTime(reader.GetTime(7)) },
    };
}

/// <summary>Items of a past revision.</summary>
/// <param name="Items">The items.</param>
/// <param name="Revision">The store's revision when they were read; 0 for a missing one.</param>
/// <param name="OldestRevision">The oldest that could be read then.</param>
internal sealed record PastItems(IReadOnlyList<KvItem> Items, long Revision, long OldestRevision);
