// The statements that read, and what a row of each means.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>Reads rows of the tables. Expired items are never among them; the server's clock decides.</summary>
internal static class Rows
{
    /// <summary>The time that numbers of microseconds count from, and what is added to it.</summary>
    public const string ToTime = "TIMESTAMPADD(MICROSECOND, ?, TIMESTAMP'1970-01-01 00:00:00')";

    /// <summary>The columns that <see cref="ToItem"/> takes, of a table <c>i</c>, behind the store's name.</summary>
    public const string ItemColumns =
        $"i.`key`, i.value, i.version, i.create_revision, i.mod_revision, {SinceEpoch}i.created), {SinceEpoch}i.modified), {SinceEpoch}i.expires)";

    /// <summary>The kinds of the store's name and <see cref="ItemColumns"/>.</summary>
    public const string ItemKinds = "tttnnnnnn";

    /// <summary>Whether an item <c>i</c> has not expired at the moment of the statement.</summary>
    public const string IsLive = "(i.expires IS NULL OR i.expires > UTC_TIMESTAMP(6))";

    /// <summary>Begins a number of microseconds since 1970; a time and a parenthesis follow.</summary>
    public const string SinceEpoch = "TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', ";

    private const string Stores = """
        SELECT name, maximum_key_size, maximum_value_size, revision, kept, items, history_period, log_start FROM (
            SELECT s.name, s.maximum_key_size, s.maximum_value_size, s.revision, s.kept,
                   s.item_count - (SELECT COUNT(*) FROM kvstore_item i WHERE i.store = s.id AND i.expires <= UTC_TIMESTAMP(6)) AS items,
                   EXISTS (SELECT 1 FROM kvstore_namespace n WHERE n.store = s.id) AS has_namespaces,
                   s.history_period, s.log_start
            FROM kvstore_store s
        """;

    private const string AreThere = ") AS stores WHERE (kept OR items > 0 OR has_namespaces)";

    /// <summary>The stores that are there; one of them if it is named.</summary>
    public static List<KvStoreInfo> ReadStores(Connection connection, string? store)
    {
        string where = store is null ? "" : " WHERE s.name = ?";
        return connection.Select(Stores + where + AreThere, "tnnnnnnn", ReadStore, store is null ? [] : [store]);
    }

    /// <summary>The revision of a store's row; 0 if it has none.</summary>
    public static long ReadRevision(Connection connection, string store) =>
        connection.Select("SELECT revision FROM kvstore_store WHERE name = ?", "n", row => row.GetNumber(0), store).SingleOrDefault();

    public static KvItem? ReadItem(Connection connection, string store, string fullKey) => connection.Select(
        $"SELECT s.name, {ItemColumns} FROM kvstore_store s JOIN kvstore_item i ON i.store = s.id WHERE s.name = ? AND i.`key` = ? AND {IsLive}",
        ItemKinds,
        ToItem,
        store,
        fullKey).SingleOrDefault();

    /// <summary>The first items of a range, as many as its limit says.</summary>
    public static List<KvItem> ReadRange(Connection connection, string store, KvRange range)
    {
        string upper = range.UpperBound is null ? "" : "AND i.`key` < ? ";
        string columns = range.KeysOnly ? "i.`key`" : ItemColumns;
        string sql = $"SELECT s.name, {columns} FROM kvstore_store s JOIN kvstore_item i ON i.store = s.id WHERE s.name = ? AND i.`key` >= ? {upper}AND {IsLive} ORDER BY i.`key` LIMIT ?";
        object?[] values = range.UpperBound is { } bound ? [store, range.LowerBound, bound, range.Limit] : [store, range.LowerBound, range.Limit];
        return range.KeysOnly
            ? connection.Select(sql, "tt", row => new KvItem(row.GetText(0), row.GetText(1), ""), values)
            : connection.Select(sql, ItemKinds, ToItem, values);
    }

    /// <summary>The kept namespaces at and beneath one.</summary>
    public static List<string> ReadNamespaces(Connection connection, string store, string namespacePath)
    {
        const string Sql = "SELECT n.path FROM kvstore_store s JOIN kvstore_namespace n ON n.store = s.id WHERE s.name = ?";
        return namespacePath.Length == 0
            ? connection.Select($"{Sql} ORDER BY n.path", "t", row => row.GetText(0), store)
            : connection.Select(
                $"{Sql} AND (n.path = ? OR (n.path >= ? AND n.path < ?)) ORDER BY n.path", "t", row => row.GetText(0), store, namespacePath, namespacePath + "/", namespacePath + "0");
    }

    /// <summary>The item of a row that has the store's name and then <see cref="ItemColumns"/>.</summary>
    public static KvItem ToItem(Statement row) => new(row.GetText(0), row.GetText(1), row.GetText(2))
    {
        VersionNumber = row.GetNumber(3),
        CreateRevisionNumber = row.GetNumber(4),
        ModRevisionNumber = row.GetNumber(5),
        CreatedTime = row.GetNumber(6),
        ModifiedTime = row.GetNumber(7),
        ExpiresTime = row.GetNumber(8),
    };

    private static KvStoreInfo ReadStore(Statement row) => new(row.GetText(0))
    {
        Limits = new KvLimits((int)row.GetNumber(1), (int)row.GetNumber(2)),
        Revision = row.GetNumber(3),
        IsKept = row.GetNumber(4) != 0,
        ItemCount = row.GetNumber(5),
        HistoryPeriod = HistoryPeriod.FromNumber(row.GetNumber(6)),
        OldestRevision = row.GetNumber(7),
    };
}
