// A load streams through one transaction: all of it or nothing, and no more than an entry of it in memory at a time.
namespace KvStore.Storage.Sqlite;

/// <summary>Applies a load within a transaction that is open.</summary>
internal static class StreamedLoad
{
    /// <summary>Writes all entries.</summary>
    /// <exception cref="KvException">A limit is broken, or an item exists that must not; what was written so far is to be rolled back.</exception>
    public static void Apply(Session session, IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        var changes = new Dictionary<string, StoreChange>(StringComparer.OrdinalIgnoreCase);
        StoreChange? change = null;
        string owner = "";
        foreach (KvEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            switch (entry)
            {
                case KvStoreEntry store:
                    if (!changes.TryGetValue(store.Name, out change))
                    {
                        change = StoreChange.Begin(session, store with { Limits = store.Limits?.Within(KvLimits.Ceiling) });
                        changes.Add(store.Name, change);
                        if (mode == KvLoadMode.Replace)
                        {
                            change.DeleteNamespace(KvPath.Root);
                        }
                    }

                    owner = $"store '{change.Name}'";
                    break;
                case KvNamespaceEntry { NamespacePath: string path } when change is not null:
                    KvPath.CheckKey(path, change.Limits.MaximumKeySize, owner);
                    change.AddNamespace(path);
                    break;
                case KvItemEntry { Set: KvSet set } when change is not null:
                    change.Limits.Check(set.FullKey, set.Value, owner);
                    if (mode == KvLoadMode.NoClobber && change.WasThere(set.FullKey))
                    {
                        KvItem? current = session.Get(change.Name, set.FullKey);
                        KvCommit.Failed(new KvCondition(set.FullKey, Version: 0), current).ThrowIfFailed();
                    }

                    change.Write(set);
                    break;
            }
        }

        foreach (StoreChange changed in changes.Values)
        {
            changed.Save();
        }
    }
}
