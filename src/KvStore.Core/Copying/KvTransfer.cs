// Copying and moving of items and namespaces, within a store, between stores and between storages. A move is never a loss:
// the source is deleted only behind the commit at the target, and within one store both are one batch where it fits.
namespace KvStore;

/// <summary>Copies or moves an item, a namespace, or a node that is both.</summary>
/// <param name="cancellation">Ends the transfer between two batches; what is committed stays, and a move has deleted nothing then.</param>
public sealed class KvTransfer(CancellationToken cancellation)
{
    /// <summary>The most changes of a move that is one batch; a larger one is copied in batches and deleted behind them.</summary>
    public const int MaximumAtomicCount = 20_000;

    private const int MaximumPasses = 10;

    /// <summary>Told the number of items committed so far.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Told in words what the target cannot keep: namespaces that are empty.</summary>
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
        KvBatchWriter writer = GetWriter(target, changes =>
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

    /// <summary>Moves the item of a path and all that lies beneath it.</summary>
    /// <param name="source">What is moved.</param>
    /// <param name="target">The path that it is to have.</param>
    /// <returns>The number of items moved.</returns>
    /// <exception cref="KvException">As <see cref="Copy"/>; the source is whole then.</exception>
    public long Move(KvEnd source, KvEnd target)
    {
        CheckApart(source, target, recurse: true, isMove: true);
        if (source.Storage is ReadOnlyStorage)
        {
            // Refused before anything is copied, in its own words.
            source.Storage.Commit(source.Store, new KvBatch(), cancellation);
        }

        if (source.SharesStoreWith(target) && TryMoveAtOnce(source, target) is { } moved)
        {
            Progress?.Invoke(moved);
            return moved;
        }

        long count = Copy(source, target, recurse: true);
        DeleteCopied(source, target);
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
        Refused = e => throw e,
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

    private long? TryMoveAtOnce(KvEnd source, KvEnd target)
    {
        int maximum = Math.Min(MaximumAtomicCount, source.Storage.MaximumBatchCount);
        KvItem[] items = [.. GetItems(source, recurse: true).Take(maximum)];
        string[] kept = [.. GetKept(source, target, recurse: true).Take(maximum)];

        // Key by key, so that what another writer adds meanwhile stays; only namespaces that are kept go as such.
        var batch = new KvBatch();
        if (source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation).Any())
        {
            batch.DeleteNamespace(source.Path);
        }

        foreach (KvItem item in items)
        {
            batch.Delete(item.FullKey);
        }

        foreach (KvItem item in items)
        {
            batch.Set(GetTargetKey(source, target, item.FullKey), item.Value, item.Expires);
            batch.RequireUnchanged(item, source.Storage.Capabilities);
        }

        foreach (string path in kept)
        {
            batch.AddNamespace(path);
        }

        if (items.Length == maximum || kept.Length == maximum || batch.Count > maximum)
        {
            return null;
        }

        // What was changed since it was read must not be lost: where it can be checked, the move begins again.
        return source.Storage.Commit(source.Store, batch, cancellation).Succeeded ? items.Length : TryMoveAtOnce(source, target);
    }

    // Nothing is deleted that the target was not just found to have: what changed or came meanwhile is copied and compared again.
    private void DeleteCopied(KvEnd source, KvEnd target)
    {
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            DeleteEqual(source, target);
            if (!GetItems(source, recurse: true).Any())
            {
                DeleteEmpty(source);
                return;
            }
        }

        throw new KvException(
            KvError.CopyDiffers,
            $"'{KvPath.ToAbsolute(source.Path)}' of store '{source.Store}' was copied, but is being changed again and again; what was not yet deleted there stays. Move it again when its writers rest.",
            source.Path);
    }

    private void DeleteEqual(KvEnd source, KvEnd target)
    {
        KvBatchWriter writer = GetWriter(target);
        var deletes = new BatchParts(source.Storage, source.Store, cancellation);
        foreach ((KvItem item, KvItem? copied) in ItemPairs.Of(GetItems(source, recurse: true), GetItems(target, recurse: true), fullKey => GetTargetKey(source, target, fullKey)))
        {
            if (ItemPairs.AreEqual(item, copied))
            {
                // What is no longer so is not deleted; the next pass sees to it.
                deletes.DeleteUnchanged(item);
            }
            else
            {
                writer.Set(GetTargetKey(source, target, item.FullKey), item.Value, item.Expires);
            }
        }

        writer.Flush();
        deletes.Flush();
    }

    private void DeleteEmpty(KvEnd source)
    {
        if (source.Path.Length == 0)
        {
            source.Storage.RemoveStore(source.Store, cancellation);
        }
        else if (source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation).Any())
        {
            source.Storage.Commit(source.Store, new KvBatch().DeleteNamespace(source.Path), cancellation);
        }
    }
}
