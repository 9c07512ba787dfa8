// A store in memory: a hash index serves gets, an immutable ordered set serves scans, which so see one moment for free.
using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace KvStore;

/// <summary>One store of a <see cref="MemoryStorage"/>, which serialises all calls that change it.</summary>
internal sealed class MemoryStore(string name, KvLimits limits, bool isKept, long revision, MemoryLog log)
{
    private static readonly IComparer<KvItem> ByKey = Comparer<KvItem>.Create((x, y) => KvOrder.Instance.Compare(x.FullKey, y.FullKey));

    private readonly ConcurrentDictionary<string, KvItem> _index = new(StringComparer.Ordinal);
    private readonly MemoryExpiries _expiries = new();
    private readonly object _publishing = new();
    private Contents _contents = new(ImmutableSortedSet.Create(ByKey), ImmutableSortedSet.Create<string>(KvOrder.Instance), revision, NextExpiry: long.MaxValue);

    // Odd while a batch is being published: a reader that meets it so waits, and so never sees half a batch.
    private long _sequence;

    public string Name => name;

    /// <summary>The past of the store, and of those of the same name before it.</summary>
    public MemoryLog Log => log;

    /// <summary>Whether it stays while empty.</summary>
    public bool IsKept { get; private set; } = isKept;

    public long Revision => GetContents().Revision;

    /// <summary>The store as it is shown; null if it is not there, being empty and not kept.</summary>
    public KvStoreInfo? Describe()
    {
        Contents contents = GetContents();
        long count = contents.Items.Count - CountExpired(contents);
        return IsKept || count > 0 || contents.Namespaces.Count > 0
            ? new KvStoreInfo(name)
            {
                Limits = limits,
                ItemCount = count,
                Revision = contents.Revision,
                IsKept = IsKept,
                HistoryPeriod = log.Period,
                OldestRevision = log.OldestRevision,
            }
            : null;
    }

    /// <summary>Makes the store stay while empty.</summary>
    public void Keep() => IsKept = true;

    public KvItem? Get(string fullKey)
    {
        while (true)
        {
            long before = Volatile.Read(ref _sequence);
            KvItem? item = _index.GetValueOrDefault(fullKey);
            Interlocked.MemoryBarrier();
            if ((before & 1) == 0 && Volatile.Read(ref _sequence) == before)
            {
                return item is null || IsExpired(item, KvTime.Now) ? null : item;
            }

            WaitForPublishing();
        }
    }

    public IEnumerable<KvItem> Scan(KvRange range, CancellationToken cancellation) => Scan(GetContents().Items, range, cancellation);

    /// <summary>The items of a range at a revision; null if that is not kept.</summary>
    public IEnumerable<KvItem>? ScanAt(KvRange range, long atRevision, CancellationToken cancellation)
    {
        Contents contents = GetContents();
        ImmutableSortedSet<KvItem>? items = atRevision == contents.Revision ? contents.Items : log.Find(atRevision);
        return items is null ? null : Scan(items, range, cancellation);
    }

    /// <summary>The changes of an item that are kept, the newest first; none of what an item held whose time is up.</summary>
    public IEnumerable<KvChange> GetHistory(string fullKey)
    {
        long now = KvTime.Now;
        return log.GetHistory(fullKey, GetContents().Items).Where(change => change.Item is null || !IsExpired(change.Item, now));
    }

    /// <summary>How long until the next item expires; null if none does. Not while a batch is applied.</summary>
    public TimeSpan? GetTimeToExpiry() => _expiries.GetTimeToNext();

    public IEnumerable<KvNode> GetChildren(string namespacePath, CancellationToken cancellation)
    {
        Contents contents = GetContents();
        IEnumerable<KvNode> nodes = ChildScan.GetChildren(namespacePath, range => Scan(contents.Items, range, cancellation));
        return contents.Namespaces.IsEmpty ? nodes : ChildScan.WithKept(nodes, namespacePath, Beneath(contents.Namespaces, namespacePath));
    }

    public IEnumerable<string> GetKeptNamespaces(string namespacePath)
    {
        ImmutableSortedSet<string> namespaces = GetContents().Namespaces;
        IEnumerable<string> beneath = Beneath(namespaces, namespacePath);
        return namespaces.Contains(namespacePath) ? beneath.Prepend(namespacePath) : beneath;
    }

    public void CheckLimits(KvBatch batch) => limits.Check(batch, $"store '{name}'");

    /// <summary>The outcome of the first condition that does not hold; null if all do.</summary>
    public KvCommit? CheckConditions(KvBatch batch) => KvCommit.FindFailed(batch, Revision, Get);

    /// <summary>Applies a batch whose conditions and limits were checked.</summary>
    public KvCommit Apply(KvBatch batch)
    {
        long now = KvTime.Now;
        Contents before = _contents;
        long newRevision = before.Revision + 1;
        bool isRecording = log.IsRecording;
        ImmutableSortedSet<KvItem>.Builder items = _contents.Items.ToBuilder();
        ImmutableSortedSet<string>.Builder namespaces = _contents.Namespaces.ToBuilder();

        var removed = new List<string>();
        foreach (KvItem item in _expiries.TakeExpired(now))
        {
            items.Remove(item);
            removed.Add(item.FullKey);
        }

        int expired = removed.Count;
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            foreach (KvItem item in Scan(_contents.Items, KvRange.Beneath(namespacePath), CancellationToken.None, withExpired: true))
            {
                items.Remove(item);
                _expiries.Remove(item);
                removed.Add(item.FullKey);
            }

            namespaces.ExceptWith(Beneath(_contents.Namespaces, namespacePath));
            namespaces.Remove(namespacePath);
        }

