// The storage contract on PostgreSQL: what reads is here, what writes and loads stands beside it.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>
/// Stores in a PostgreSQL database (12 or later, encoding UTF8), in tables named <c>kvstore_*</c> that are made at the first
/// write. Shared by any number of processes and machines. Safe for all threads.
/// </summary>
[StoragePlugin("db", Schemes = ["postgresql", "postgres"])]
public sealed partial class PostgreSqlStorage : KvStorage
{
    // An entry of an index may have a third of a page, less its head and the store's number.
    private static readonly KvLimits EngineLimits = new(MaximumKeySize: 2600, MaximumValueSize: 64 * 1024 * 1024);

    private readonly Database _database;

    /// <summary>Describes a storage; the first use connects.</summary>
    /// <param name="connection"><c>postgresql[+driver]://user:password@host1:5432,host2:5432/database?sslmode=require</c>; see docs/storages-sql.md for the options.</param>
    /// <param name="user">The user; wins over the URL's.</param>
    /// <param name="password">The password; wins over the URL's.</param>
    /// <param name="timeout">How long a connect, a statement or a wait for another writer may take; 15 seconds if null.</param>
    /// <param name="retryTime">How long what passes, such as a dropped connection, is tried again; 10 seconds if null.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>.</exception>
    public PostgreSqlStorage(string connection, string? user = null, string? password = null, TimeSpan? timeout = null, TimeSpan? retryTime = null)
        : this(PostgreSqlSettings.Create(connection, user, password, timeout ?? DefaultTimeout, retryTime ?? KvRetry.DefaultBound), Schema.Current)
    {
    }

    internal PostgreSqlStorage(PostgreSqlSettings settings, Schema schema) => _database = new Database(settings, schema);

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
        _database.Read(connection => Rows.ReadStoresAsync(connection, store: null, cancellation), [], cancellation)
            .OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadStoresAsync(connection, store, cancellation), [], cancellation).SingleOrDefault();

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadRevisionAsync(connection, store, cancellation), 0, cancellation);

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadItemAsync(connection, store, fullKey, cancellation), null, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        IReadOnlyList<KvItem> ReadPage(KvRange page) => reading.Read(
            connection => Rows.ReadRangeAsync(connection, store, page, cancellation),
            isAll: items => items.Count < page.Limit || page.Limit == range.Limit,
            empty: []);
        foreach (KvItem item in PagedScan.Read(range, ReadPage, cancellation))
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        using var reading = new OneMoment(_database, cancellation);
        foreach (KvNode node in Children.Read(reading, store, namespacePath, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return node;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        _database.Read(connection => Rows.ReadNamespacesAsync(connection, store, namespacePath, cancellation), [], cancellation);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _database.Dispose();
}
