// Restoring is one transaction of ordinary writes, not a copy of pages: other processes remember which number a store has,
// and whoever read a revision or a version before must not meet it again with other contents. So stores keep their numbers,
// revisions only grow, and watches see the restore as the change that it is.
namespace KvStore.Storage.Sqlite;

/// <summary>Applies a backup within a transaction that is open.</summary>
internal static class DatabaseRestore
{
    private const int PageSize = 500;

    /// <summary>Replaces all that a database holds.</summary>
    /// <param name="session">A session in a writing transaction.</param>
    /// <param name="backup">A session on the backup, which was checked.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public static void Apply(Session session, Session backup, IProgress<double>? progress, CancellationToken cancellation)
    {
        List<StoreRow> rows = backup.Stores.List(cancellation);
        var names = rows.Where(row => row.IsThere).Select(row => row.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (StoreRow other in session.Stores.List(cancellation).Where(row => row.IsThere && !names.Contains(row.Name)))
        {
            StoreChange change = StoreChange.Begin(session, new KvStoreEntry(other.Name));
            change.Unkeep();
            change.DeleteNamespace(KvPath.Root);
            change.Save();
        }

        var tally = new Tally(Math.Max(1, rows.Sum(row => row.Items)), progress);
        foreach (StoreRow row in rows.Where(row => row.Revision > 0))
        {
            if (session.Stores.Find(row.Name) is { Revision: > 0 })
            {
                Change(session, backup, row, tally, cancellation);
            }
            else
            {
                Copy(session, backup, row, tally, cancellation);
            }
        }

        progress?.Report(1);
    }

    /// <summary>Brings a store that is there, or was, to what the backup holds, as one more change to it; its own past stays.</summary>
    private static void Change(Session session, Session backup, StoreRow row, Tally tally, CancellationToken cancellation)
    {
        if (!row.IsThere)
        {
            return;
        }

        var source = new StoreName(row.Id, row.Name);
        StoreChange change = StoreChange.Begin(session, new KvStoreEntry(row.Name), after: row.Revision);
        change.Restore(row);
        long id = session.Stores.Find(row.Name)!.Id;
        string last = "";
        for (List<string> keys; (keys = session.Items.ListKeys(id, last, PageSize)).Count > 0; last = keys[^1])
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (string fullKey in keys.Where(fullKey => backup.Items.FindRevision(source.Id, fullKey) is null))
            {
                change.Delete(fullKey);
            }
        }

        foreach (KvItem item in backup.Items.Scan(source, KvRange.All, expected: null, cancellation))
        {
            change.Restore(item);
            tally.Count();
        }

        foreach (string namespacePath in backup.Namespaces.List(source, KvPath.Root, cancellation))
        {
            change.AddNamespace(namespacePath);
        }

        change.Save();
    }

    /// <summary>Copies a store that never was here, as it is and with its past.</summary>
    private static void Copy(Session session, Session backup, StoreRow row, Tally tally, CancellationToken cancellation)
    {
        var source = new StoreName(row.Id, row.Name);
        StoreRow? watched = session.Stores.Find(row.Name);
        StoreRow target = watched ?? session.Stores.Insert(row.Name, row.Limits, row.IsKept);
        if (target.Name != row.Name)
        {
            session.Respell(row with { Id = target.Id });
        }

        long items = 0;
        foreach (KvItem item in backup.Items.Scan(source, KvRange.All, expected: null, cancellation))
        {
            items += session.Items.TryInsert(target.Id, item.FullKey, item.Value, ItemNumbers.Of(item)) ? 1 : 0;
            tally.Count();
        }

        long namespaces = backup.Namespaces.List(source, KvPath.Root, cancellation).Sum(path => (long)session.Namespaces.Insert(target.Id, path));
        foreach (LoggedChange change in backup.Changes.List(source))
        {
            cancellation.ThrowIfCancellationRequested();
            session.Changes.Copy(target.Id, change);
        }

        session.Stores.Update(row with
        {
            Id = target.Id,
            Items = items,
            Namespaces = namespaces,
            Log = row.Log with { WatchedUntil = watched?.Log.WatchedUntil ?? 0 },
        });
    }

    private sealed class Tally(long total, IProgress<double>? progress)
    {
        private long _done;

        public void Count()
        {
            if (++_done % PageSize == 0)
            {
                progress?.Report(Math.Min(1, (double)_done / total));
            }
        }
    }
}
