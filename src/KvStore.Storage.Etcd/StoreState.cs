// All that a commit must know of a store, read at one moment: what it builds its writes upon, and guards them with.
namespace KvStore.Storage.Etcd;

/// <summary>A store as a commit meets it.</summary>
internal sealed class StoreState
{
    private StoreState(string name, KvLimits limits)
    {
        Name = name;
        Limits = limits;
    }

    /// <summary>Its name as it is shown.</summary>
    public string Name { get; }

    /// <summary>Its limits.</summary>
    public KvLimits Limits { get; }

    /// <summary>Whether it is there: kept, or with an item or a kept namespace. One that is not is born anew, with the default limits.</summary>
    public bool Exists { get; private init; }

    /// <summary>Its revision; 0 if it never had one.</summary>
    public long Revision { get; private init; }

    /// <summary>etcd's revision of the key that holds it; 0 if there is none. Every commit changes that key.</summary>
    public long Guard { get; private init; }

    /// <summary>The items that decide about a batch, without those that expired; values only where a condition names them.</summary>
    public required IReadOnlyDictionary<string, KvItem> Items { get; init; }

    /// <summary>The keys of the batch whose items have an expiry, past or to come.</summary>
    public required IReadOnlySet<string> Expiring { get; init; }

    /// <summary>Reads what a batch needs.</summary>
    public static StoreState Read(EtcdGateway gateway, StoreKeys keys, string store, KvBatch batch, CancellationToken cancellation)
    {
        string[] fullKeys = CommitPlan.GetKeys(batch);
        HashSet<string> conditions = new(batch.Conditions.Select(condition => condition.FullKey), StringComparer.Ordinal);
        List<Operation> reads =
        [
            new ReadOperation(keys.Revision),
            new ReadOperation(keys.Description),
            new ReadOperation(keys.Namespaces[""], keys.Namespaces.End) { Limit = 1, KeysOnly = true },
            new ReadOperation(keys.Items[""], keys.Items.End) { Limit = 1, KeysOnly = true },
            new ReadOperation(keys.Versions[""], keys.Versions.End) { Limit = 1 },
        ];
        foreach (string fullKey in fullKeys)
        {
            reads.Add(new ReadOperation(keys.Versions[fullKey]));
            if (conditions.Contains(fullKey))
            {
                reads.Add(new ReadOperation(keys.Items[fullKey]));
            }
        }

        TransactionReply reply = gateway.Read(reads, cancellation);
        IReadOnlyList<ReadReply> found = reply.Reads;
        StoreRecord? description = StoreRecord.Parse(found[1]);
        bool exists = description is not null && (description.Kept || found[2].Single is not null || HasItem(gateway, keys, reply, cancellation));
        string name = exists ? description!.Name : store;
        var items = new Dictionary<string, KvItem>(StringComparer.Ordinal);
        var expiring = new HashSet<string>(StringComparer.Ordinal);
        int next = 5;
        foreach (string fullKey in fullKeys)
        {
            VersionRecord? version = found[next++].Single is { } entry ? Record.Parse<VersionRecord>(entry) : null;
            EtcdEntry? value = !conditions.Contains(fullKey) ? (version is null ? null : default(EtcdEntry) with { Value = [] }) : found[next++].Single;
            if (version is { Expires: not 0 })
            {
                expiring.Add(fullKey);
            }

            if (value is { } present && version?.IsExpired(KvTime.Now) != true)
            {
                items.Add(fullKey, EtcdItem.Create(name, fullKey, present, version));
            }
        }

        return new StoreState(name, exists ? description!.Limits : KvLimits.Default)
        {
            Exists = exists,
            Revision = found[0].Single is { } revision ? Record.Parse<RevisionRecord>(revision).Revision : 0,
            Guard = found[0].Single?.ModRevision ?? 0,
            Items = items,
            Expiring = expiring,
        };
    }

    // Nearly always the first item answers; only where it has expired the others are asked.
    private static bool HasItem(EtcdGateway gateway, StoreKeys keys, TransactionReply reply, CancellationToken cancellation)
    {
        if (reply.Reads[3].Single is not { } item)
        {
            return false;
        }

        bool isFirstLive = reply.Reads[4].Single is { } version
            && keys.Versions.GetPath(version.Key) == keys.Items.GetPath(item.Key)
            && !Record.Parse<VersionRecord>(version).IsExpired(KvTime.Now);
        return isFirstLive || new StoreSnapshot(gateway, keys, store: "", reply.Revision, cancellation).Scan(new KvRange { Limit = 1, KeysOnly = true }).Any();
    }
}
