// KvStore on etcd, the store that clusters keep their own state in: every acknowledged write is on a majority of its servers.
using KvStore.Http;

namespace KvStore.Storage.Etcd;

/// <summary>
/// Stores in an etcd cluster of version 3.4 or later: <c>etcd://[user:password@]host[:port],…[/prefix]</c>, with TLS
/// <c>etcds://…</c>. <c>docs/storages-etcd.md</c> describes the options, the layout and what survives which failure.
/// </summary>
[StoragePlugin("etcd", Schemes = ["etcd", "etcds"])]
public sealed class EtcdStorage : KvStorage
{
    private const int DefaultPort = 2379;
    private const string DefaultPrefix = "kvstore";

    // How many stores are described by one request.
    private const int StoresAtOnce = 100;

    private readonly EtcdGateway _gateway;
    private readonly EtcdKeys _keys;
    private readonly Committer _committer;
    private readonly PastMoments _moments;

    /// <summary>Describes the cluster; nothing is connected yet.</summary>
    /// <param name="connection">The URL.</param>
    /// <param name="user">The user, where the cluster has authentication on.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="timeout">The longest that one request may take; 5 seconds.</param>
    /// <param name="retryTime">How long a call is repeated while servers fail or other writers are faster; 10 seconds.</param>
    /// <param name="ca">PEM file of the authorities that are trusted instead of the system's.</param>
    /// <param name="certificate">PEM file of the client's certificate.</param>
    /// <param name="key">PEM file of its private key, if that is in a file of its own.</param>
    /// <param name="insecure">Whether any certificate of a server is taken.</param>
    /// <param name="baseFolder">The folder that relative file names start from.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>.</exception>
    public EtcdStorage(
        string connection,
        string? user = null,
        string? password = null,
        TimeSpan? timeout = null,
        TimeSpan? retryTime = null,
        string? ca = null,
        string? certificate = null,
        string? key = null,
        bool? insecure = null,
        string baseFolder = "")
    {
        ConnectionUrl url = ConnectionUrl.Parse(connection);
        bool isSecure = url.Scheme == "etcds";
        HttpOptions options = new HttpOptions
        {
            User = user,
            Password = password,
            Timeout = timeout,
            RetryTime = retryTime,
            Ca = ca,
            Certificate = certificate,
            Key = key,
            Insecure = insecure,
            BaseFolder = baseFolder,
        }.Or(url, "etcd");
        if (!isSecure && url.Scheme != "etcd")
        {
            throw new KvException(KvError.InvalidConfiguration, $"Connection '{url}' is none to etcd: the scheme is 'etcd', or 'etcds' with TLS.", StorageConfiguration.ConnectionOption);
        }

        if (options is { User: null, Password: not null } or { Token: not null })
        {
            throw new KvException(KvError.InvalidConfiguration, "Storage 'etcd' takes a user with a password, and no token: give the options 'user' and 'password'.", "user");
        }

        string path = url.Path.Trim('/');
        string prefix = $"/{(path.Length == 0 ? DefaultPrefix : path)}/";
        IReadOnlyList<Uri> endpoints = options.GetEndpoints(url, isSecure, DefaultPort);
        string servers = string.Join(", ", endpoints.Select(endpoint => endpoint.Authority));
        Description = path.Length == 0 ? $"etcd ({servers})" : $"etcd ({servers}/{path})";
        SharingKey = (typeof(EtcdStorage), servers, isSecure, prefix, options);
        Remarks = options.GetRemarks(isSecure);
        _keys = new EtcdKeys(prefix);
        _gateway = new EtcdGateway(Description, endpoints, options);
        _committer = new Committer(_gateway, _keys, Description);
        _moments = new PastMoments(_gateway, _keys);
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override KvCapabilities Capabilities =>
        KvCapabilities.Conditions | KvCapabilities.Versions | KvCapabilities.Expiry | KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores
        | KvCapabilities.StoreLimits | KvCapabilities.Sharing | KvCapabilities.Snapshots | KvCapabilities.NamespaceDeletes
        | KvCapabilities.Watching | KvCapabilities.History | KvCapabilities.Transactions;

    /// <inheritdoc/>
    /// <remarks>etcd's servers take requests of 1.5 MiB unless configured otherwise.</remarks>
    public override KvLimits Limits { get; } = new(4096, 1024 * 1024);

    /// <inheritdoc/>
    /// <remarks>
    /// The number of changes has no limit, but they must fit into one request, in which each key stands up to three times,
    /// with a record of versions. Up to this size they do, whatever the keys are.
    /// </remarks>
    public override long MaximumBatchSize => 256 * 1024;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks { get; }

    /// <inheritdoc/>
    protected internal override object SharingKey { get; }

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        var infos = new List<KvStoreInfo>();
        byte[] start = _keys.Stores[""];
        bool hasMore = true;
        while (hasMore)
        {
            ReadReply page = _gateway.Read(new ReadOperation(start, _keys.Stores.End) { Limit = StoresAtOnce, KeysOnly = true }, cancellation);
            infos.AddRange(Describe([.. page.Entries.Select(entry => _keys.Stores.GetPath(entry.Key))], cancellation));
            hasMore = page.HasMore;
            start = hasMore ? Folder.After(page.Entries[^1].Key) : start;
        }

        return infos.OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) => Describe([store], cancellation).SingleOrDefault();

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation) =>
        _gateway.Read(new ReadOperation(_keys.Of(store).Revision), cancellation).Single is { } entry ? Record.Parse<RevisionRecord>(entry).Revision : 0;

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
    {
        StoreKeys keys = _keys.Of(store);
        IReadOnlyList<ReadReply> read = _gateway.Read(
            [new ReadOperation(keys.Items[fullKey]), new ReadOperation(keys.Versions[fullKey]), new ReadOperation(keys.Description)], cancellation).Reads;
        VersionRecord? version = read[1].Single is { } entry ? Record.Parse<VersionRecord>(entry) : null;
        return read[0].Single is { } value && version?.IsExpired(KvTime.Now) != true
            ? EtcdItem.Create(StoreRecord.Parse(read[2])?.Name ?? store, fullKey, value, version)
            : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        // Each enumeration is a moment of its own.
        foreach (KvItem item in Snapshot(store, cancellation).Scan(range))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        foreach (KvNode node in Snapshot(store, cancellation).GetChildren(namespacePath))
        {
            yield return node;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation)
    {
        foreach (string path in Snapshot(store, cancellation).GetKeptNamespaces(namespacePath))
        {
            yield return path;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="KvException">
    /// <see cref="KvError.BatchTooLarge"/>: it does not fit into one request; <see cref="KvError.StorageBusy"/>: others were
    /// faster; <see cref="KvError.StorageUnavailable"/>, whose <see cref="KvException.MayBeApplied"/> says what is known of the write.
    /// </exception>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        bool fills = batch.Sets.Count > 0 || batch.AddedNamespaces.Count > 0;
        return _committer.Commit(
            store,
            batch,
            state => state.Exists || !fills ? null : Describing(store, KvLimits.Default, isKept: false),
            cancellation);
    }

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) =>
        _committer.Commit(
            store,
            new KvBatch(),
            state => state.Exists
                ? throw new KvException(KvError.StoreExists, $"Store '{state.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", state.Name)
                : Describing(store, limits, isKept: true),
            cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        // A store that never was leaves no revision behind.
        StoreKeys keys = _keys.Of(store);
        if (_gateway.Read(new ReadOperation(keys.Revision), cancellation).Single is not null)
        {
            _committer.Commit(store, new KvBatch().DeleteNamespace(KvPath.Root), _ => new DeleteOperation(keys.Description), cancellation);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A store whose load fits into one request is one commit. A larger one is several, each as a whole: when one of them
    /// fails, those before it stay, and the load may be repeated. An item that exists already is found before the first.
    /// </remarks>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        foreach (KvLoad load in KvLoad.Gather(entries, mode, cancellation))
        {
            KvStoreEntry store = load.Store;
            if ((store.IsKept || store.Limits is not null) && GetStore(store.Name, cancellation) is null)
            {
                CreateStore(store.Name, (store.Limits ?? KvLimits.Default).Within(Limits), cancellation);
            }

            KvBatch[] parts = [.. LoadParts.Split(load.Batch, _keys.Of(store.Name))];
            if (parts.Length > 1 && load.Batch.Conditions.Count > 0)
            {
                // What stands in the way is told before the first part is written.
                Array.ForEach(parts, part => _committer.Check(store.Name, part, cancellation).ThrowIfFailed());
            }

            Array.ForEach(parts, part => Commit(store.Name, part, cancellation).ThrowIfFailed());
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A change that no commit made, of an item whose lease ended or that another program put there, carries the revision that
    /// the store had then. From a revision on come all changes that followed the commit before it.
    /// </remarks>
    /// <exception cref="KvException">Also <see cref="KvError.StorageUnavailable"/>: no server has answered for the time of the option retryTime.</exception>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        StoreKeys keys = _keys.Of(store);
        StorePast past = StorePast.Read(_gateway, keys, store, cancellation);
        long before = Math.Max(1, fromRevision ?? 1) - 1;
        long after = fromRevision is null ? past.EtcdRevision : past.FindEnd(before, cancellation);
        var watch = new StoreWatch(_gateway, keys, store, after, cancellation);
        var changes = new StoreChanges(_gateway, keys, store, fromRevision is null ? past.Revision : Math.Min(before, past.Revision), cancellation);
        return changes.Read(watch, namespacePath, before);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        long moment = _moments.Find(store, revision, cancellation);
        foreach (KvItem item in new StoreSnapshot(_gateway, _keys.Of(store), store, moment, cancellation).Scan(range))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) =>
        new ItemHistory(_gateway, _keys.Of(store), store, fullKey, cancellation).Read();

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) => throw HistoryIsTheClusters(store);

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation) => throw HistoryIsTheClusters(store);

    /// <inheritdoc/>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) => throw BackupIsTheClusters("etcdctl snapshot save");

    /// <inheritdoc/>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) => throw BackupIsTheClusters("etcdutl snapshot restore");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gateway.Dispose();
        }
    }

    private KvException HistoryIsTheClusters(string store) => new(
        KvError.NotSupported,
        $"Storage '{Description}' keeps the past of store '{store}' as long as etcd keeps that of the whole cluster. Set etcd's options --auto-compaction-mode and --auto-compaction-retention, or compact it by 'etcdctl compact <revision>' and give the space back by 'etcdctl defrag'.",
        store);

    private KvException BackupIsTheClusters(string command) => new(
        KvError.NotSupported,
        $"Storage '{Description}' is saved and restored by etcd itself, as a whole: see '{command}'. Export-KvStore writes its stores alone to a document.",
        Description);

    private StoreSnapshot Snapshot(string store, CancellationToken cancellation) => new(_gateway, _keys.Of(store), store, revision: 0, cancellation);

    private PutOperation Describing(string store, KvLimits limits, bool isKept) =>
        new(_keys.Of(store).Description, Record.ToBytes(StoreRecord.Create(store, limits, isKept)));

    private List<KvStoreInfo> Describe(IReadOnlyList<string> stores, CancellationToken cancellation)
    {
        TransactionReply reply = _gateway.Read([.. stores.SelectMany(store => StoreDescription.GetReads(_keys.Of(store)))], cancellation);
        return [.. stores.Select((store, i) => StoreDescription.Read(_gateway, _keys.Of(store), reply, i, cancellation)).OfType<KvStoreInfo>()];
    }
}
