// Lists one level of a store that may hold millions of keys, by seeking from child to child.
namespace KvStore;

/// <summary>
/// Lists one level of a store by seeking from child to child, for storages that can serve the seeks better than by
/// <see cref="KvStorage.Scan"/>: from one snapshot, or with statements that are kept.
/// </summary>
public static class ChildScan
{
    // The character behind '/': every key beneath "a/" sorts before "a0", which is therefore where the next child begins.
    private const char BehindSeparator = '0';

    /// <summary>The children of a namespace, in key order, each once.</summary>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="scan">The items of a range of the store, lazily; scans may be nested.</param>
    public static IEnumerable<KvNode> GetChildren(string namespacePath, Func<KvRange, IEnumerable<KvItem>> scan) =>
        GetNodes(namespacePath, depth: 0, scan);

    /// <summary>The nodes beneath a namespace down to a depth, in key order, each once.</summary>
    /// <param name="namespacePath">The namespace; empty for the root.</param>
    /// <param name="depth">0 for the children, 1 for theirs too, and so on; what lies deeper is skipped by seeking.</param>
    /// <param name="scan">The items of a range of the store, lazily; scans may be nested.</param>
    public static IEnumerable<KvNode> GetNodes(string namespacePath, int depth, Func<KvRange, IEnumerable<KvItem>> scan)
    {
        KvRange range = KvRange.Beneath(namespacePath);

        // Between "a" and "a/b" others may stand ("a-b"): the items already shown as namespaces, each a prefix of the next.
        var shown = new Stack<string>();
        string previous = "";
        IEnumerator<KvItem> items = scan(range).GetEnumerator();
        try
        {
            bool found = items.MoveNext();
            while (found)
            {
                KvItem item = items.Current;
                string? skipped = null;
                int level = 0;
                for (int slash = item.FullKey.IndexOf(KvPath.Separator, range.Prefix.Length); slash >= 0 && skipped is null; slash = item.FullKey.IndexOf(KvPath.Separator, slash + 1))
                {
                    // What lies beneath a namespace stands together: one that the key before did not lie in is new.
                    string path = item.FullKey[..slash];
                    if (!previous.AsSpan().StartsWith(item.FullKey.AsSpan(0, slash + 1), StringComparison.Ordinal) && !WasShown(shown, path))
                    {
                        yield return new KvNode(path, item: null, isNamespace: true);
                    }

                    skipped = level++ == depth ? path : null;
                }

                previous = item.FullKey;
                if (skipped is not null)
                {
                    items.Dispose();
                    items = scan(range with { Start = skipped + BehindSeparator }).GetEnumerator();
                    found = items.MoveNext();
                    continue;
                }

                found = items.MoveNext();
                bool isNamespace = found && HasChildren(item.FullKey, items.Current.FullKey, scan);
                if (isNamespace)
                {
                    shown.Push(item.FullKey);
                }

                yield return new KvNode(item.FullKey, item, isNamespace);
            }
        }
        finally
        {
            items.Dispose();
        }
    }

    /// <summary>Merges the children that are only kept while empty into those found by their keys.</summary>
    /// <param name="nodes">The children found by their keys, in key order.</param>
    /// <param name="namespacePath">The namespace that is listed.</param>
    /// <param name="keptBeneath">The kept namespaces beneath it, in key order.</param>
    /// <param name="depth">How deep the nodes go, as for <see cref="GetNodes"/>.</param>
    public static IEnumerable<KvNode> WithKept(IEnumerable<KvNode> nodes, string namespacePath, IEnumerable<string> keptBeneath, int depth = 0)
    {
        int prefixLength = KvPath.GetPrefix(namespacePath).Length;
        var kept = new SortedSet<string>(keptBeneath.SelectMany(path => GetLevels(path, prefixLength).Take(depth == int.MaxValue ? depth : depth + 1)), KvOrder.Instance);

        // A namespace found by its keys comes where "path/" sorts, behind items such as "path-b": it may have been shown as kept.
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (KvNode node in nodes)
        {
            while (kept.Min is { } first && KvOrder.Instance.Compare(first, node.Path) < 0)
            {
                kept.Remove(first);
                shown.Add(first);
                yield return new KvNode(first, item: null, isNamespace: true);
            }

            if (!shown.Contains(node.Path))
            {
                yield return kept.Remove(node.Path) && !node.IsNamespace ? new KvNode(node.Path, node.Item, isNamespace: true) : node;
            }
        }

        foreach (string path in kept)
        {
            yield return new KvNode(path, item: null, isNamespace: true);
        }
    }

    // The path of each namespace on the way from the one that is listed to this one, which comes last.
    private static IEnumerable<string> GetLevels(string path, int prefixLength)
    {
        for (int slash = path.IndexOf(KvPath.Separator, prefixLength); slash >= 0; slash = path.IndexOf(KvPath.Separator, slash + 1))
        {
            yield return path[..slash];
        }

        yield return path;
    }

    private static bool WasShown(Stack<string> shown, string path)
    {
        while (shown.TryPeek(out string? last) && !path.StartsWith(last, StringComparison.Ordinal))
        {
            shown.Pop();
        }

        return shown.Contains(path);
    }

    private static bool HasChildren(string fullKey, string nextKey, Func<KvRange, IEnumerable<KvItem>> scan)
    {
        if (!nextKey.StartsWith(fullKey, StringComparison.Ordinal) || nextKey[fullKey.Length] > KvPath.Separator)
        {
            return false;
        }

        return nextKey[fullKey.Length] == KvPath.Separator
            || scan(KvRange.Beneath(fullKey) with { Limit = 1, KeysOnly = true }).Any();
    }
}
