// A plugin with the four required members and nothing else: what the defaults of the contract make of it is what is tested.
namespace KvStore.TestPlugin;

/// <summary>Keeps items in a sorted list; knows no conditions, versions or namespaces.</summary>
[StoragePlugin("list", Schemes = ["list"])]
public sealed class ListStorage(string connection = "", int answer = 42) : KvStorage
{
    private readonly Dictionary<string, SortedList<string, string>> _stores = new(StringComparer.OrdinalIgnoreCase);
    private readonly object _gate = new();

    public override string Description => $"list ({StorageUrl.Redact(connection)}, {answer})";

    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        lock (_gate)
        {
            return [.. _stores.Where(store => store.Value.Count > 0).Select(store => new KvStoreInfo(store.Key)).OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase)];
        }
    }

    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _stores.GetValueOrDefault(store)?.TryGetValue(fullKey, out string? value) == true ? new KvItem(store, fullKey, value) : null;
        }
    }

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        lock (_gate)
        {
            KvItem[] items = [.. (_stores.GetValueOrDefault(store) ?? []).Where(item => range.Contains(item.Key)).Take(range.Limit ?? int.MaxValue).Select(item => new KvItem(store, item.Key, item.Value))];
            return items;
        }
    }

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
