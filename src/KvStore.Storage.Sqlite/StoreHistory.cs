// The past of a store: its present, with what changed since undone. For each key that changed, the first change since the
// moment names the state that the key had then.
namespace KvStore.Storage.Sqlite;

/// <summary>Reads the past through a session that sees one moment.</summary>
internal static class StoreHistory
{
    /// <summary>The items of a range as they were at a revision, lazily, in key order.</summary>
    public static IEnumerable<KvItem> ScanAt(Session session, string store, KvRange range, long revision, CancellationToken cancellation)
    {
        StoreRow? row = session.Stores.Find(store);
        if (revision > (row?.Revision ?? 0) || revision < (row?.Log.Start ?? 0))
        {
            throw LogGap.OfMoment(store, row, revision);
        }

        if (row is null || range.IsEmpty)
        {
            yield break;
        }

        int left = range.Limit ?? int.MaxValue;
        foreach (KvItem item in Merge(session, new StoreName(row.Id, row.Name), range with { Limit = null }, revision, cancellation))
        {
            yield return item;
            if (--left == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>The changes of one item that are kept, the newest first, lazily.</summary>
    public static IEnumerable<KvChange> OfItem(Session session, string store, string fullKey, CancellationToken cancellation)
    {
        if (session.Stores.Find(store) is not { } row)
        {
            yield break;
        }

        var name = new StoreName(row.Id, row.Name);
        LoggedChange? oldest = null;
        foreach (LoggedChange change in session.Changes.ListOfKey(name, fullKey, after: row.Log.Start))
        {
            cancellation.ThrowIfCancellationRequested();
            oldest = change;
            if (!change.Numbers.IsExpired(KvTime.Now))
            {
                yield return change.ToChange(row.Name);
            }
        }

        if (oldest is null)
        {
            if (session.Get(store, fullKey) is { } item)
            {
                yield return KvChange.OfSet(item);
            }
        }
        else if (oldest.Value.Previous != 0 && GetState(session, name, fullKey, oldest.Value) is var first && !first.Numbers.IsExpired(KvTime.Now))
        {
            yield return first.ToChange(row.Name);
        }
    }

    /// <summary>Merges the items that did not change since with the former states of those that did.</summary>
    private static IEnumerable<KvItem> Merge(Session session, StoreName store, KvRange range, long revision, CancellationToken cancellation)
    {
        using IEnumerator<KvItem> items = session.Items.Scan(store, range, expected: null, cancellation).GetEnumerator();
        bool hasItem = items.MoveNext();
        foreach ((string fullKey, long changed) in session.Changes.ListChanged(store.Id, KeyBounds.Of(range), after: revision))
        {
            cancellation.ThrowIfCancellationRequested();
            for (; hasItem && KvOrder.Instance.Compare(items.Current.FullKey, fullKey) < 0; hasItem = items.MoveNext())
            {
                yield return items.Current;
            }

            if (hasItem && items.Current.FullKey == fullKey)
            {
                hasItem = items.MoveNext();
            }

            LoggedChange first = session.Changes.Find(store, changed, fullKey) ?? throw Missing(session, store, fullKey, changed);
            if (first.Previous == 0)
            {
                continue;
            }

            LoggedChange then = GetState(session, store, fullKey, first);
            if (then.Kind == KvChangeKind.Set && !then.Numbers.IsExpired(KvTime.Now))
            {
                yield return then.Numbers.ToItem(store.Name, fullKey, then.Value);
            }
        }

        for (; hasItem; hasItem = items.MoveNext())
        {
            yield return items.Current;
        }
    }

    private static LoggedChange GetState(Session session, StoreName store, string fullKey, in LoggedChange next) =>
        session.Changes.Find(store, next.Previous, fullKey) ?? throw Missing(session, store, fullKey, next.Previous);

    private static KvException Missing(Session session, StoreName store, string fullKey, long revision) => new(
        KvError.StorageDamaged,
        $"The history of item '{fullKey}' of store '{store.Name}' in database '{session.Connection.Place}' is damaged: its state of revision {revision} is missing. "
        + "Forget the history with Compress-KvStore, or restore the database from a backup.",
        fullKey);
}
