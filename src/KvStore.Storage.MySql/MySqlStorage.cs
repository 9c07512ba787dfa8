// The storage contract on MySQL and MariaDB: what reads is here, what writes and loads stands beside it.
namespace KvStore.Storage.MySql;

/// <summary>
/// Stores in a database of MySQL (8.0 or later) or MariaDB (10.3 or later), in InnoDB tables named <c>kvstore_*</c> that are
/// made at the first write. Shared by any number of processes and machines. Safe for all threads.
/// </summary>
[StoragePlugin("db", Schemes = ["mysql", "mariadb"])]
public sealed partial class MySqlStorage : KvStorage
{
    // Where a level is listed, what lies below a child is read for nothing: a few rows show whether there is any.
    private const int FirstPageOfChildren = 4;

    // An index entry of InnoDB may have 3,072 bytes; a value must fit the message of 16 MiB that a server takes by default.
    private static readonly KvLimits EngineLimits = new(MaximumKeySize: 3000, MaximumValueSize: 15 * 1024 * 1024);

    private readonly Database _database;

    /// <summary>Describes a storage; the first use connects.</summary>
    /// <param name="connection"><c>mysql[+driver]://user:password@host1:3306,host2:3306/database?charset=utf8mb4</c>; see docs/storages-sql.md for the options.</param>
    /// <param name="user">The user; wins over the URL's.</param>
    /// <param name="password">The password; wins over the URL's.</param>
    /// <param name="timeout">How long a connect, a statement or a wait for another writer may take; 15 seconds if null.</param>
    /// <param name="retryTime">How long what passes, such as a dropped connection, is tried again; 10 seconds if null.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>.</exception>
    public MySqlStorage(string connection, string? user = null, string? password = null, TimeSpan? timeout = null, TimeSpan? retryTime = null)
        : this(MySqlSettings.Create(connection, user, password, timeout ?? DefaultTimeout, retryTime ?? KvRetry.DefaultBound), Schema.Current)
    {
    }

    internal MySqlStorage(MySqlSettings settings, Schema schema) => _database = new Database(settings, schema);

    /// <summary>How long a connect and a statement may take where nothing else is said: 15 seconds.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override string Description => $"db ({_database.Settings.Place})";

    /// <inheritdoc/>
    public override KvCapabilities Capabilities =>
        KvCapabilities.Conditions | KvCapabilities.Versions | KvCapabilities.Expiry | KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores
        | KvCapabilities.StoreLimits | KvCapabilities.Sharing | KvCapabilities.Snapshots | KvCapabilities.Loading | KvCapabilities.NamespaceDeletes
        | KvCapabilities.Watching | KvCapabilities.History | KvCapabilities.Transactions;

    /// <inheritdoc/>
    public override KvLimits Limits => EngineLimits;

    /// <inheritdoc/>
    protected internal override object SharingKey => _database.Settings;

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadStores(connection, store: null), [], cancellation)
            .OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadStores(connection, store), [], cancellation).SingleOrDefault();

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadRevision(connection, store), 0, cancellation);

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadItem(connection, store, fullKey), null, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        foreach (KvItem item in Scan(reading, store, range, PagedScan.FirstPage, cancellation))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        reading.Begin();
        List<string> kept = reading.Read(connection => Rows.ReadNamespaces(connection, store, namespacePath), isAll: _ => true, empty: []);
        kept.Remove(namespacePath);
        IEnumerable<KvNode> nodes = ChildScan.GetChildren(namespacePath, range => Scan(reading, store, range, FirstPageOfChildren, cancellation));
        foreach (KvNode node in kept.Count == 0 ? nodes : ChildScan.WithKept(nodes, namespacePath, kept))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return node;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadNamespaces(connection, store, namespacePath), [], cancellation);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _database.Dispose();

    private static IEnumerable<KvItem> Scan(OneMoment reading, string store, KvRange range, int firstPage, CancellationToken cancellation) => PagedScan.Read(
        range,
        page => reading.Read(
            connection => Rows.ReadRange(connection, store, page),
            isAll: items => items.Count < page.Limit || page.Limit == range.Limit,
            empty: []),
        cancellation,
        firstPage);
}
