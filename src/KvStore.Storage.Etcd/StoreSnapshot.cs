// A scan of many pages is one moment's: its first page tells etcd's revision, and all others are read at that one.
namespace KvStore.Storage.Etcd;

/// <summary>A store as it was at the first read. Not safe for use by several threads at once.</summary>
/// <param name="gateway">The cluster.</param>
/// <param name="keys">The store's keys.</param>
/// <param name="store">The store's name as it was asked for.</param>
/// <param name="revision">etcd's revision; 0 for that of the first read.</param>
/// <param name="cancellation">Ends a read.</param>
internal sealed class StoreSnapshot(EtcdGateway gateway, StoreKeys keys, string store, long revision, CancellationToken cancellation)
{
    // What expired or lost its other half is read too: a page that seeks its one item takes a few more, not one at a time.
    private const int SmallestRead = 8;

    private string? _name;
    private long _revision = revision;

    /// <summary>The items of a range.</summary>
    /// <param name="range">Which.</param>
    /// <param name="firstPage">How many are read at first.</param>
    public IEnumerable<KvItem> Scan(KvRange range, int firstPage = PagedScan.FirstPage) => PagedScan.Read(range, ReadPage, cancellation, firstPage);

    /// <summary>The children of a namespace, in key order.</summary>
    public IEnumerable<KvNode> GetChildren(string namespacePath)
    {
        // Beneath a child that is a namespace one item is of interest, and a level of items is read by growing pages all the same.
        IEnumerable<KvNode> nodes = ChildScan.GetChildren(namespacePath, range => Scan(range, firstPage: 2));
        string[] kept = [.. GetKeptNamespaces(namespacePath).Where(path => path != namespacePath)];
        return kept.Length == 0 ? nodes : ChildScan.WithKept(nodes, namespacePath, kept);
    }

    /// <summary>The namespaces at and beneath one that are kept while empty, in key order.</summary>
    public IEnumerable<string> GetKeptNamespaces(string namespacePath)
    {
        if (namespacePath.Length > 0 && Read(new ReadOperation(keys.Namespaces[namespacePath]))[0].Single is not null)
        {
            yield return namespacePath;
        }

        (byte[] start, byte[] end) = keys.Namespaces.GetBounds(KvRange.Beneath(namespacePath));
        while (true)
        {
            ReadReply page = Read(new ReadOperation(start, end) { Limit = 1000, KeysOnly = true })[0];
            foreach (EtcdEntry entry in page.Entries)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return keys.Namespaces.GetPath(entry.Key);
            }

            if (!page.HasMore)
            {
                yield break;
            }

            start = Folder.After(page.Entries[^1].Key);
        }
    }

    private List<KvItem> ReadPage(KvRange range)
    {
        int limit = range.Limit!.Value;
        var items = new List<KvItem>(limit);
        (byte[] start, byte[] end) = keys.Items.GetBounds(range);
        (byte[] versionStart, byte[] versionEnd) = keys.Versions.GetBounds(range);
        long now = KvTime.Now;
        while (true)
        {
            int count = Math.Max(limit - items.Count, items.Count == 0 ? 0 : SmallestRead);
            IReadOnlyList<ReadReply> read = Read(
                new ReadOperation(start, end) { Limit = count, KeysOnly = range.KeysOnly },
                new ReadOperation(versionStart, versionEnd) { Limit = count });
            string? last = Merge(read[0], read[1], now, limit, items);
            if (last is null || items.Count == limit)
            {
                return items;
            }

            start = Folder.After(keys.Items[last]);
            versionStart = Folder.After(keys.Versions[last]);
        }
    }

    // Each item has its version record, so both pages end alike; only other programs' writes make one reach farther than the
    // other. Returns the path up to which both are known; null if nothing is left.
    private string? Merge(ReadReply values, ReadReply versions, long now, int limit, List<KvItem> items)
    {
        string? last = Min(values.HasMore ? keys.Items.GetPath(values.Entries[^1].Key) : null, versions.HasMore ? keys.Versions.GetPath(versions.Entries[^1].Key) : null);
        int next = 0;
        foreach (EtcdEntry value in values.Entries)
        {
            string fullKey = keys.Items.GetPath(value.Key);
            if (items.Count == limit || (last is not null && KvOrder.Instance.Compare(fullKey, last) > 0))
            {
                break;
            }

            int order = -1;
            while (next < versions.Entries.Count && (order = KvOrder.Instance.Compare(keys.Versions.GetPath(versions.Entries[next].Key), fullKey)) < 0)
            {
                next++;
            }

            VersionRecord? version = order == 0 && next < versions.Entries.Count ? Record.Parse<VersionRecord>(versions.Entries[next]) : null;
            if (version?.IsExpired(now) != true)
            {
                items.Add(EtcdItem.Create(_name!, fullKey, value, version));
            }
        }

        return last;
    }

    private static string? Min(string? x, string? y) => x is null ? y : y is null || KvOrder.Instance.Compare(x, y) < 0 ? x : y;

    private IReadOnlyList<ReadReply> Read(params ReadOperation[] reads)
    {
        IEnumerable<ReadOperation> pinned = reads.Select(read => read with { Revision = _revision });
        if (_name is not null)
        {
            return gateway.Read([.. pinned], cancellation).Reads;
        }

        TransactionReply reply = gateway.Read([.. pinned, new ReadOperation(keys.Description) { Revision = _revision }], cancellation);
        _name = StoreRecord.Parse(reply.Reads[^1])?.Name ?? store;
        _revision = _revision == 0 ? reply.Revision : _revision;
        return reply.Reads;
    }
}
