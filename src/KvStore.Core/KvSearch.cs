// Finding items and namespaces by reading no more than the answer needs: levels by seeking, patterns by what they begin with.
namespace KvStore;

/// <summary>Searches of a store, built on the storage contract alone. All are lazy.</summary>
public static class KvSearch
{
    /// <summary>The items of a namespace itself, not of those beneath it, in key order.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public static IEnumerable<KvItem> GetItems(KvStorage storage, string store, string namespacePath, CancellationToken cancellation) =>
        storage.GetChildren(store, namespacePath, cancellation).Select(node => node.Item).OfType<KvItem>();

    /// <summary>The nodes beneath a namespace down to a depth, each once.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="depth">0 for the children, 1 for theirs too, and so on.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public static IEnumerable<KvNode> GetNodes(KvStorage storage, string store, string namespacePath, int depth, CancellationToken cancellation)
    {
        if (depth == 0)
        {
            return storage.GetChildren(store, namespacePath, cancellation);
        }

        IEnumerable<KvNode> nodes = ChildScan.GetNodes(namespacePath, depth, range => storage.Scan(store, range, cancellation));
        IEnumerable<string> kept = storage.GetKeptNamespaces(store, namespacePath, cancellation).Where(path => path != namespacePath);
        return ChildScan.WithKept(nodes, namespacePath, kept, depth);
    }

    /// <summary>The item of a path, and whether the path is a namespace; null if it is neither.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="path">The path in the store, as it is: one that no item can have may still be a namespace.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public static KvNode? FindNode(KvStorage storage, string store, string path, CancellationToken cancellation)
    {
        KvItem? item = KvPath.IsKey(path) ? storage.Get(store, path, cancellation) : null;
        bool isNamespace = IsNamespace(storage, store, path, cancellation);
        return item is null && !isNamespace ? null : new KvNode(path, item, isNamespace);
    }

    /// <summary>Whether anything lies beneath a path, or it is a namespace kept while empty.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="path">The path in the store; empty for the root.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public static bool IsNamespace(KvStorage storage, string store, string path, CancellationToken cancellation) =>
        KvPath.IsNamespace(path)
        && (HasChildren(storage, store, path, cancellation)
            || (storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces) && storage.GetKeptNamespaces(store, path, cancellation).Any()));

    /// <summary>Whether any item lies beneath a path.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="path">The path in the store; empty for the root.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public static bool HasChildren(KvStorage storage, string store, string path, CancellationToken cancellation) =>
        storage.Scan(store, KvRange.Beneath(path) with { Limit = 1, KeysOnly = true }, cancellation).Any();

    /// <summary>The items beneath a namespace whose relative key a pattern fits, component by component.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="pattern">The pattern; its literal parts are looked up, not searched.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public static IEnumerable<KvItem> FindItems(KvStorage storage, string store, string namespacePath, KvKeyPattern pattern, CancellationToken cancellation) =>
        Find(storage, store, namespacePath, pattern, level: 0, cancellation);

    /// <summary>All namespaces beneath one, those above before those below.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public static IEnumerable<string> GetNamespaces(KvStorage storage, string store, string namespacePath, CancellationToken cancellation)
    {
        int prefixLength = KvPath.GetPrefix(namespacePath).Length;
        string previous = "";
        foreach (string path in GetKeysAndKept(storage, store, namespacePath, cancellation))
        {
            // What lies beneath a namespace stands together: one that the key before did not lie in has not been shown.
            for (int slash = path.IndexOf(KvPath.Separator, prefixLength); slash >= 0; slash = path.IndexOf(KvPath.Separator, slash + 1))
            {
                if (!previous.AsSpan().StartsWith(path.AsSpan(0, slash + 1), StringComparison.Ordinal))
                {
                    yield return path[..slash];
                }
            }

            previous = path;
        }
    }

    /// <summary>
    /// The children of a namespace whose name begins in one way: of a million children only those are read. A namespace
    /// that is only kept while empty comes if <paramref name="beginning"/> is empty.
    /// </summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="beginning">What the names begin with; empty for all.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public static IEnumerable<KvNode> GetChildren(KvStorage storage, string store, string namespacePath, string beginning, CancellationToken cancellation)
    {
        if (beginning.Length == 0)
        {
            return storage.GetChildren(store, namespacePath, cancellation);
        }

        string prefix = KvPath.GetPrefix(namespacePath) + beginning;
        return ChildScan.GetChildren(
            namespacePath,
            range => storage.Scan(store, range.Prefix.StartsWith(prefix, StringComparison.Ordinal) ? range : range with { Prefix = prefix }, cancellation));
    }

    private static IEnumerable<KvItem> Find(KvStorage storage, string store, string namespacePath, KvKeyPattern pattern, int level, CancellationToken cancellation)
    {
        KvComponentPattern component = pattern.Components[level];
        bool isLast = level == pattern.Components.Count - 1;
        if (component.Matcher is null)
        {
            string path = KvPath.Join(namespacePath, component.Literal);
            return !isLast ? Find(storage, store, path, pattern, level + 1, cancellation)
                : storage.Get(store, path, cancellation) is { } item ? [item]
                : [];
        }

        IEnumerable<KvNode> fitting = GetChildren(storage, store, namespacePath, component.Literal, cancellation).Where(node => component.IsMatch(node.Name));
        return isLast
            ? fitting.Select(node => node.Item).OfType<KvItem>()
            : fitting.Where(node => node.IsNamespace).SelectMany(node => Find(storage, store, node.Path, pattern, level + 1, cancellation));
    }

    // Kept namespaces with a slash behind them, and keys, in one order.
    private static IEnumerable<string> GetKeysAndKept(KvStorage storage, string store, string namespacePath, CancellationToken cancellation)
    {
        var kept = new Queue<string>(
            storage.GetKeptNamespaces(store, namespacePath, cancellation).Where(path => path != namespacePath).Select(KvPath.GetPrefix).Order(KvOrder.Instance));
        foreach (KvItem item in storage.Scan(store, KvRange.Beneath(namespacePath) with { KeysOnly = true }, cancellation))
        {
            while (kept.TryPeek(out string? path) && KvOrder.Instance.Compare(path, item.FullKey) < 0)
            {
                yield return kept.Dequeue();
            }

            yield return item.FullKey;
        }

        foreach (string path in kept)
        {
            yield return path;
        }
    }
}
