// Within a transaction everything reads as if it were written already: what it changed lies over what the storage holds.
namespace KvStore;

/// <summary>The store as a transaction sees it at one moment of its own; a listing of it does not see later changes.</summary>
/// <param name="storage">The storage itself.</param>
/// <param name="store">The store's name.</param>
/// <param name="reads">Reads the storage, and remembers what was read.</param>
/// <param name="changes">What the transaction has changed.</param>
internal sealed class TransactionView(KvStorage storage, string store, TransactionReads reads, TransactionChanges changes)
{
    /// <summary>The item of a full key, or null.</summary>
    public KvItem? Get(string fullKey, CancellationToken cancellation) =>
        changes.TryGet(fullKey, out KvItem? item) ? item : reads.Get(fullKey, cancellation);

    /// <summary>The items of a range, in key order, lazily.</summary>
    public IEnumerable<KvItem> Scan(KvRange range, CancellationToken cancellation)
    {
        int left = range.IsEmpty ? 0 : range.Limit ?? int.MaxValue;
        using IEnumerator<(string FullKey, KvItem? Item)> changed = changes.InRange(range).GetEnumerator();
        using IEnumerator<KvItem> found = ScanStorage(range, cancellation).GetEnumerator();
        bool hasChanged = left > 0 && changed.MoveNext();
        bool hasFound = left > 0 && found.MoveNext();
        while (left > 0 && (hasChanged || hasFound))
        {
            int order = !hasChanged ? 1 : !hasFound ? -1 : KvOrder.Instance.Compare(changed.Current.FullKey, found.Current.FullKey);
            KvItem? item = order <= 0 ? changed.Current.Item : changes.Hides(found.Current.FullKey) ? null : found.Current;
            if (item is not null)
            {
                left--;
                yield return item;
                if (left == 0)
                {
                    yield break;
                }
            }

            hasChanged = order <= 0 ? changed.MoveNext() : hasChanged;
            hasFound = order >= 0 ? found.MoveNext() : hasFound;
        }
    }

    /// <summary>The namespaces at and beneath one that are kept while empty, in key order.</summary>
    public IEnumerable<string> GetKeptNamespaces(string namespacePath, CancellationToken cancellation)
    {
        string[] added = [.. changes.GetAddedNamespaces(namespacePath)];
        int next = 0;
        foreach (string kept in ListKept(namespacePath, cancellation))
        {
            int order = -1;
            while (next < added.Length && (order = KvOrder.Instance.Compare(added[next], kept)) < 0)
            {
                yield return added[next++];
            }

            bool isAdded = next < added.Length && order == 0;
            if (!isAdded && !changes.HidesNamespace(kept))
            {
                yield return kept;
            }
        }

        for (; next < added.Length; next++)
        {
            yield return added[next];
        }
    }

    /// <summary>The children of a namespace, each once, in key order, lazily.</summary>
    public IEnumerable<KvNode> GetChildren(string namespacePath, CancellationToken cancellation)
    {
        IEnumerable<KvNode> found = changes.HidesNamespace(namespacePath) ? [] : ListChildren(namespacePath, cancellation);
        IReadOnlyCollection<string> touched = changes.GetTouchedChildren(namespacePath);
        return touched.Count == 0 ? found : Merge(namespacePath, found, touched, cancellation);
    }

    /// <summary>The store as it is shown, or null. What would be a read of all its items is not told: their number, and the revision.</summary>
    public KvStoreInfo? GetStore(CancellationToken cancellation)
    {
        KvStoreInfo? info = reads.List(
            new TransactionListing<KvStoreInfo>(
                $"store '{store}' itself",
                token => storage.GetStore(store, token) is { } found ? [found] : [],
                found => $"{found.Name} {found.Limits.MaximumKeySize} {found.Limits.MaximumValueSize} {found.IsKept}",
                _ => null),
            cancellation).FirstOrDefault();
        bool isThere = info is { IsKept: true } || (changes.IsEmpty ? info is not null : HoldsAnything(cancellation));
        return isThere
            ? (info ?? new KvStoreInfo(store) { Limits = KvLimits.Default.Within(storage.Limits) }) with { ItemCount = null, Revision = null }
            : null;
    }

    private bool HoldsAnything(CancellationToken cancellation) =>
        changes.SetsAnything
        || Scan(new KvRange { Limit = 1, KeysOnly = true }, cancellation).Any()
        || GetKeptNamespaces(KvPath.Root, cancellation).Any();

