// etcd refuses a transaction that touches a key twice: where something is set beneath a namespace that is deleted, the
// deleted range is split around it.
namespace KvStore.Storage.Etcd;

/// <summary>What a commit changes in one folder of a store.</summary>
internal sealed class FolderChanges(Folder folder)
{
    private readonly SortedDictionary<string, PutOperation> _puts = new(KvOrder.Instance);
    private readonly List<string> _deletes = [];
    private readonly List<KvRange> _deletedRanges = [];

    /// <summary>Sets a path's value.</summary>
    /// <param name="path">The path.</param>
    /// <param name="value">The value.</param>
    /// <param name="lease">The lease with whose end it goes; 0 for none.</param>
    public void Put(string path, byte[] value, long lease = 0) => _puts[path] = new PutOperation(folder[path], value, lease);

    /// <summary>Deletes a path, unless it is set.</summary>
    public void Delete(string path) => _deletes.Add(path);

    /// <summary>Deletes all paths of a range that are not set.</summary>
    public void Delete(KvRange range) => _deletedRanges.Add(range);

    /// <summary>The operations, no two of which set the same key or set one that another deletes.</summary>
    public IEnumerable<Operation> ToOperations()
    {
        foreach (KvRange range in _deletedRanges)
        {
            (byte[] start, byte[] end) = folder.GetBounds(range);
            foreach (KeyValuePair<string, PutOperation> put in _puts.Where(put => range.Contains(put.Key)))
            {
                yield return new DeleteOperation(start, put.Value.Key);
                start = Folder.After(put.Value.Key);
            }

            yield return new DeleteOperation(start, end);
        }

        foreach (string path in _deletes.Where(path => !_puts.ContainsKey(path)))
        {
            yield return new DeleteOperation(folder[path]);
        }

        foreach (PutOperation put in _puts.Values)
        {
            yield return put;
        }
    }
}
