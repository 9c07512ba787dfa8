// The default storage: stores in one SQLite file, shared by processes, durable at every acknowledged write.
namespace KvStore.Storage.Sqlite;

/// <summary>
/// Stores in a SQLite database: a file, which is created with the first write and may be used by several processes at once,
/// or memory. An acknowledged write survives a power cut.
/// </summary>
[StoragePlugin("db", Schemes = ["sqlite"])]
public partial class SqliteStorage : KvStorage
{
    private readonly string? _file;
    private readonly SqliteSettings _settings;
    private readonly Engine _engine;

    /// <summary>Describes a database; it is opened at its first use, and created by its first write.</summary>
    /// <param name="connection">
    /// A SQLAlchemy URL (<c>sqlite://</c> for memory, <c>sqlite:///relative.db</c>, <c>sqlite:////absolute.db</c>, with a driver
    /// or without), or a file's path.
    /// </param>
    /// <param name="sqliteSynchronous">When SQLite waits for the disk: FULL (the default), EXTRA; NORMAL and OFF lose acknowledged writes in a power cut.</param>
    /// <param name="timeout">How many seconds a call waits for other writers before it fails with <see cref="KvError.StorageBusy"/>; 30 by default.</param>
    /// <param name="baseFolder">The folder that a relative path starts from; null for the process's current one.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the connection or an option is malformed.</exception>
    public SqliteStorage(string connection, string sqliteSynchronous = "FULL", double timeout = 30, string? baseFolder = null)
        : this(connection, SqliteSettings.Create(sqliteSynchronous, timeout), baseFolder, Schema.Current)
    {
    }

    internal SqliteStorage(string connection, SqliteSettings settings, string? baseFolder, Schema schema)
    {
        _settings = settings;
        _file = SqliteUrl.GetFile(connection, baseFolder ?? Environment.CurrentDirectory) is { } file ? DatabaseFile.Resolve(file) : null;
        _engine = _file is null ? new MemoryEngine() : new FileEngine(new DatabaseFile(_file, settings, schema));
    }

    /// <inheritdoc/>
    public override string Description => $"db ({_file ?? "memory"})";

    /// <inheritdoc/>
    public override KvCapabilities Capabilities =>
        KvCapabilities.Conditions | KvCapabilities.Versions | KvCapabilities.Expiry | KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores
        | KvCapabilities.StoreLimits | KvCapabilities.Snapshots | KvCapabilities.Loading | KvCapabilities.NamespaceDeletes
        | KvCapabilities.Watching | KvCapabilities.History | KvCapabilities.Backup | KvCapabilities.Transactions
        | (_file is null ? KvCapabilities.None : KvCapabilities.Sharing);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks => _file is null ? [] : SqliteRemarks.Of(_file, _settings);

    /// <inheritdoc/>
    protected internal override object? SharingKey => _file is null ? null : (typeof(SqliteStorage), _file, _settings);

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Read(session => session.DescribeAll(cancellation), cancellation) ?? [];
    }

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Read(session => session.Describe(store), cancellation);
    }

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Read(session => session.Stores.Find(store), cancellation)?.Revision ?? 0;
    }

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_engine.Rent(cancellation) is not { } session)
        {
            return null;
        }

        try
        {
            return session.Get(store, fullKey);
        }
        finally
        {
            _engine.Return(session);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) =>
        _engine.Stream(session => session.Scan(store, range, cancellation), cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        _engine.Stream(session => session.GetChildren(store, namespacePath, cancellation), cancellation);

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        _engine.Stream(session => session.GetKeptNamespaces(store, namespacePath, cancellation), cancellation);

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
        _engine.Write(session => BatchCommit.Apply(session, store, batch, cancellation), runsAlone: false, cancellation);

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) =>
        _engine.Write(
            session =>
            {
                if (session.Describe(store) is { } info)
                {
                    throw new KvException(KvError.StoreExists, $"Store '{info.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", info.Name);
                }

                StoreChange.Begin(session, new KvStoreEntry(store, limits, IsKept: true)).Save();
                return true;
            },
            runsAlone: false,
            cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        // What is not there needs no file to be made.
        if (GetStore(store, cancellation) is null)
        {
            return;
        }

        _engine.Write(
            session =>
            {
                StoreChange change = StoreChange.Begin(session, new KvStoreEntry(store));
                change.Unkeep();
                change.DeleteNamespace(KvPath.Root);
                change.Save();
                return true;
            },
            runsAlone: false,
            cancellation);
        TrimLog(store, keep: null, cancellation);
    }

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        // What is loaded may itself be read from this storage.
        IEnumerable<KvEntry> source = _engine.ReadsBesideWrites ? entries : [.. entries];
        _engine.Write(
            session =>
            {
                StreamedLoad.Apply(session, source, mode, cancellation);
                return true;
            },
            runsAlone: true,
            cancellation);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _engine.Dispose();
        }
    }

    private T? Read<T>(Func<Session, T?> read, CancellationToken cancellation)
        where T : class
    {
        if (_engine.Rent(cancellation) is not { } session)
        {
            return null;
        }

        try
        {
            return read(session);
        }
        finally
        {
            _engine.Return(session);
        }
    }
}