    // Children that the changes touch are looked at one by one; all others are as the storage lists them. Those that are only
    // kept have a place of their own in the order, which they are given in the end.
    private IEnumerable<KvNode> Merge(string namespacePath, IEnumerable<KvNode> found, IReadOnlyCollection<string> touched, CancellationToken cancellation)
    {
        string[] kept = [.. GetKeptNamespaces(namespacePath, cancellation).Where(path => path != namespacePath)];
        IEnumerable<KvNode> own = touched.Select(path => Describe(path, cancellation)).OfType<KvNode>();
        int start = KvPath.GetPrefix(namespacePath).Length;
        HashSet<string> keptChildren = kept.Select(path => path.IndexOf(KvPath.Separator, start) is var slash and >= 0 ? path[..slash] : path).ToHashSet(StringComparer.Ordinal);
        bool IsKeptAlone(KvNode node) => node.Item is null && keptChildren.Contains(node.Path) && !HasItems(node.Path, cancellation);
        IEnumerable<KvNode> others = found.Where(node => !touched.Contains(node.Path) && !IsKeptAlone(node));
        return ChildScan.WithKept(Merge(own, others), namespacePath, kept);
    }

    private static IEnumerable<KvNode> Merge(IEnumerable<KvNode> own, IEnumerable<KvNode> others)
    {
        // A node without an item stands where its first key does.
        static string GetPosition(KvNode node) => node.Item is null ? KvPath.GetPrefix(node.Path) : node.Path;
        var waiting = new Queue<KvNode>(own.OrderBy(GetPosition, KvOrder.Instance));
        foreach (KvNode node in others)
        {
            while (waiting.TryPeek(out KvNode? next) && KvOrder.Instance.Compare(GetPosition(next), GetPosition(node)) < 0)
            {
                yield return waiting.Dequeue();
            }

            yield return node;
        }

        while (waiting.TryDequeue(out KvNode? next))
        {
            yield return next;
        }
    }

    private KvNode? Describe(string path, CancellationToken cancellation)
    {
        KvItem? item = KvPath.IsKey(path) ? Get(path, cancellation) : null;
        bool isNamespace = HasItems(path, cancellation);
        return item is null && !isNamespace ? null : new KvNode(path, item, isNamespace);
    }

    private bool HasItems(string namespacePath, CancellationToken cancellation)
    {
        KvRange beneath = KvRange.Beneath(namespacePath);
        return changes.InRange(beneath).Any(change => change.Item is not null)
            || Scan(beneath with { Limit = 1, KeysOnly = true }, cancellation).Any();
    }

    private IEnumerable<KvItem> ScanStorage(KvRange range, CancellationToken cancellation)
    {
        // All that lies in the range is beneath a deleted namespace: the storage need not be asked.
        if (changes.Hides(range.Prefix + "x"))
        {
            return [];
        }

        // Of what the storage gives, as many items may be hidden as were changed.
        int? limit = range.Limit is not { } asked ? null : changes.DeletesNamespaces ? null : (int)Math.Min(int.MaxValue, asked + (long)changes.InRange(range).Count());
        KvRange wider = range with { Limit = limit };
        return reads.List(
            new TransactionListing<KvItem>(
                range.Prefix.Length == 0 ? $"what store '{store}' holds" : $"what lies beneath '{KvException.Shorten(KvPath.ToAbsolute(range.Prefix))}'",
                token => storage.Scan(store, wider, token),
                item => item.FullKey,
                item => range.KeysOnly ? null : item),
            cancellation);
    }

    private IEnumerable<KvNode> ListChildren(string namespacePath, CancellationToken cancellation) => reads.List(
        new TransactionListing<KvNode>(
            $"what lies in namespace '{KvException.Shorten(KvPath.ToAbsolute(namespacePath))}'",
            token => storage.GetChildren(store, namespacePath, token),
            node => node.IsNamespace ? node.Path + KvPath.Separator : node.Path,
            node => node.Item),
        cancellation);

    private IEnumerable<string> ListKept(string namespacePath, CancellationToken cancellation) =>
        changes.HidesNamespace(namespacePath)
            ? []
            : reads.List(
                new TransactionListing<string>(
                    $"the kept namespaces in '{KvException.Shorten(KvPath.ToAbsolute(namespacePath))}'",
                    token => storage.GetKeptNamespaces(store, namespacePath, token),
                    path => path,
                    _ => null),
                cancellation);
}
