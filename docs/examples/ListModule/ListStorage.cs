// A storage plugin in C#: the four required members; everything else follows from the contract's defaults.
using KvStore;

namespace ListModule;

/// <summary>Keeps items in a sorted list; knows no conditions, versions or namespaces.</summary>
[StoragePlugin("list", Schemes = ["list"])]
public sealed class ListStorage(string connection = "", int answer = 42) : KvStorage
{
    private readonly Dictionary<string, SortedList<string, string>> _stores = new(StringComparer.OrdinalIgnoreCase);
    private readonly object _gate = new();

    public override string Description => $"list ({StorageUrl.Redact(connection)}, {answer})";

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return [.. _stores.Where(store => store.Value.Count > 0).Select(store => new KvStoreInfo(store.Key)).OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase)];
        }
    }

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        Scan(store, new KvRange { Prefix = fullKey, Limit = 1 }, cancellation).FirstOrDefault(item => item.FullKey == fullKey);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        lock (_gate)
        {
            // A store is found without regard to case and shown as it was first spelled.
            string? name = _stores.Keys.FirstOrDefault(key => key.Equals(store, StringComparison.OrdinalIgnoreCase));
            return name is null
                ? []
                : _stores[name].Where(item => range.Contains(item.Key)).Take(range.Limit ?? int.MaxValue).Select(item => new KvItem(name, item.Key, item.Value)).ToArray();
        }
    }

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_stores.TryGetValue(store, out SortedList<string, string>? items))
            {
                _stores[store] = items = new SortedList<string, string>(KvOrder.Instance);
            }

            foreach (string fullKey in batch.Deletes)
            {
                items.Remove(fullKey);
            }

            foreach (KvSet set in batch.Sets)
            {
                items[set.FullKey] = set.Value;
            }

            return KvCommit.Done;
        }
    }
}
