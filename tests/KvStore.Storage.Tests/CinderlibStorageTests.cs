// A database with Cinder's own columns, filled as cinderlib fills it: what is in it must come out, and nothing in it change.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KvStore.Storage.Sqlite;
using SQLitePCL;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class CinderlibStorageTests : IDisposable
{
    private const string Common = "created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, deleted BOOLEAN";
    private const string Metadata = $"{Common}, id INTEGER NOT NULL PRIMARY KEY, key VARCHAR(255), value VARCHAR(255)";

    private const string Schema = $"""
        CREATE TABLE volumes ({Common}, id VARCHAR(36) NOT NULL PRIMARY KEY, ec2_id VARCHAR(255), user_id VARCHAR(255), project_id VARCHAR(255),
            host VARCHAR(255), size INTEGER, availability_zone VARCHAR(255), status VARCHAR(255), attach_status VARCHAR(255),
            scheduled_at DATETIME, launched_at DATETIME, terminated_at DATETIME, display_name VARCHAR(255), display_description VARCHAR(255),
            provider_location VARCHAR(256), provider_auth VARCHAR(256), snapshot_id VARCHAR(36), volume_type_id VARCHAR(36) NOT NULL,
            source_volid VARCHAR(36), bootable BOOLEAN, provider_geometry VARCHAR(255), _name_id VARCHAR(36), encryption_key_id VARCHAR(36),
            migration_status VARCHAR(255), replication_status VARCHAR(255), replication_extended_status VARCHAR(255),
            replication_driver_data VARCHAR(255), consistencygroup_id VARCHAR(36), provider_id VARCHAR(255), multiattach BOOLEAN,
            previous_status VARCHAR(255), cluster_name VARCHAR(255), group_id VARCHAR(36), service_uuid VARCHAR(36),
            shared_targets BOOLEAN, use_quota BOOLEAN NOT NULL DEFAULT 1);
        CREATE TABLE snapshots ({Common}, id VARCHAR(36) NOT NULL PRIMARY KEY, volume_id VARCHAR(36) NOT NULL, user_id VARCHAR(255),
            project_id VARCHAR(255), status VARCHAR(255), progress VARCHAR(255), volume_size INTEGER, scheduled_at DATETIME,
            display_name VARCHAR(255), display_description VARCHAR(255), provider_location VARCHAR(255), encryption_key_id VARCHAR(36),
            volume_type_id VARCHAR(36) NOT NULL, cgsnapshot_id VARCHAR(36), provider_id VARCHAR(255), provider_auth VARCHAR(255),
            group_snapshot_id VARCHAR(36), use_quota BOOLEAN NOT NULL DEFAULT 1);
        CREATE TABLE volume_attachment ({Common}, id VARCHAR(36) NOT NULL PRIMARY KEY, volume_id VARCHAR(36) NOT NULL, attached_host VARCHAR(255),
            instance_uuid VARCHAR(36), mountpoint VARCHAR(255), attach_time DATETIME, detach_time DATETIME, attach_mode VARCHAR(36),
            attach_status VARCHAR(255), connection_info TEXT, connector TEXT);
        CREATE TABLE volume_metadata ({Metadata}, volume_id VARCHAR(36) NOT NULL);
        CREATE TABLE volume_admin_metadata ({Metadata}, volume_id VARCHAR(36) NOT NULL);
        CREATE TABLE snapshot_metadata ({Metadata}, snapshot_id VARCHAR(36) NOT NULL);
        CREATE TABLE volume_types ({Common}, id VARCHAR(36) NOT NULL PRIMARY KEY, name VARCHAR(255), qos_specs_id VARCHAR(36), is_public BOOLEAN, description VARCHAR(255));
        CREATE TABLE volume_type_extra_specs ({Metadata}, volume_type_id VARCHAR(36) NOT NULL);
        CREATE TABLE quality_of_service_specs ({Common}, id VARCHAR(36) NOT NULL PRIMARY KEY, specs_id VARCHAR(36), key VARCHAR(255), value VARCHAR(255));
        CREATE TABLE cinderlib_persistence_key_value (key VARCHAR(255) NOT NULL PRIMARY KEY, value TEXT);
        """;

    private const string Rows = """
        INSERT INTO volume_types (id, name, is_public, deleted) VALUES ('default-type', '__DEFAULT__', 1, 0);
        INSERT INTO volume_types (id, name, qos_specs_id, is_public, deleted) VALUES ('v1', 'v1', 'v1', 1, 0);
        INSERT INTO volume_type_extra_specs (key, value, volume_type_id, deleted) VALUES ('k', 'v', 'v1', 0), ('gone', 'x', 'v1', 1);
        INSERT INTO quality_of_service_specs (id, specs_id, key, value, deleted) VALUES
            ('v1', NULL, 'QoS_Specs_Name', 'v1', 0), ('q2', 'v1', 'consumer', 'back-end', 0), ('q3', 'v1', 'q', '1', 0);
        INSERT INTO volumes (id, created_at, deleted, host, size, status, attach_status, display_name, volume_type_id, bootable, multiattach, shared_targets, use_quota, user_id, project_id) VALUES
            ('v2', '2024-01-02 03:04:06.000007', 0, 'node1@ceph#rbd', 2, 'in-use', 'attached', 'di/sk', 'default-type', 0, 1, NULL, 1, 'cinderlib', 'cinderlib'),
            ('v1', '2024-01-02 03:04:05.123456', 0, 'node1@lvm#lvm', 1, 'available', 'detached', 'disk', 'v1', 0, 0, 1, 1, 'cinderlib', 'cinderlib');
        INSERT INTO volumes (id, created_at, deleted, deleted_at, host, size, status, display_name, volume_type_id) VALUES
            ('v0', '2024-01-01 00:00:00.000000', 1, '2024-01-03 00:00:00.000000', 'node1@lvm#lvm', 9, 'deleted', 'disk', 'default-type');
        INSERT INTO volume_metadata (key, value, volume_id, deleted) VALUES ('m', '1', 'v1', 0), ('old', '1', 'v1', 1);
        INSERT INTO volume_admin_metadata (key, value, volume_id, deleted) VALUES ('a', 'é', 'v1', 0);
        INSERT INTO snapshots (id, created_at, deleted, volume_id, status, progress, volume_size, display_name, volume_type_id) VALUES
            ('s2', '2024-01-02 03:04:07.000000', 0, 'v1', 'available', 'lvm', 1, 'snap2', 'v1'),
            ('s1', '2024-01-02 03:04:08.000000', 0, 'v1', 'available', 'lvm', 1, 'snap1', 'v1');
        INSERT INTO snapshot_metadata (key, value, snapshot_id, deleted) VALUES ('sm', '2', 's1', 0);
        INSERT INTO volume_attachment (id, created_at, deleted, volume_id, attach_mode, attach_status, connection_info, connector) VALUES
            ('c1', '2024-01-02 03:04:09.000000', 0, 'v2', 'rw', 'attached', '{"conn": {"driver_volume_type": "rbd", "data": {"name": "x"}}}', '{"host": "node1"}');
        INSERT INTO cinderlib_persistence_key_value VALUES ('key/1', 'value'), ('empty', NULL);
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public CinderlibStorageTests()
    {
        _file = _folder["cl.sqlite"];
        Write(_file, Schema + Rows);
    }

    [Fact]
    public void Volumes_have_all_their_fields_with_types_and_metadata()
    {
        using var storage = new CinderlibStorage($"sqlite:///{_file}");
        KvVolume volume = new KvRecords(storage, "cinderlib").GetVolumes(name: "disk").Single();
        Assert.Equal(("v1", "lvm", 1L, "available"), (volume.Id, volume.Backend, volume.Size, volume.Status));
        Assert.Equal("2024-01-02T03:04:05.123456Z", volume["created_at"]);
        Assert.Equal(false, volume["bootable"]);
        Assert.Equal(true, volume["shared_targets"]);
        Assert.Equal("1", volume.Metadata["m"]);
        Assert.Single(volume.Metadata);
        Assert.Equal("é", ((System.Collections.IDictionary)volume["admin_metadata"]!)["a"]);
        Assert.Equal("v", volume.ExtraSpecs["k"]);
        Assert.Single(volume.ExtraSpecs);
        Assert.Equal("1", volume.QosSpecs["q"]);
        Assert.Single(volume.QosSpecs);
        Assert.Equal(Columns("volumes").Order(), volume.Fields.Keys.Except(["metadata", "admin_metadata", "glance_metadata", "volume_type"]).Order());
    }

    [Fact]
    public void An_untyped_volume_carries_the_default_type()
    {
        using var storage = new CinderlibStorage(_file);
        KvVolume volume = new KvRecords(storage, "cinderlib").GetVolumes("v2").Single();
        Assert.Equal("__DEFAULT__", JsonNode.Parse(volume.ToJson())!["ovo"]!["versioned_object.data"]!["volume_type"]!["versioned_object.data"]!["name"]!.GetValue<string>());
        Assert.Empty(volume.ExtraSpecs);
        Assert.Null(volume["shared_targets"]);
    }

    [Fact]
    public void Snapshots_connections_and_key_values_are_found()
    {
        using var storage = new CinderlibStorage(_file);
        var records = new KvRecords(storage, "CINDERLIB");
        Assert.Equal(["s1", "s2"], records.GetSnapshots(volumeId: "v1").Select(snapshot => snapshot.Id));
        Assert.Equal("lvm", records.GetSnapshots(name: "snap1").Single().Backend);
        KvConnection connection = records.GetVolumes(backend: "ceph").Single().Connections.Single();
        Assert.Equal(("rbd", "node1", "ceph", "attached"), (connection.Protocol, connection.AttachedHost, connection.Backend, connection.Status));
        Assert.Equal(["empty=", "key/1=value"], records.GetKeyValues().Select(found => $"{found.Key}={found.Value}"));
    }

    [Fact]
    public void Soft_deleted_rows_come_on_request_alone()
    {
        using var storage = new CinderlibStorage(_file);
        Assert.Empty(new KvRecords(storage, "cinderlib").Find(KvRecordType.Volume, new KvRecordFilter { Id = "v0", IncludeDeleted = true }));
        using var withDeleted = new CinderlibStorage(_file, includeDeleted: true);
        var records = new KvRecords(withDeleted, "cinderlib");
        Assert.Empty(records.GetVolumes("v0"));
        KvRecord deleted = records.Find(KvRecordType.Volume, new KvRecordFilter { Name = "disk", IncludeDeleted = true }).First();
        Assert.True(deleted is { Id: "v0", IsDeleted: true } && deleted.DeletedAt!.Value.Day == 3);
    }

    [Fact]
    public void The_store_is_copied_like_any_other_and_again_without_a_change()
    {
        using var target = new SqliteStorage(_folder["target.db"]);
        for (int time = 1; time <= 2; time++)
        {
            using var storage = new CinderlibStorage(_file, includeDeleted: true);
            KvCopyResult result = new KvCopy(storage, target, CancellationToken.None).CopyStore("cinderlib");
            Assert.Equal(time == 1 ? result.Items : 0, result.Written);
        }

        var records = new KvRecords(target, "cinderlib");
        Assert.Equal(["s2", "s1"], SnapshotsInDump(target));
        Assert.Equal("di/sk", records.GetVolumes(name: "di/sk").Single().Name);
    }

    [Fact]
    public void The_database_is_left_as_it_is()
    {
        byte[] before = SHA256.HashData(File.ReadAllBytes(_file));
        DateTime written = File.GetLastWriteTimeUtc(_file);
        using (var storage = new CinderlibStorage(_file))
        {
            Assert.NotEmpty(storage.GetStores(CancellationToken.None));
            KvException error = Assert.Throws<KvException>(() => new KvRecords(storage, "cinderlib").SetVolume(new KvVolume("new") { Backend = "x" }));
            Assert.Equal(KvError.ReadOnly, error.Error);
            Assert.Contains("Copy-KvStore", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(_file)));
        Assert.Equal(written, File.GetLastWriteTimeUtc(_file));
        Assert.Equal(["cl.sqlite"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void What_is_not_there_or_not_cinderlibs_is_told()
    {
        using var missing = new CinderlibStorage(_folder["missing.sqlite"]);
        Assert.Equal(KvError.StorageUnavailable, Assert.Throws<KvException>(() => missing.GetStores(CancellationToken.None)).Error);
        Assert.False(File.Exists(_folder["missing.sqlite"]));

        Write(_folder["other.sqlite"], "CREATE TABLE volumes (id)");
        using var other = new CinderlibStorage(_folder["other.sqlite"]);
        Assert.Equal(KvError.ForeignDatabase, Assert.Throws<KvException>(() => other.GetStores(CancellationToken.None)).Error);
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => new CinderlibStorage("sqlite://")).Error);
    }

    [Fact]
    public void Opened_as_our_own_database_it_says_the_way()
    {
        using var storage = new SqliteStorage($"sqlite:///{_file}");
        KvException error = Assert.Throws<KvException>(() => storage.GetStores(CancellationToken.None).ToArray());
        Assert.Equal(KvError.ForeignDatabase, error.Error);
        Assert.Contains("-Storage cinderlib", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_schema_is_read_too()
    {
        Write(_file, "ALTER TABLE volumes DROP COLUMN use_quota; DROP TABLE snapshot_metadata; DROP TABLE volume_admin_metadata; DROP TABLE quality_of_service_specs");
        using var storage = new CinderlibStorage(_file);
        KvVolume volume = new KvRecords(storage, "cinderlib").GetVolumes("v1").Single();
        Assert.Equal("1.8", JsonNode.Parse(volume.ToJson())!["ovo"]!["versioned_object.version"]!.GetValue<string>());
        Assert.Empty(volume.QosSpecs);
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string file, string sql)
    {
        _ = new SqliteStorage("sqlite://").GetStores(CancellationToken.None).Count();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(file, out sqlite3 database));
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(database, sql));
        database.Dispose();
    }

    private static IEnumerable<string> SnapshotsInDump(KvStorage storage)
    {
        using var output = new MemoryStream();
        CinderlibWriter.Write(output, storage, "cinderlib", new CinderlibExportOptions { Backend = "lvm" });
        JsonNode volume = JsonNode.Parse(Encoding.UTF8.GetString(output.ToArray()))!["volumes"]![0]!;
        return volume["ovo"]!["versioned_object.data"]!["snapshots"]!["versioned_object.data"]!["objects"]!.AsArray().Select(snapshot => snapshot!["versioned_object.data"]!["id"]!.GetValue<string>());
    }

    private static IEnumerable<string> Columns(string table)
    {
        string definition = Schema[Schema.IndexOf($"CREATE TABLE {table} (", StringComparison.Ordinal)..];
        return definition[(definition.IndexOf('(', StringComparison.Ordinal) + 1)..definition.IndexOf(");", StringComparison.Ordinal)]
            .Split(", ", StringSplitOptions.TrimEntries).SelectMany(column => column.Split(",\n", StringSplitOptions.TrimEntries)).Select(column => column.Trim().Split(' ')[0]);
    }
}
