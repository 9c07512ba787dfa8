// KvStore on etcd, the store that clusters keep their own state in: every acknowledged write is on a majority of its servers.
// What reads is here, what writes, watches and asks for the past stands beside it.
using KvStore.Http;

namespace KvStore.Storage.Etcd;

/// <summary>
/// Stores in an etcd cluster of version 3.4 or later: <c>etcd://[user:password@]host[:port],…[/prefix]</c>, with TLS
/// <c>etcds://…</c>. <c>docs/storages-etcd.md</c> describes the options, the layout and what survives which failure.
/// </summary>
[StoragePlugin("etcd", Schemes = ["etcd", "etcds"])]
public sealed partial class EtcdStorage : KvStorage
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
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gateway.Dispose();
        }
    }

    private StoreSnapshot Snapshot(string store, CancellationToken cancellation) => new(_gateway, _keys.Of(store), store, revision: 0, cancellation);

    private List<KvStoreInfo> Describe(IReadOnlyList<string> stores, CancellationToken cancellation)
    {
        TransactionReply reply = _gateway.Read([.. stores.SelectMany(store => StoreDescription.GetReads(_keys.Of(store)))], cancellation);
        return [.. stores.Select((store, i) => StoreDescription.Read(_gateway, _keys.Of(store), reply, i, cancellation)).OfType<KvStoreInfo>()];
    }
}
