// A connection with all its statements: what both storages, in a file and in memory, read and write through.
using System.Collections.Concurrent;

namespace KvStore.Storage.Sqlite;

/// <summary>A connection with its kept statements; used by one thread at a time.</summary>
internal sealed class Session : IDisposable
{
    private readonly List<StoreName> _respelled = [];
    private int _respelledBefore;
    private Statement? _begin;
    private Statement? _beginWriting;
    private Statement? _commit;
    private Statement? _rollback;
    private Statement? _version;

    public Session(Connection connection, ConcurrentDictionary<string, StoreName> knownStores)
    {
        Connection = connection;
        KnownStores = knownStores;
        Stores = new StoreTable(connection, knownStores);
        Items = new ItemTable(connection);
        Namespaces = new NamespaceTable(connection);
        Changes = new ChangeTable(connection);
        Watches = new WatchTable(connection);
    }

    public Connection Connection { get; }

    /// <summary>What is remembered of the file's stores; the same object for all sessions of one file.</summary>
    public ConcurrentDictionary<string, StoreName> KnownStores { get; }

    /// <summary>Whether a pool may give it to the next reader.</summary>
    public bool IsReusable { get; init; }

    public StoreTable Stores { get; }

    public ItemTable Items { get; }

    public NamespaceTable Namespaces { get; }

    public ChangeTable Changes { get; }

    public WatchTable Watches { get; }

    /// <summary>The schema version of the database as it is now; another process may have migrated it.</summary>
    public long SchemaVersion => (_version ??= Connection.Prepare("PRAGMA user_version")).ExecuteNumber();

    public KvItem? Get(string store, string fullKey)
    {
        KvItem? item = Stores.FindName(store) is { } name ? Items.Get(name, fullKey) : null;
        return item is null || (item.ExpiresTime != 0 && item.ExpiresTime <= KvTime.Now) ? null : item;
    }

    public IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        if (range.SkipDamaged)
        {
            return Salvage.Items(this, store, range, cancellation);
        }

        if (Stores.FindName(store) is not { } name)
        {
            return [];
        }

        // A damaged page may hide rows without a trace in those that are left: a scan of a whole store counts them.
        bool isWhole = range is { Prefix.Length: 0, Start.Length: 0, After: null, Limit: null };
        return Items.Scan(name, range, isWhole ? Stores.Find(store)?.Items : null, cancellation);
    }

    public IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        if (Stores.FindName(store) is not { } name)
        {
            return [];
        }

        IEnumerable<KvNode> nodes = ChildScan.GetChildren(namespacePath, range => Items.Scan(name, range, expected: null, cancellation));
        List<string> kept = Namespaces.List(name, namespacePath, cancellation);
        kept.Remove(namespacePath);
        return kept.Count == 0 ? nodes : ChildScan.WithKept(nodes, namespacePath, kept);
    }

    public IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) =>
        Stores.FindName(store) is { } name ? Namespaces.List(name, namespacePath, cancellation) : [];

    /// <summary>A store as it is shown; null if it is not there.</summary>
    public KvStoreInfo? Describe(string store) => Stores.Find(store) is { } row ? Describe(row) : null;

    /// <summary>The stores that are there, in the order of their names.</summary>
    public IReadOnlyList<KvStoreInfo> DescribeAll(CancellationToken cancellation) =>
        Stores.List(cancellation).Select(Describe).OfType<KvStoreInfo>().OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase).ToArray();

    public void Begin() => (_begin ??= Connection.Prepare("BEGIN")).Execute();

    public void BeginWriting()
    {
        (_beginWriting ??= Connection.Prepare("BEGIN IMMEDIATE")).Execute();
        Stores.IsUncommitted = true;
    }

    /// <summary>Ends a transaction; what it wrote is on disk when this returns.</summary>
    public void Commit()
    {
        (_commit ??= Connection.Prepare("COMMIT")).Execute();
        Stores.IsUncommitted = false;
        _respelled.ForEach(Stores.Remember);
        _respelled.Clear();
    }

    /// <summary>Gives a transaction up, if an error has not ended it already.</summary>
    public void Rollback()
    {
        _respelled.Clear();
        if (Connection.IsInTransaction)
        {
            (_rollback ??= Connection.Prepare("ROLLBACK")).Execute();
        }

        Stores.IsUncommitted = false;
    }

    public void Savepoint()
    {
        Connection.Execute("SAVEPOINT part");
        _respelledBefore = _respelled.Count;
    }

    public void Release() => Connection.Execute("RELEASE part");

    public void RollbackToSavepoint()
    {
        _respelled.RemoveRange(_respelledBefore, _respelled.Count - _respelledBefore);
        Connection.Execute("ROLLBACK TO part; RELEASE part");
    }

    /// <summary>Makes the new spelling of a store's name known once it is committed.</summary>
    public void Respell(StoreRow row)
    {
        Stores.Rename(row);
        _respelled.Add(new StoreName(row.Id, row.Name));
    }

    public void Dispose() => Connection.Dispose();

    // Items that expired are few between two commits, and the index of expiries finds them without reading others.
    private KvStoreInfo? Describe(StoreRow row)
    {
        StoreRow live = row.Items == 0 ? row : row with { Items = row.Items - Items.CountExpired(row.Id, KvTime.Now) };
        return live.IsThere ? live.ToInfo() : null;
    }
}
