// What a transaction has written so far is immutable, so that a listing which streams keeps the moment at which it began.
using System.Collections.Immutable;

namespace KvStore;

/// <summary>What a transaction would write: the net effect of its batches. Immutable.</summary>
internal sealed class TransactionChanges
{
    private static readonly IComparer<Change> ByKey = Comparer<Change>.Create((x, y) => KvOrder.Instance.Compare(x.FullKey, y.FullKey));

    private ImmutableSortedSet<Change> _items = ImmutableSortedSet.Create(ByKey);
    private ImmutableSortedSet<string> _addedNamespaces = ImmutableSortedSet.Create<string>(KvOrder.Instance);
    private ImmutableSortedSet<string> _deletedNamespaces = ImmutableSortedSet.Create<string>(KvOrder.Instance);

    /// <summary>No changes.</summary>
    public static TransactionChanges None { get; } = new();

    /// <summary>Whether there is nothing to be written.</summary>
    public bool IsEmpty => _items.IsEmpty && _addedNamespaces.IsEmpty && _deletedNamespaces.IsEmpty;

    /// <summary>Whether any namespace is deleted, so that what the storage holds may not show.</summary>
    public bool DeletesNamespaces => !_deletedNamespaces.IsEmpty;

    /// <summary>Whether any item is set that has not expired.</summary>
    public bool SetsAnything => _items.Any(change => change.GetItem() is not null);

    /// <summary>These changes and those of a batch, whose conditions hold.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="store">The store's name as it is shown.</param>
    /// <returns>All changes, and the items as set: without versions and times, which they get when they are committed.</returns>
    public (TransactionChanges Changes, IReadOnlyList<KvItem> Items) With(KvBatch batch, string store)
    {
        var after = new TransactionChanges();
        ImmutableSortedSet<Change>.Builder items = _items.ToBuilder();
        ImmutableSortedSet<string>.Builder added = _addedNamespaces.ToBuilder();
        ImmutableSortedSet<string>.Builder deleted = _deletedNamespaces.ToBuilder();
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            items.ExceptWith(Beneath(items.ToImmutable(), namespacePath).ToArray());
            added.ExceptWith(AtAndBeneath(added.ToImmutable(), namespacePath).ToArray());
            deleted.Add(namespacePath);
        }

        after._deletedNamespaces = deleted.ToImmutable();
        foreach (string fullKey in batch.Deletes)
        {
            var change = new Change(fullKey, null);
            items.Remove(change);
            if (!after.Hides(fullKey))
            {
                items.Add(change);
            }
        }

        added.UnionWith(batch.AddedNamespaces);
        KvItem[] written = [.. batch.Sets.Select(set => new KvItem(store, set.FullKey, set.Value) { ExpiresTime = set.ExpiresTime })];
        foreach (KvItem item in written)
        {
            var change = new Change(item.FullKey, item);
            items.Remove(change);
            items.Add(change);
        }

