// A migration brings more than one request of etcd holds: it is cut where the bytes say so.
namespace KvStore.Storage.Etcd;

/// <summary>Splits a load into batches that fit into one request each.</summary>
internal static class LoadParts
{
    // Two thirds of what etcd's servers take by default (--max-request-bytes, 1.5 MiB).
    private const long MaximumSize = 1024 * 1024;

    // A version record, and what etcd needs around a key.
    private const int SizeAroundItem = 300;

    /// <summary>The parts, in order; the deletes and the kept namespaces are in the first.</summary>
    /// <param name="load">All that a load brings to a store.</param>
    /// <param name="keys">The store's keys.</param>
    public static IEnumerable<KvBatch> Split(KvBatch load, StoreKeys keys)
    {
        int sizeOfFolders = keys.Items[""].Length + keys.Versions[""].Length + keys.Expiries[""].Length;
        Dictionary<string, KvCondition> conditions = load.Conditions.DistinctBy(condition => condition.FullKey).ToDictionary(condition => condition.FullKey, StringComparer.Ordinal);
        var part = new KvBatch();
        long size = 0;
        foreach (string namespacePath in load.DeletedNamespaces)
        {
            part.DeleteNamespace(namespacePath);
        }

        foreach (string namespacePath in load.AddedNamespaces)
        {
            part.AddNamespace(namespacePath);
            size += KvPath.GetSize(namespacePath) + SizeAroundItem;
        }

        foreach (KvSet set in load.Sets)
        {
            long sizeOfSet = (3 * KvPath.GetSize(set.FullKey)) + KvPath.GetSize(set.Value) + sizeOfFolders + SizeAroundItem;
            if (size + sizeOfSet > MaximumSize && part.Count > 0)
            {
                yield return part;
                part = new KvBatch();
                size = 0;
            }

            part.Set(set.FullKey, set.Value, KvTime.ToDateTime(set.ExpiresTime));
            if (conditions.ContainsKey(set.FullKey))
            {
                part.RequireAbsent(set.FullKey);
            }

            size += sizeOfSet;
        }

        yield return part;
    }
}
