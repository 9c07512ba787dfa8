// The storage in memory, and the same with the least that a plugin may have.
namespace KvStore.Storage.Tests;

public sealed class MemoryConformance(MemoryFixture fixture) : StorageConformance<MemoryFixture>(fixture);

/// <summary>A plugin of four members, as a user would write it: everything else must follow from the defaults.</summary>
public sealed class MinimalStorage : KvStorage
{
    private readonly Dictionary<string, SortedDictionary<string, string>> _stores = new(StringComparer.OrdinalIgnoreCase);

    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        lock (_stores)
        {
            return _stores.Where(store => store.Value.Count > 0).Select(store => new KvStoreInfo(store.Key)).OrderBy(info => info.Name, StringComparer.OrdinalIgnoreCase).ToArray();
        }
    }

    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) =>
        Scan(store, new KvRange { Prefix = fullKey, Limit = 1 }, cancellation).FirstOrDefault(item => item.FullKey == fullKey);

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        KvItem[] items;
        lock (_stores)
        {
            string name = _stores.Keys.FirstOrDefault(key => key.Equals(store, StringComparison.OrdinalIgnoreCase)) ?? store;
            items = _stores.TryGetValue(store, out var found)
                ? found.Where(item => range.Contains(item.Key)).Take(range.Limit ?? int.MaxValue).Select(item => new KvItem(name, item.Key, item.Value)).ToArray()
                : [];
        }

        return items.Select(item =>
        {
            cancellation.ThrowIfCancellationRequested();
            return item;
        });
    }

    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_stores)
        {
            if (!_stores.TryGetValue(store, out var items))
            {
                _stores[store] = items = new SortedDictionary<string, string>(KvOrder.Instance);
            }

            foreach (string fullKey in batch.Deletes)
            {
                items.Remove(fullKey);
            }

            foreach (KvSet set in batch.Sets)
            {
                items[set.FullKey] = set.Value;
            }

            if (items.Count == 0)
            {
                _stores.Remove(store);
            }
        }

        return KvCommit.Done;
    }
}

public sealed class MinimalFixture : StorageFixture
{
    public override KvStorage Storage { get; } = new MinimalStorage();
}

public sealed class MinimalConformance(MinimalFixture fixture) : StorageConformance<MinimalFixture>(fixture);