        after._items = items.ToImmutable();
        after._addedNamespaces = added.ToImmutable();
        return (after, written);
    }

    /// <summary>The one batch that all changes come to.</summary>
    public KvBatch ToBatch()
    {
        var batch = new KvBatch();
        foreach (string namespacePath in _deletedNamespaces)
        {
            batch.DeleteNamespace(namespacePath);
        }

        foreach (Change change in _items)
        {
            _ = change.Item is { } item ? batch.Set(item.FullKey, item.Value, item.Expires) : batch.Delete(change.FullKey);
        }

        foreach (string namespacePath in _addedNamespaces)
        {
            batch.AddNamespace(namespacePath);
        }

        return batch;
    }

    /// <summary>Whether the changes alone say what a key holds.</summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="item">The item; null if the changes delete it.</param>
    public bool TryGet(string fullKey, out KvItem? item)
    {
        bool isChanged = _items.TryGetValue(new Change(fullKey, null), out Change change);
        item = isChanged ? change.GetItem() : null;
        return isChanged || Hides(fullKey);
    }

    /// <summary>What is set or deleted in a range, in key order.</summary>
    public IEnumerable<(string FullKey, KvItem? Item)> InRange(KvRange range)
    {
        string first = KvOrder.Instance.Compare(range.Prefix, range.Start) > 0 ? range.Prefix : range.Start;
        return From(_items, new Change(first, null))
            .TakeWhile(change => change.FullKey.StartsWith(range.Prefix, StringComparison.Ordinal))
            .Where(change => range.Contains(change.FullKey))
            .Select(change => (change.FullKey, change.GetItem()));
    }

    /// <summary>Whether what the storage holds at a path, an item or a kept namespace, is deleted with a namespace.</summary>
    public bool Hides(string path)
    {
        if (_deletedNamespaces.IsEmpty)
        {
            return false;
        }

        for (string above = KvPath.GetParent(path); above.Length > 0; above = KvPath.GetParent(above))
        {
            if (_deletedNamespaces.Contains(above))
            {
                return true;
            }
        }

        return _deletedNamespaces.Contains(KvPath.Root);
    }

    /// <summary>Whether the storage's kept namespace of this path is deleted.</summary>
    public bool HidesNamespace(string namespacePath) => _deletedNamespaces.Contains(namespacePath) || Hides(namespacePath);

    /// <summary>The namespaces at and beneath one that are to be kept while empty, in key order.</summary>
    public IEnumerable<string> GetAddedNamespaces(string namespacePath) => AtAndBeneath(_addedNamespaces, namespacePath);

    /// <summary>The children of a namespace that the changes touch, in key order.</summary>
    public IReadOnlyCollection<string> GetTouchedChildren(string namespacePath)
    {
        int start = KvPath.GetPrefix(namespacePath).Length;
        string GetChild(string path) => path.IndexOf(KvPath.Separator, start) is var slash and >= 0 ? path[..slash] : path;
        IEnumerable<string> touched = Beneath(_items, namespacePath).Select(change => change.FullKey)
            .Concat(Beneath(_addedNamespaces, namespacePath))
            .Concat(Beneath(_deletedNamespaces, namespacePath));
        return new SortedSet<string>(touched.Select(GetChild), KvOrder.Instance);
    }

    private static IEnumerable<string> AtAndBeneath(ImmutableSortedSet<string> namespaces, string namespacePath)
    {
        IEnumerable<string> beneath = Beneath(namespaces, namespacePath);
        return namespaces.Contains(namespacePath) ? beneath.Prepend(namespacePath) : beneath;
    }

    private static IEnumerable<Change> Beneath(ImmutableSortedSet<Change> changes, string namespacePath) =>
        From(changes, new Change(KvPath.GetPrefix(namespacePath), null)).TakeWhile(change => KvPath.IsBeneath(change.FullKey, namespacePath));

    private static IEnumerable<string> Beneath(ImmutableSortedSet<string> paths, string namespacePath) =>
        From(paths, KvPath.GetPrefix(namespacePath)).SkipWhile(path => path.Length == 0).TakeWhile(path => KvPath.IsBeneath(path, namespacePath));

    private static IEnumerable<T> From<T>(ImmutableSortedSet<T> all, T first)
    {
        int found = all.IndexOf(first);
        for (int i = found < 0 ? ~found : found; i < all.Count; i++)
        {
            yield return all[i];
        }
    }

    /// <summary>What is to become of a key.</summary>
    /// <param name="FullKey">The full key.</param>
    /// <param name="Item">The item as set; null where it is deleted.</param>
    private readonly record struct Change(string FullKey, KvItem? Item)
    {
        /// <summary>The item as it is seen now; null where it is deleted, or was set with an expiry that has passed.</summary>
        public KvItem? GetItem() => Item is { ExpiresTime: > 0 } && Item.ExpiresTime <= KvTime.Now ? null : Item;
    }
}
