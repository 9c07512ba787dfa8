// The statements that read, and what a row of each means.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>Reads rows of the tables. Expired items are never among them; the server's clock decides.</summary>
internal static class Rows
{
    /// <summary>The columns that <see cref="ReadItem"/> takes, of a table <c>i</c>, behind the store's name.</summary>
    public const string ItemColumns = "i.key, i.value, i.version, i.create_revision, i.mod_revision, i.created, i.modified, i.expires";

    /// <summary>Whether an item <c>i</c> has not expired at the moment of the statement, or of the snapshot.</summary>
    public const string IsLive = "(i.expires IS NULL OR i.expires > now())";

    // As scalar subqueries: a join would hide from the planner that the index gives one store's keys in order.
    private const string StoreId = "(SELECT id FROM kvstore_store WHERE lower(name) = $1)";
    private const string StoreName = "(SELECT name FROM kvstore_store WHERE lower(name) = $1)";

    private const string Stores = """
        SELECT * FROM (
            SELECT s.name, s.maximum_key_size, s.maximum_value_size, s.revision, s.kept,
                   s.item_count - (SELECT count(*) FROM kvstore_item i WHERE i.store = s.id AND i.expires <= now()) AS items,
                   EXISTS (SELECT FROM kvstore_namespace n WHERE n.store = s.id) AS has_namespaces,
                   s.history_period, s.log_start
            FROM kvstore_store s
        """;

    private const string AreThere = ") AS stores WHERE (kept OR items > 0 OR has_namespaces)";

    /// <summary>The stores that are there; one of them if it is named.</summary>
    public static async Task<IReadOnlyList<KvStoreInfo>> ReadStoresAsync(NpgsqlConnection connection, string? store, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = store is null
            ? new NpgsqlCommand(Stores + AreThere, connection)
            : new NpgsqlCommand(Stores + " WHERE lower(s.name) = $1" + AreThere, connection).With(store.ToLowerInvariant());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var stores = new List<KvStoreInfo>();
        while (await reader.ReadAsync(cancellation))
        {
            stores.Add(new KvStoreInfo(reader.GetString(0))
            {
                Limits = new KvLimits(reader.GetInt32(1), reader.GetInt32(2)),
                Revision = reader.GetInt64(3),
                IsKept = reader.GetBoolean(4),
                ItemCount = reader.GetInt64(5),
                HistoryPeriod = HistoryPeriod.FromNumber(reader.GetInt64(7)),
                OldestRevision = reader.GetInt64(8),
            });
        }

        return stores;
    }

    /// <summary>The revision of a store's row; 0 if it has none.</summary>
    public static async Task<long> ReadRevisionAsync(NpgsqlConnection connection, string store, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new NpgsqlCommand("SELECT revision FROM kvstore_store WHERE lower(name) = $1", connection).With(store.ToLowerInvariant());
        return await command.ExecuteScalarAsync(cancellation) is long revision ? revision : 0;
    }

    public static async Task<KvItem?> ReadItemAsync(NpgsqlConnection connection, string store, string fullKey, CancellationToken cancellation)
    {
        const string Sql = $"SELECT {StoreName}, {ItemColumns} FROM kvstore_item i WHERE i.store = {StoreId} AND i.key = $2 AND {IsLive}";
        await using NpgsqlCommand command = new NpgsqlCommand(Sql, connection).With(store.ToLowerInvariant(), fullKey);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? ReadItem(reader) : null;
    }

    /// <summary>The first items of a range, as many as its limit says.</summary>
    public static async Task<IReadOnlyList<KvItem>> ReadRangeAsync(NpgsqlConnection connection, string store, KvRange range, CancellationToken cancellation)
    {
        string columns = range.KeysOnly ? "i.key, ''" : ItemColumns;
        string upper = range.UpperBound is null ? "" : "AND i.key < $4";
        string sql = $"SELECT {StoreName}, {columns} FROM kvstore_item i WHERE i.store = {StoreId} AND i.key >= $2 {upper} AND {IsLive} ORDER BY i.key LIMIT $3";
        await using NpgsqlCommand command = new NpgsqlCommand(sql, connection).With(store.ToLowerInvariant(), range.LowerBound, range.Limit!);
        if (range.UpperBound is { } bound)
        {
            command.With(bound);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<KvItem>();
        while (await reader.ReadAsync(cancellation))
        {
            items.Add(range.KeysOnly ? new KvItem(reader.GetString(0), reader.GetString(1), "") : ReadItem(reader));
        }

        return items;
    }

    /// <summary>The kept namespaces at and beneath one.</summary>
    public static async Task<IReadOnlyList<string>> ReadNamespacesAsync(NpgsqlConnection connection, string store, string namespacePath, CancellationToken cancellation)
    {
        string where = namespacePath.Length == 0 ? "" : "AND (path = $2 OR (path >= $2 || '/' AND path < $2 || '0'))";
        await using NpgsqlCommand command = new NpgsqlCommand($"SELECT path FROM kvstore_namespace WHERE store = {StoreId} {where} ORDER BY path", connection).With(store.ToLowerInvariant());
        if (namespacePath.Length > 0)
        {
            command.With(namespacePath);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var namespaces = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            namespaces.Add(reader.GetString(0));
        }

        return namespaces;
    }

    /// <summary>The item of a row that has the store's name and then <see cref="ItemColumns"/>.</summary>
    public static KvItem ReadItem(NpgsqlDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetString(2))
    {
        VersionNumber = reader.GetInt64(3),
        CreateRevisionNumber = reader.GetInt64(4),
        ModRevisionNumber = reader.GetInt64(5),
        CreatedTime = reader.GetTime(6),
        ModifiedTime = reader.GetTime(7),
        ExpiresTime = reader.GetTime(8),
    };
}
