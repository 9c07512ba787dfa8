// KvStore on the key/value store that a LINSTOR controller offers, beside python-linstor and whoever else uses it.
using KvStore.Http;

namespace KvStore.Storage.Linstor;

/// <summary>
/// Stores in a LINSTOR controller's key/value store: <c>linstor://[user:password@]host[:port],…</c>, with TLS
/// <c>linstor+ssl://…</c>. A store is one of its instances. <c>docs/storages-linstor.md</c> describes options and limits.
/// </summary>
/// <remarks>The controller can read an instance only as a whole: so does every call here, one for a single item too.</remarks>
[StoragePlugin("linstor", Schemes = ["linstor"])]
public sealed class LinstorStorage : KvStorage
{
    private const int DefaultPort = 3370;
    private const int DefaultSecurePort = 3371;
    private const string SecureScheme = "linstor+ssl://";
    private const string PlainScheme = "linstor://";

    private readonly LinstorController _controller;

    /// <summary>Describes the controllers; nothing is connected yet.</summary>
    /// <param name="connection">The URL.</param>
    /// <param name="user">The user, for authentication by HTTP Basic.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="token">A bearer token.</param>
    /// <param name="timeout">The longest that one request may take; 5 seconds.</param>
    /// <param name="retryTime">How long a call is repeated while no controller serves; 10 seconds.</param>
    /// <param name="ca">PEM file of the authorities that are trusted instead of the system's.</param>
    /// <param name="certificate">PEM file of the client's certificate.</param>
    /// <param name="key">PEM file of its private key, if that is in a file of its own.</param>
    /// <param name="insecure">Whether any certificate of a controller is taken.</param>
    /// <param name="baseFolder">The folder that relative file names start from.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>.</exception>
    public LinstorStorage(
        string connection,
        string? user = null,
        string? password = null,
        string? token = null,
        TimeSpan? timeout = null,
        TimeSpan? retryTime = null,
        string? ca = null,
        string? certificate = null,
        string? key = null,
        bool? insecure = null,
        string baseFolder = "")
    {
        // python-linstor's lists repeat the scheme: linstor://a,linstor://b.
        bool isSecure = connection.StartsWith(SecureScheme, StringComparison.OrdinalIgnoreCase);
        string scheme = isSecure ? SecureScheme : PlainScheme;
        ConnectionUrl url = ConnectionUrl.Parse(connection.Replace("," + scheme, ",", StringComparison.OrdinalIgnoreCase));
        if (!connection.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || url.Path.Length > 0)
        {
            throw Invalid($"Connection '{url}' is none to LINSTOR controllers: 'linstor://host1:port,host2' is the form, or 'linstor+ssl://…' with TLS, without a path.");
        }

        HttpOptions options = new HttpOptions
        {
            User = user,
            Password = password,
            Token = token,
            Timeout = timeout,
            RetryTime = retryTime,
            Ca = ca,
            Certificate = certificate,
            Key = key,
            Insecure = insecure,
            BaseFolder = baseFolder,
        }.Or(url, "linstor");
        if (options is { User: null, Password: not null } or { User: not null, Token: not null } || options.User?.Contains(':', StringComparison.Ordinal) == true)
        {
            throw Invalid("Storage 'linstor' takes either a user, whose name has no ':', with a password, or a token: give the options 'user' and 'password', or 'token'.");
        }

        IReadOnlyList<Uri> endpoints = options.GetEndpoints(url, isSecure, isSecure ? DefaultSecurePort : DefaultPort);
        string servers = string.Join(", ", endpoints.Select(endpoint => endpoint.Authority));
        Remarks = options.GetRemarks(isSecure);
        Description = $"linstor ({servers})";
        SharingKey = (typeof(LinstorStorage), servers, isSecure, options);
        _controller = new LinstorController(Description, endpoints, options);
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override KvCapabilities Capabilities => KvCapabilities.Sharing | KvCapabilities.Snapshots | KvCapabilities.NamespaceDeletes;

    /// <inheritdoc/>
    /// <remarks>The controller's own limits are characters: bytes of UTF-8 are never fewer.</remarks>
    public override KvLimits Limits { get; } = new(255, 4096);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks { get; }

    /// <inheritdoc/>
    protected override object SharingKey { get; }

    /// <inheritdoc/>
    /// <remarks>The controller gives all instances with all that is in them.</remarks>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) =>
        _controller.GetAll(cancellation).Select(Describe).OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) => Find(store, cancellation) is { } instance ? Describe(instance) : null;

    /// <inheritdoc/>
    /// <remarks>Reads the whole instance: the controller cannot give a single property.</remarks>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        Find(store, cancellation) is { } instance && instance.Properties.TryGetValue(fullKey, out string? value) ? new KvItem(instance.Name, fullKey, value) : null;

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        if (range.IsEmpty)
        {
            yield break;
        }

        foreach (KvItem item in Scan(ReadSorted(store, cancellation), range))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        KvItem[] items = ReadSorted(store, cancellation);
        foreach (KvNode node in ChildScan.GetChildren(namespacePath, range => Scan(items, range)))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return node;
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The controller deletes namespaces behind its sets. Where a batch sets something beneath a namespace that it deletes,
    /// the keys there are looked up and deleted one by one; one that another writer adds in that moment stays.
    /// </remarks>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinstorRules.CheckStoreName(store);
        LinstorRules.CheckValues(batch);
        if (batch.Count > 0)
        {
            _controller.Modify(store, ToModification(store, batch, cancellation), cancellation);
        }

        return KvCommit.Done;
    }

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        LinstorRules.CheckStoreName(store);
        _controller.Delete(store, cancellation);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _controller.Dispose();
        }
    }

    private static KvException Invalid(string message) => new(KvError.InvalidConfiguration, message, StorageConfiguration.ConnectionOption);

    private static IEnumerable<KvItem> Scan(KvItem[] items, KvRange range)
    {
        int first = Array.BinarySearch(items, new KvItem("", range.LowerBound, ""), LinstorRules.ByKey);
        return items.Skip(first < 0 ? ~first : first).TakeWhile(item => range.Contains(item.FullKey)).Take(range.Limit ?? int.MaxValue);
    }

    private KvStoreInfo Describe(Instance instance) => new(instance.Name) { Limits = KvLimits.Default.Within(Limits), ItemCount = instance.Properties.Count };

    private Instance? Find(string store, CancellationToken cancellation)
    {
        LinstorRules.CheckStoreName(store);
        return _controller.Get(store, cancellation);
    }

    private KvItem[] ReadSorted(string store, CancellationToken cancellation)
    {
        Instance? instance = Find(store, cancellation);
        KvItem[] items = instance is null ? [] : [.. instance.Properties.Select(property => new KvItem(instance.Name, property.Key, property.Value))];
        Array.Sort(items, LinstorRules.ByKey);
        return items;
    }

    private Modification ToModification(string store, KvBatch batch, CancellationToken cancellation)
    {
        ILookup<bool, string> namespaces = batch.DeletedNamespaces.ToLookup(path => batch.Sets.Any(set => KvPath.IsBeneath(set.FullKey, path)));
        HashSet<string> deletes = new(batch.Deletes, StringComparer.Ordinal);
        if (namespaces[true].Any())
        {
            IEnumerable<string> keys = _controller.Get(store, cancellation)?.Properties.Keys ?? [];
            deletes.UnionWith(keys.Where(key => namespaces[true].Any(path => KvPath.IsBeneath(key, path))));
            deletes.ExceptWith(batch.Sets.Select(set => set.FullKey));
        }

        return new Modification(batch.Sets, deletes, [.. namespaces[false]]);
    }
}
