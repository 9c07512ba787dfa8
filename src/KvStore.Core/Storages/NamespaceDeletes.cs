// A storage that cannot delete a namespace can delete what lies in it.
namespace KvStore;

/// <summary>Spells out what a simple storage cannot do by itself.</summary>
internal static class NamespaceDeletes
{
    /// <summary>Replaces namespace deletes by deletes of the keys beneath, for a storage that knows only those.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="batch">The batch, which stays as it is.</param>
    /// <param name="cancellation">Ends looking for the keys.</param>
    public static KvBatch SpellOut(KvStorage storage, string store, KvBatch batch, CancellationToken cancellation)
    {
        if (batch.DeletedNamespaces.Count == 0 || storage.Capabilities.HasFlag(KvCapabilities.NamespaceDeletes))
        {
            return batch;
        }

        var spelledOut = new KvBatch();
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            foreach (KvItem item in storage.Scan(store, KvRange.Beneath(namespacePath) with { KeysOnly = true }, cancellation))
            {
                spelledOut.Delete(item.FullKey);
            }
        }

        foreach (string fullKey in batch.Deletes)
        {
            spelledOut.Delete(fullKey);
        }

        foreach (string namespacePath in batch.AddedNamespaces)
        {
            spelledOut.AddNamespace(namespacePath);
        }

        foreach (KvSet set in batch.Sets)
        {
            spelledOut.Set(set.FullKey, set.Value, KvTime.ToDateTime(set.ExpiresTime));
        }

        foreach (KvCondition condition in batch.Conditions)
        {
            spelledOut.Require(condition);
        }

        return batch.RequiredRevision is { } revision ? spelledOut.RequireRevision(revision) : spelledOut;
    }
}
