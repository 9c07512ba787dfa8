// A batch in its fixed order: conditions, limits, deleted namespaces, deletes, added namespaces, sets.
namespace KvStore.Storage.Sqlite;

/// <summary>Applies a batch within a transaction that is open.</summary>
internal static class BatchCommit
{
    /// <summary>Applies a batch; nothing is written if a condition fails.</summary>
    /// <exception cref="KvException">A limit of the store is broken; what was written so far is to be rolled back.</exception>
    public static KvCommit Apply(Session session, string store, KvBatch batch, CancellationToken cancellation)
    {
        long revision = batch.RequiredRevision is null ? 0 : session.Stores.Find(store)?.Revision ?? 0;
        if (KvCommit.FindFailed(batch, revision, fullKey => session.Get(store, fullKey)) is { } failed)
        {
            return failed;
        }

        StoreChange change = StoreChange.Begin(session, new KvStoreEntry(store));
        change.Limits.Check(batch, $"store '{change.Name}'");
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            change.DeleteNamespace(namespacePath);
        }

        foreach (string fullKey in batch.Deletes)
        {
            cancellation.ThrowIfCancellationRequested();
            change.Delete(fullKey);
        }

        foreach (string namespacePath in batch.AddedNamespaces)
        {
            change.AddNamespace(namespacePath);
        }

        var items = new KvItem[batch.Sets.Count];
        for (int i = 0; i < items.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            items[i] = change.Set(batch.Sets[i]);
        }

        change.Save();
        return KvCommit.Committed(change.Revision, items);
    }
}
