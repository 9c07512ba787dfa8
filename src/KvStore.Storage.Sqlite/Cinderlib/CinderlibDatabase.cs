// cinderlib keeps records in Cinder's tables, whose columns differ by version: each column becomes the field of its name, and
// SQLite itself puts a row together as the JSON that cinderlib would dump.
namespace KvStore.Storage.Sqlite;

/// <summary>Reads the database of cinderlib's <c>db</c> plugin, in one transaction and without changing it.</summary>
internal sealed class CinderlibDatabase : IDisposable
{
    private const string KeyValueTable = "cinderlib_persistence_key_value";

    private static readonly string[] Booleans = ["deleted", "use_quota", "bootable", "multiattach", "shared_targets", "is_public"];
    private static readonly string[] Times = ["created_at", "updated_at", "deleted_at", "scheduled_at", "launched_at", "terminated_at", "attach_time", "detach_time"];
    private static readonly string[] Documents = ["connection_info", "connector"];

    private readonly Connection _connection;
    private readonly bool _includeDeleted;

    private CinderlibDatabase(Connection connection, bool includeDeleted)
    {
        _connection = connection;
        _includeDeleted = includeDeleted;
    }

    /// <summary>Whether a database is one of cinderlib's.</summary>
    public static bool IsOne(Connection connection) => HasTable(connection, KeyValueTable);

