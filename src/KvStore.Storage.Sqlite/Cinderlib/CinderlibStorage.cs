// The way off cinderlib: its database looks like a store of records, which is copied like any other.
using System.Text.Json;

namespace KvStore.Storage.Sqlite;

/// <summary>
/// The records in the SQLite database of cinderlib's <c>db</c> plugin, as the read-only store <c>cinderlib</c>. The database
/// is read once, at the first use and in one transaction, into a temporary store; it is never changed.
/// </summary>
[StoragePlugin("cinderlib")]
public sealed class CinderlibStorage : KvStorage
{
    /// <summary>The name of the one store.</summary>
    public const string StoreName = "cinderlib";

    private readonly string _file;
    private readonly bool _includeDeleted;
    private readonly object _gate = new();
    private TemporaryStore? _contents;
    private bool _isClosed;

    /// <summary>Describes a database; it is read at the first use.</summary>
    /// <param name="connection">cinderlib's own connection, <c>sqlite:///relative.sqlite</c> or <c>sqlite:////absolute.sqlite</c>, or a file's path.</param>
    /// <param name="includeDeleted">Whether soft-deleted rows are read too, as soft-deleted records.</param>
    /// <param name="baseFolder">The folder that a relative path starts from; null for the process's current one.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the connection is malformed, or means memory.</exception>
    public CinderlibStorage(string connection, bool includeDeleted = false, string? baseFolder = null)
    {
        _file = SqliteUrl.GetFile(connection, baseFolder ?? Environment.CurrentDirectory) is { } file ? DatabaseFile.Resolve(file) : throw new KvException(
            KvError.InvalidConfiguration,
            "cinderlib's database must be a file: a database in memory belongs to the process that made it.",
            connection);
        _includeDeleted = includeDeleted;
    }

    /// <inheritdoc/>
    public override string Description => $"cinderlib ({_file})";

    /// <inheritdoc/>
    public override KvCapabilities Capabilities => KvCapabilities.Snapshots;

    /// <inheritdoc/>
    protected internal override object? SharingKey => (typeof(CinderlibStorage), _file, _includeDeleted);

    private KvStorage Contents
    {
        get
        {
            lock (_gate)
            {
                return _isClosed ? throw SqliteFailure.Closed(_file) : (_contents ??= TemporaryStore.Read(_file, _includeDeleted)).Storage;
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) => Contents.GetStores(cancellation);

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) => Contents.GetStore(store, cancellation);

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => Contents.Get(store, fullKey, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => Contents.Scan(store, range, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) => Contents.GetChildren(store, namespacePath, cancellation);

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => throw ReadOnly();

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation) => throw ReadOnly();

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) => throw ReadOnly();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _isClosed = true;
                _contents?.Dispose();
            }
        }
    }

    private KvException ReadOnly() => new(
        KvError.ReadOnly,
        $"Database '{_file}' is cinderlib's and only read; nothing was written. Copy its store elsewhere with Copy-KvStore, and change it there.",
        _file);

    /// <summary>The records in a database of our own, gone with the storage.</summary>
    private sealed class TemporaryStore : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kvstore-cinderlib-");

        private TemporaryStore()
        {
            // It need not survive anything, and so need not wait for the disk.
            Storage = new SqliteStorage(Path.Combine(_folder.FullName, "records.db"), sqliteSynchronous: "OFF");
        }

        public SqliteStorage Storage { get; }

        public static TemporaryStore Read(string file, bool includeDeleted)
        {
            var store = new TemporaryStore();
            try
            {
                using CinderlibDatabase database = CinderlibDatabase.Open(file, includeDeleted);
                using var dump = new FileStream(Path.Combine(store._folder.FullName, "dump.json"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
                WriteDump(dump, database);
                dump.Position = 0;
                CinderlibImport.Load(dump, store.Storage, StoreName, KvLoadMode.Merge);
                var records = new KvRecords(store.Storage, StoreName);
                foreach ((string key, string value) in database.ReadKeyValues())
                {
                    records.SetKeyValue(new KvKeyValue(key, value));
                }

                return store;
            }
            catch
            {
                store.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            Storage.Dispose();
            _folder.Delete(recursive: true);
        }

        private static void WriteDump(Stream output, CinderlibDatabase database)
        {
            using var json = new Utf8JsonWriter(output);
            json.WriteStartArray();
            WriteObjects(json, "Volume", database.ReadVolumes());
            WriteObjects(json, "Snapshot", database.ReadSnapshots());
            WriteObjects(json, "Connection", database.ReadConnections());
            json.WriteEndArray();
        }

        private static void WriteObjects(Utf8JsonWriter json, string name, IEnumerable<(string Backend, string VersionedObject)> objects)
        {
            foreach ((string backend, string versionedObject) in objects)
            {
                json.WriteStartObject();
                json.WriteString("class", name);
                json.WriteStartObject("backend");
                json.WriteString("volume_backend_name", backend);
                json.WriteEndObject();
                json.WritePropertyName("ovo");
                json.WriteRawValue(versionedObject);
                json.WriteEndObject();
                json.Flush();
            }
        }
    }
}
