// Copying and moving of items and namespaces, within a store, between stores and between storages. A move is a copy whose
// source goes; this part holds what both need.
namespace KvStore;

/// <summary>Copies or moves an item, a namespace, or a node that is both.</summary>
/// <param name="cancellation">Ends the transfer between two batches; what is committed stays, and a move has deleted nothing then.</param>
public sealed partial class KvTransfer(CancellationToken cancellation)
{
    /// <summary>Told the number of items committed so far.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Told in words what the target cannot keep, namespaces that are empty, and what of a moved source stays although it is empty.</summary>
    public Action<string>? LeftOut { get; init; }

    /// <summary>Copies the item of a path, and with <paramref name="recurse"/> all that lies beneath it.</summary>
    /// <param name="source">What is copied.</param>
    /// <param name="target">The path that it is to have.</param>
    /// <param name="recurse">Whether what lies beneath comes along.</param>
    /// <returns>The number of items copied.</returns>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: a namespace cannot be copied into itself; or a limit of the target is broken.</exception>
    public long Copy(KvEnd source, KvEnd target, bool recurse)
    {
        CheckApart(source, target, recurse, isMove: false);
        PrepareStore(source, target, recurse);
        long count = 0;
        using KvBatchWriter writer = GetWriter(target, changes =>
        {
            count += changes;
            Progress?.Invoke(count);
        });
        foreach (string path in GetKept(source, target, recurse))
        {
            // A namespace may lie where none can be kept (white space at its end): said before any item is written.
            KvPath.CheckKey(path, writer.Limits.MaximumKeySize, $"store '{target.Store}'");
        }

        foreach (KvItem item in GetItems(source, recurse))
        {
            writer.Set(GetTargetKey(source, target, item.FullKey), item.Value, item.Expires);
        }

        writer.Flush();
        KeepNamespaces(source, target, recurse);
        return count;
    }

    private void CheckApart(KvEnd source, KvEnd target, bool recurse, bool isMove)
    {
        // Onto itself a copy by another name changes nothing; everything else overlapping would be lost or never end.
        bool isSame = source.Path == target.Path && source.Store.Equals(target.Store, StringComparison.OrdinalIgnoreCase);
        bool mayOverlap = recurse && target.IsNamedAtOrBeneath(source);
        bool isShared = (isSame && !isMove) || !(isSame || mayOverlap) ? source.SharesStoreWith(target) : source.IsFoundToShareStoreWith(target, cancellation);
        if (isShared && isSame)
        {
            throw new KvException(KvError.InvalidPath, $"'{KvPath.ToAbsolute(source.Path)}' cannot be copied or moved onto itself. Give another target.", source.Path);
        }

        if (isShared && mayOverlap)
        {
            throw new KvException(KvError.InvalidPath, $"'{KvPath.ToAbsolute(source.Path)}' cannot be copied or moved into itself. Give a target outside of it.", source.Path);
        }
    }

    // A whole store brings its own limits along, and stays while empty if it did.
    private void PrepareStore(KvEnd source, KvEnd target, bool recurse)
    {
        bool isWhole = recurse && source.Path.Length == 0 && target.Path.Length == 0;
        if (isWhole && target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyStores)
            && source.Storage.GetStore(source.Store, cancellation) is { } info && (info.IsKept || info.Limits != KvLimits.Default)
            && target.Storage.GetStore(target.Store, cancellation) is null)
        {
            target.Storage.CreateStore(target.Store, info.Limits.Within(target.Storage.Limits), cancellation);
        }
    }

    private KvBatchWriter GetWriter(KvEnd target, Action<int>? committed = null) => new(target.Storage, target.Store, cancellation)
    {
        Committed = committed,
    };

    private static string GetTargetKey(KvEnd source, KvEnd target, string fullKey) =>
        fullKey == source.Path ? target.Path : KvPath.Join(target.Path, KvPath.GetRelative(fullKey, source.Path));

    private IEnumerable<KvItem> GetItems(KvEnd source, bool recurse)
    {
        if (KvPath.IsKey(source.Path) && source.Storage.Get(source.Store, source.Path, cancellation) is { } item)
        {
            yield return item;
        }

        if (recurse)
        {
            foreach (KvItem beneath in source.Storage.Scan(source.Store, KvRange.Beneath(source.Path), cancellation))
            {
                yield return beneath;
            }
        }
    }

    private IEnumerable<string> GetKept(KvEnd source, KvEnd target, bool recurse) =>
        target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces)
            ? source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation)
                .Where(path => recurse || path == source.Path)
                .Select(path => GetTargetKey(source, target, path))
                .Where(path => path.Length > 0)
            : [];

    private void KeepNamespaces(KvEnd source, KvEnd target, bool recurse)
    {
        var parts = new BatchParts(target.Storage, target.Store, cancellation);
        foreach (string path in GetKept(source, target, recurse))
        {
            parts.AddNamespace(path);
        }

        parts.Flush();
        if (target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces) || LeftOut is null)
        {
            return;
        }

        foreach (string path in source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation).Where(path => recurse || path == source.Path))
        {
            if (!KvSearch.HasChildren(source.Storage, source.Store, path, cancellation))
            {
                LeftOut($"Namespace '{KvPath.ToAbsolute(path)}' is empty, and storage '{target.Storage.Description}' keeps no empty namespaces.");
            }
        }
    }
}