    /// <summary>Opens the database.</summary>
    /// <param name="file">Its absolute path.</param>
    /// <param name="includeDeleted">Whether soft-deleted rows are read too.</param>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>: there is no such file; <see cref="KvError.ForeignDatabase"/>: it is not cinderlib's.</exception>
    public static CinderlibDatabase Open(string file, bool includeDeleted)
    {
        if (!File.Exists(file))
        {
            throw new KvException(KvError.StorageUnavailable, $"There is no database '{file}'. Check the connection; relative paths start from the current folder.", file);
        }

        Connection connection = Connection.Open(file, ConnectionUse.ReadingForeign, SqliteSettings.Default);
        try
        {
            connection.Execute("BEGIN");
            string? missing = Array.Find(["volumes", "snapshots", "volume_attachment", "volume_types", KeyValueTable], table => !HasTable(connection, table));
            return missing is null ? new CinderlibDatabase(connection, includeDeleted) : throw new KvException(
                KvError.ForeignDatabase,
                $"Database '{file}' is not one of cinderlib's: it has no table '{missing}'. It was left as it is.",
                file);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The volumes with their types and metadata, each with its backend's name.</summary>
    public IEnumerable<(string Backend, string VersionedObject)> ReadVolumes() => Read(
        "volumes",
        "Volume",
        HasColumn("volumes", "use_quota") ? "1.9" : "1.8",
        backend: GetBackend("r.host"),
        [
            $"'metadata', {GetMetadata("volume_metadata", "volume_id")}",
            $"'admin_metadata', {GetMetadata("volume_admin_metadata", "volume_id")}",
            $"'glance_metadata', {GetMetadata("volume_glance_metadata", "volume_id")}",
            $"'volume_type', {GetVolumeType()}",
        ]);

    /// <summary>The snapshots, each with its backend's name.</summary>
    public IEnumerable<(string Backend, string VersionedObject)> ReadSnapshots() => Read(
        "snapshots",
        "Snapshot",
        HasColumn("snapshots", "use_quota") ? "1.6" : "1.5",
        backend: $"coalesce(nullif(r.progress, ''), {GetBackendOfVolume()})",
        [$"'metadata', {GetMetadata("snapshot_metadata", "snapshot_id")}"]);

    /// <summary>The connections, each with its backend's name.</summary>
    public IEnumerable<(string Backend, string VersionedObject)> ReadConnections() =>
        Read("volume_attachment", "VolumeAttachment", "1.3", GetBackendOfVolume(), []);

    /// <summary>The key values.</summary>
    public IEnumerable<(string Key, string Value)> ReadKeyValues()
    {
        using Statement rows = _connection.Prepare($"SELECT key, coalesce(value, '') FROM {KeyValueTable} ORDER BY key");
        while (rows.Step())
        {
            yield return (rows.GetText(0), rows.GetText(1));
        }
    }

    public void Dispose() => _connection.Dispose();

    private static bool HasTable(Connection connection, string table) =>
        connection.QueryNumber($"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'") > 0;

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string QuoteText(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string GetVersioned(string name, string version, string data) =>
        $"json_object('versioned_object.name', '{name}', 'versioned_object.namespace', 'cinder', 'versioned_object.version', '{version}', 'versioned_object.data', {data})";

    private static string GetField(string row, string column)
    {
        string value = $"{row}.{Quote(column)}";
        return Array.IndexOf(Booleans, column) >= 0 ? $"json(CASE WHEN {value} IS NULL THEN 'null' WHEN {value} THEN 'true' ELSE 'false' END)"
            : Array.IndexOf(Times, column) >= 0 ? $"replace({value}, ' ', 'T') || 'Z'"
            : Array.IndexOf(Documents, column) >= 0 ? $"json(CASE WHEN coalesce({value}, '') = '' THEN 'null' WHEN json_valid({value}) THEN {value} ELSE json_quote({value}) END)"
            : value;
    }

    // The part of a host between the last @ and the # behind it; a host without @ is all backend.
    private static string GetBackend(string host)
    {
        string behindAt = $"replace({host}, rtrim({host}, replace({host}, '@', '')), '')";
        return $"coalesce(nullif(substr({behindAt}, 1, instr({behindAt} || '#', '#') - 1), ''), 'unknown')";
    }

    private static string GetBackendOfVolume() => $"coalesce((SELECT {GetBackend("v.host")} FROM volumes v WHERE v.id = r.volume_id), 'unknown')";

    private IEnumerable<(string Backend, string VersionedObject)> Read(string table, string name, string version, string backend, string[] more)
    {
        string fields = string.Join(", ", GetColumns(table).Select(column => $"{QuoteText(column)}, {GetField("r", column)}").Concat(more));
        string which = _includeDeleted ? "" : "WHERE NOT coalesce(r.deleted, 0)";
        using Statement rows = _connection.Prepare($"SELECT {backend}, {GetVersioned(name, version, $"json_object({fields})")} FROM {table} r {which} ORDER BY r.created_at, r.id");
        while (rows.Step())
        {
            yield return (rows.GetText(0), rows.GetText(1));
        }
    }

    // What belongs to a deleted row was deleted with it.
    private string GetMetadata(string table, string owner) => HasTable(_connection, table)
        ? $"json((SELECT json_group_object(m.key, m.value) FROM {table} m WHERE m.{owner} = r.id AND coalesce(m.deleted, 0) <= coalesce(r.deleted, 0)))"
        : "json('{}')";

    private string GetVolumeType()
    {
        string fields = string.Join(", ", GetColumns("volume_types").Select(column => $"{QuoteText(column)}, {GetField("t", column)}"));
        string extraSpecs = HasTable(_connection, "volume_type_extra_specs")
            ? "json((SELECT json_group_object(e.key, e.value) FROM volume_type_extra_specs e WHERE e.volume_type_id = t.id AND coalesce(e.deleted, 0) <= coalesce(r.deleted, 0)))"
            : "json('{}')";
        string data = $"json_object({fields}, 'extra_specs', {extraSpecs}, 'qos_specs', {GetQosSpecs()})";
        return $"json(coalesce((SELECT {GetVersioned("VolumeType", "1.3", data)} FROM volume_types t WHERE t.id = r.volume_type_id), 'null'))";
    }

    // A row without specs_id is the whole, its value the name; the rows that point to it are its specs, and its consumer.
    private string GetQosSpecs()
    {
        const string Table = "quality_of_service_specs";
        if (!HasTable(_connection, Table) || !HasColumn("volume_types", "qos_specs_id"))
        {
            return "json('null')";
        }

        const string Of = $"FROM {Table} s WHERE s.specs_id = q.id AND coalesce(s.deleted, 0) <= coalesce(r.deleted, 0)";
        const string Data = $"json_object('id', q.id, 'name', q.value, 'consumer', coalesce((SELECT s.value {Of} AND s.key = 'consumer'), 'back-end'), 'specs', json((SELECT json_group_object(s.key, s.value) {Of} AND s.key <> 'consumer')))";
        return $"json(coalesce((SELECT {GetVersioned("QualityOfServiceSpecs", "1.0", Data)} FROM {Table} q WHERE q.id = t.qos_specs_id), 'null'))";
    }

    private bool HasColumn(string table, string column) => GetColumns(table).Contains(column);

    private List<string> GetColumns(string table)
    {
        var columns = new List<string>();
        using Statement rows = _connection.Prepare($"SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
        while (rows.Step())
        {
            columns.Add(rows.GetText(0));
        }

        return columns;
    }
}
