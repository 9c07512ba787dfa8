// What a KvBatchWriter does not know, namespaces and deletes that hold only for the item as it was read, must fit the storage too.
namespace KvStore;

/// <summary>Collects changes and commits them in batches no larger than the storage takes. What was not flushed is not written.</summary>
/// <param name="storage">The storage.</param>
/// <param name="store">The store's name.</param>
/// <param name="cancellation">Cancels a commit.</param>
internal sealed class BatchParts(KvStorage storage, string store, CancellationToken cancellation)
{
    private readonly int _maximumCount = Math.Min(KvBatchWriter.MaximumCount, storage.MaximumBatchCount);
    private readonly long _maximumSize = Math.Min(KvBatchWriter.MaximumSize, storage.MaximumBatchSize);
    private KvBatch _batch = new();
    private long _size;

    /// <summary>Makes a namespace that stays while empty.</summary>
    public void AddNamespace(string namespacePath) => Begin(namespacePath).AddNamespace(namespacePath);

    /// <summary>Deletes an item if it is still as it was read, as far as the storage can tell. If one of a batch is not, the whole batch deletes nothing.</summary>
    public void DeleteUnchanged(KvItem item) => Begin(item.FullKey).Delete(item.FullKey).RequireUnchanged(item, storage.Capabilities);

    /// <summary>Commits what has been collected.</summary>
    public void Flush()
    {
        if (_batch.Count > 0)
        {
            storage.Commit(store, _batch, cancellation);
        }

        _batch = new KvBatch();
        _size = 0;
    }

    private KvBatch Begin(string path)
    {
        int size = KvPath.GetSize(path);
        if (_batch.Count == _maximumCount || _size + size > _maximumSize)
        {
            Flush();
        }

        _size += size;
        return _batch;
    }
}
