// Copying and moving of items and namespaces, within a store, between stores and between storages. A move is never a loss:
// the source is deleted only behind the commit at the target, and within one store both are one batch where it fits.
namespace KvStore;

/// <summary>One end of a transfer: a path in a store of a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Store">The store's name.</param>
/// <param name="Path">The path of an item or namespace; empty for the whole store.</param>
public sealed record KvEnd(KvStorage Storage, string Store, string Path)
{
    /// <summary>Whether both ends lie in the same store of the same storage object.</summary>
    internal bool SharesStoreWith(KvEnd other) => ReferenceEquals(Storage, other.Storage) && Store.Equals(other.Store, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this end is the other, or lies beneath it.</summary>
    internal bool IsAtOrBeneath(KvEnd other) => SharesStoreWith(other) && (Path == other.Path || KvPath.IsBeneath(Path, other.Path));
}

/// <summary>Copies or moves an item, a namespace, or a node that is both.</summary>
/// <param name="cancellation">Ends the transfer between two batches; what is committed stays, and a move has deleted nothing then.</param>
public sealed class KvTransfer(CancellationToken cancellation)
{
    /// <summary>The most changes of a move that is one batch; a larger one is copied in batches and deleted behind them.</summary>
    public const int MaximumAtomicCount = 20_000;

    /// <summary>Told the number of items committed so far.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Copies the item of a path, and with <paramref name="recurse"/> all that lies beneath it.</summary>
    /// <param name="source">What is copied.</param>
    /// <param name="target">The path that it is to have.</param>
    /// <param name="recurse">Whether what lies beneath comes along.</param>
    /// <returns>The number of items copied.</returns>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: a namespace cannot be copied into itself; or a limit of the target is broken.</exception>
    public long Copy(KvEnd source, KvEnd target, bool recurse)
    {
        CheckApart(source, target, recurse);
        long count = 0;
        var writer = new KvBatchWriter(target.Storage, target.Store, cancellation)
        {
            Refused = e => throw e,
            Committed = changes => Progress?.Invoke(count += changes),
        };
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
        CheckApart(source, target, recurse: true);
        if (source.SharesStoreWith(target) && TryMoveAtOnce(source, target) is { } moved)
        {
            Progress?.Invoke(moved);
            return moved;
        }

        long count = Copy(source, target, recurse: true);
        Delete(source);
        return count;
    }

    private static void CheckApart(KvEnd source, KvEnd target, bool recurse)
    {
        if (source.SharesStoreWith(target) && source.Path == target.Path)
        {
            throw new KvException(KvError.InvalidPath, $"'{KvPath.ToAbsolute(source.Path)}' cannot be copied or moved onto itself. Give another target.", source.Path);
        }

        if (recurse && target.IsAtOrBeneath(source))
        {
            throw new KvException(KvError.InvalidPath, $"'{KvPath.ToAbsolute(source.Path)}' cannot be copied or moved into itself. Give a target outside of it.", source.Path);
        }
    }

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
        foreach (string[] part in GetKept(source, target, recurse).Chunk(Math.Min(KvBatchWriter.MaximumCount, target.Storage.MaximumBatchCount)))
        {
            target.Storage.Commit(target.Store, part.Aggregate(new KvBatch(), (batch, path) => batch.AddNamespace(path)), cancellation);
        }
    }

    private long? TryMoveAtOnce(KvEnd source, KvEnd target)
    {
        int maximum = Math.Min(MaximumAtomicCount, source.Storage.MaximumBatchCount);
        KvItem[] items = [.. GetItems(source, recurse: true).Take(maximum)];
        string[] kept = [.. GetKept(source, target, recurse: true).Take(maximum)];
        KvBatch batch = Deleting(source);
        foreach (KvItem item in items)
        {
            batch.Set(GetTargetKey(source, target, item.FullKey), item.Value, item.Expires);
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
        if (source.Storage.Capabilities.HasFlag(KvCapabilities.Conditions))
        {
            foreach (KvItem item in items.Where(item => item.Version is not null))
            {
                batch.RequireVersion(item.FullKey, item.Version!.Value);
            }
        }

        return source.Storage.Commit(source.Store, batch, cancellation).Succeeded ? items.Length : TryMoveAtOnce(source, target);
    }

    private static KvBatch Deleting(KvEnd source)
    {
        KvBatch batch = new KvBatch().DeleteNamespace(source.Path);
        return KvPath.IsKey(source.Path) ? batch.Delete(source.Path) : batch;
    }

    private void Delete(KvEnd source)
    {
        if (source.Path.Length == 0)
        {
            source.Storage.RemoveStore(source.Store, cancellation);
        }
        else
        {
            source.Storage.Commit(source.Store, Deleting(source), cancellation).ThrowIfFailed();
        }
    }
}
