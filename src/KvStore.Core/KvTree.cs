// A store as a picture: what a person asks of it is where the items are and what weighs much, without paging through them.
namespace KvStore;

/// <summary>A node of a tree, with what lies beneath it.</summary>
/// <param name="Node">The item, the namespace, or both at once.</param>
/// <param name="IsLast">For each level from the top down to the node's own, whether the node there is the last of its siblings.</param>
/// <param name="Items">The number of items beneath the node, at any depth, its own not counted.</param>
/// <param name="Size">The bytes (UTF-8) of their values.</param>
public sealed record KvTreeNode(KvNode Node, IReadOnlyList<bool> IsLast, long Items, long Size)
{
    /// <summary>The bytes (UTF-8) of the node's own value; null if it is only a namespace.</summary>
    public long? ValueSize => Node.Item is { } item ? KvPath.GetSize(item.Value) : null;
}

/// <summary>Walks the nodes beneath a namespace with counts and sizes, holding no more than one node of each level.</summary>
/// <param name="storage">The storage.</param>
/// <param name="store">The store's name.</param>
/// <param name="cancellation">Ends the walk.</param>
public sealed class KvTree(KvStorage storage, string store, CancellationToken cancellation)
{
    private readonly KvStorage _storage = CheckedStorage.Wrap(storage);
    private long _read;

    /// <summary>Told the number of items read so far, after each.</summary>
    public Action<long>? Read { get; init; }

    /// <summary>
    /// The nodes beneath a namespace, lazily, each before those beneath it. An item is read once for each namespace above it
    /// that is shown: to hold a large namespace until its sum is known would cost memory without bound.
    /// </summary>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="depth">0 for the children, 1 for theirs too, and so on. Sums are of all that lies beneath, whatever the depth.</param>
    public IEnumerable<KvTreeNode> Walk(string namespacePath, int depth) => Walk(namespacePath, depth, []);

    private IEnumerable<KvTreeNode> Walk(string namespacePath, int depth, bool[] above)
    {
        foreach ((KvNode node, bool isLast) in WithLast(_storage.GetChildren(store, namespacePath, cancellation)))
        {
            bool[] levels = [.. above, isLast];
            (long items, long size) = node.IsNamespace ? Sum(node.Path) : (0, 0);
            yield return new KvTreeNode(node, levels, items, size);
            if (!node.IsNamespace || depth == 0)
            {
                continue;
            }

            foreach (KvTreeNode beneath in Walk(node.Path, depth - 1, levels))
            {
                yield return beneath;
            }
        }
    }

    private (long Items, long Size) Sum(string namespacePath)
    {
        (long items, long size) = (0, 0);
        foreach (KvItem item in _storage.Scan(store, KvRange.Beneath(namespacePath), cancellation))
        {
            items++;
            size += KvPath.GetSize(item.Value);
            Read?.Invoke(++_read);
        }

        return (items, size);
    }

    private static IEnumerable<(KvNode Node, bool IsLast)> WithLast(IEnumerable<KvNode> nodes)
    {
        KvNode? waiting = null;
        foreach (KvNode node in nodes)
        {
            if (waiting is not null)
            {
                yield return (waiting, false);
            }

            waiting = node;
        }

        if (waiting is not null)
        {
            yield return (waiting, true);
        }
    }
}