        foreach (string fullKey in batch.Deletes)
        {
            if (_index.TryGetValue(fullKey, out KvItem? item) && items.Remove(item))
            {
                _expiries.Remove(item);
                removed.Add(fullKey);
            }
        }

        namespaces.UnionWith(batch.AddedNamespaces);
        var written = new KvItem[batch.Sets.Count];
        for (int i = 0; i < written.Length; i++)
        {
            written[i] = Write(items, batch.Sets[i], newRevision, now);
        }

        var after = new Contents(items.ToImmutable(), namespaces.ToImmutable(), newRevision, _expiries.Next);
        Publish(after, removed, written);
        if (isRecording)
        {
            KvChange[] changes = Describe(removed, expired, written, newRevision, now);
            log.Add(new MemoryLog.Moment(before.Revision, now, before.Items, []), new MemoryLog.Moment(newRevision, now, after.Items, changes));
        }
        else
        {
            log.Skip(newRevision);
        }

        return KvCommit.Committed(newRevision, written);
    }

    // Each key once, with what became of it in the end.
    private KvChange[] Describe(List<string> removed, int expired, KvItem[] written, long newRevision, long now)
    {
        var changes = new Dictionary<string, KvChange>(StringComparer.Ordinal);
        for (int i = 0; i < removed.Count; i++)
        {
            var kind = i < expired ? KvChangeKind.Expired : KvChangeKind.Deleted;
            changes.TryAdd(removed[i], new KvChange(name, removed[i], kind, newRevision) { Time = KvTime.ToDateTime(now) });
        }

        foreach (KvItem item in written)
        {
            changes[item.FullKey] = KvChange.OfSet(item);
        }

        return [.. changes.Values.OrderBy(change => change.FullKey, KvOrder.Instance)];
    }

    private static bool IsExpired(KvItem item, long now) => item.ExpiresTime != 0 && item.ExpiresTime <= now;

    private static IEnumerable<KvItem> Scan(ImmutableSortedSet<KvItem> items, KvRange range, CancellationToken cancellation, bool withExpired = false)
    {
        string first = KvOrder.Instance.Compare(range.Prefix, range.Start) > 0 ? range.Prefix : range.Start;
        if (range.After is not null && KvOrder.Instance.Compare(range.After, first) > 0)
        {
            first = range.After;
        }

        int left = range.Limit ?? int.MaxValue;
        int found = items.IndexOf(new KvItem("", first, ""));
        for (int i = found < 0 ? ~found : found; i < items.Count && left > 0; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            KvItem item = items[i];
            if (!item.FullKey.StartsWith(range.Prefix, StringComparison.Ordinal))
            {
                yield break;
            }

            if (item.FullKey != range.After && (withExpired || !IsExpired(item, KvTime.Now)))
            {
                left--;
                yield return item;
            }
        }
    }

    private static IEnumerable<string> Beneath(ImmutableSortedSet<string> namespaces, string namespacePath)
    {
        int found = namespaces.IndexOf(KvPath.GetPrefix(namespacePath));
        for (int i = found < 0 ? ~found : found; i < namespaces.Count && KvPath.IsBeneath(namespaces[i], namespacePath); i++)
        {
            yield return namespaces[i];
        }
    }

    private KvItem Write(ImmutableSortedSet<KvItem>.Builder items, KvSet set, long newRevision, long now)
    {
        // What an earlier step of the same batch deleted is not found here, so that it begins anew with version 1.
        // The index answers quicker for a key that is new.
        KvItem? old = _index.ContainsKey(set.FullKey) && items.TryGetValue(new KvItem(name, set.FullKey, ""), out KvItem found) ? found : null;
        var item = new KvItem(name, set.FullKey, set.Value)
        {
            VersionNumber = (old?.VersionNumber ?? 0) + 1,
            CreateRevisionNumber = old?.CreateRevisionNumber ?? newRevision,
            ModRevisionNumber = newRevision,
            CreatedTime = old?.CreatedTime ?? now,
            ModifiedTime = now,
            ExpiresTime = set.ExpiresTime,
        };
        if (old is not null)
        {
            items.Remove(old);
            _expiries.Remove(old);
        }

        items.Add(item);
        _expiries.Add(item);
        return item;
    }

    // Counted only when the first item's time is up: the next commit removes it.
    private static int CountExpired(Contents contents)
    {
        long now = KvTime.Now;
        return contents.NextExpiry > now ? 0 : contents.Items.Count(item => IsExpired(item, now));
    }

    private void Publish(Contents contents, List<string> removed, KvItem[] written)
    {
        lock (_publishing)
        {
            Interlocked.Increment(ref _sequence);
            _contents = contents;
            foreach (string fullKey in removed)
            {
                _index.TryRemove(fullKey, out _);
            }

            foreach (KvItem item in written)
            {
                _index[item.FullKey] = item;
            }

            Interlocked.Increment(ref _sequence);
        }
    }

    private Contents GetContents()
    {
        while (true)
        {
            long before = Volatile.Read(ref _sequence);
            Contents contents = Volatile.Read(ref _contents);
            Interlocked.MemoryBarrier();
            if ((before & 1) == 0 && Volatile.Read(ref _sequence) == before)
            {
                return contents;
            }

            WaitForPublishing();
        }
    }

    private void WaitForPublishing()
    {
        lock (_publishing)
        {
        }
    }

    private sealed record Contents(ImmutableSortedSet<KvItem> Items, ImmutableSortedSet<string> Namespaces, long Revision, long NextExpiry);
}
