// etcd tells of keys; people want to know of items: a value and its record are one item, and the store's revision, changed by the
// same transaction, says which commit it was.
namespace KvStore.Storage.Etcd;

/// <summary>Turns what etcd tells of a store's keys into changes of its items. Not safe for use by several threads at once.</summary>
/// <param name="gateway">The cluster.</param>
/// <param name="keys">The store's keys.</param>
/// <param name="store">The store's name as it was asked for.</param>
/// <param name="revision">The store's revision before the first change.</param>
/// <param name="cancellation">Ends a read.</param>
internal sealed class StoreChanges(EtcdGateway gateway, StoreKeys keys, string store, long revision, CancellationToken cancellation)
{
    private long _revision = revision;
    private string? _name;

    /// <summary>The changes of items that a watch brings, in the order of revisions, and in key order within a commit.</summary>
    /// <param name="watch">The watch.</param>
    /// <param name="namespacePath">The namespace beneath which the items lie; empty for the whole store.</param>
    /// <param name="after">The store's revision whose commit and what came before it are not wanted.</param>
    public IEnumerable<KvChange> Read(StoreWatch watch, string namespacePath, long after)
    {
        foreach (StoreEvents events in watch.Read())
        {
            RevisionRecord? commit = ReadCommit(events);
            foreach (KvChange change in Read(events, namespacePath, commit))
            {
                // What followed a commit without one of its own has that one's revision.
                if (change.Revision > after || (change.Revision == after && commit is null))
                {
                    yield return change;
                }
            }
        }
    }

    private KvChange[] Read(StoreEvents change, string namespacePath, RevisionRecord? commit)
    {
        Dictionary<string, EtcdEvent> versions = change.Events
            .Where(key => keys.Versions.Contains(key.Entry.Key))
            .ToDictionary(key => keys.Versions.GetPath(key.Entry.Key), StringComparer.Ordinal);
        KvChange[] changes =
        [
            .. change.Events
                .Where(key => keys.Items.Contains(key.Entry.Key))
                .Select(key => (FullKey: keys.Items.GetPath(key.Entry.Key), Value: key))
                .Where(item => KvPath.IsBeneath(item.FullKey, namespacePath))
                .OrderBy(item => item.FullKey, KvOrder.Instance)
                .Select(item => Read(item.FullKey, item.Value, versions.TryGetValue(item.FullKey, out EtcdEvent version) ? version : null, commit)),
        ];

        // A store that loses its last item may come back under another spelling.
        _name = Array.Exists(changes, item => item.Item is null) ? null : _name;
        return changes;
    }

    private RevisionRecord? ReadCommit(StoreEvents change)
    {
        foreach (EtcdEvent key in change.Events.Where(key => key.Entry.Key.AsSpan().SequenceEqual(keys.Revision)))
        {
            RevisionRecord? commit = key.IsDelete ? null : Record.Parse<RevisionRecord>(key.Entry);
            _revision = commit?.Revision ?? 0;
            return commit;
        }

        return null;
    }

    private KvChange Read(string fullKey, EtcdEvent value, EtcdEvent? version, RevisionRecord? commit)
    {
        if (value.IsDelete)
        {
            return ItemChange.Gone(GetName(), fullKey, version is { IsDelete: true } gone ? gone.Previous : null, _revision, commit);
        }

        EtcdEntry? record = version is { IsDelete: false } written ? written.Entry : ItemChange.ReadVersion(gateway, keys, fullKey, value.Entry.ModRevision, cancellation);
        return ItemChange.Set(GetName(), fullKey, value.Entry, record, _revision);
    }

    private string GetName() => _name ??= StoreRecord.Parse(gateway.Read(new ReadOperation(keys.Description), cancellation))?.Name ?? store;
}
