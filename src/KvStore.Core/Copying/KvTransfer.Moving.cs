// Moving. It is never a loss: the source is deleted only behind the commit at the target, and only what was found there; within
// one store both are one batch where it fits.
namespace KvStore;

public sealed partial class KvTransfer
{
    /// <summary>The most changes of a move that is one batch; a larger one is copied in batches and deleted behind them.</summary>
    public const int MaximumAtomicCount = 20_000;

    private const int MaximumPasses = 10;

    /// <summary>Moves the item of a path and all that lies beneath it. What others write there meanwhile is moved too, or stays; it is never lost.</summary>
    /// <param name="source">What is moved.</param>
    /// <param name="target">The path that it is to have.</param>
    /// <returns>The number of items moved.</returns>
    /// <exception cref="KvException">As <see cref="Copy"/>; the source is whole then. <see cref="KvError.CopyDiffers"/>: others change the source all the time, and what they changed stays there.</exception>
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

    private static bool HasTransactions(KvEnd end) => end.Storage.Capabilities.HasFlag(KvCapabilities.Transactions);

    // Null where it does not fit into one batch, or others change what is moved each time.
    private long? TryMoveAtOnce(KvEnd source, KvEnd target)
    {
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            Pause(pass);
            if (Collect(source, target) is not var (batch, count))
            {
                return null;
            }

            try
            {
                if (source.Storage.Commit(source.Store, batch, cancellation).Succeeded)
                {
                    return count;
                }
            }
            catch (KvException e) when (e.Error == KvError.BatchTooLarge)
            {
                // A limit that only the storage's server knows; nothing was written.
                return null;
            }
        }

        return null;
    }

    private (KvBatch Batch, int Count)? Collect(KvEnd source, KvEnd target)
    {
        int maximum = Math.Min(MaximumAtomicCount, source.Storage.MaximumBatchCount);
        var batch = new KvBatch();
        bool hasKept = source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation).Any();
        if (hasKept)
        {
            if (!HasTransactions(source))
            {
                return null;
            }

            // A namespace goes with all that lies beneath it by then: only a store in which nothing has happened holds no more than was read.
            batch.RequireRevision(source.Storage.GetRevision(source.Store, cancellation)).DeleteNamespace(source.Path);
        }

        var items = new List<KvItem>();
        long size = 0;
        foreach (KvItem item in GetItems(source, recurse: true))
        {
            items.Add(item);
            size += KvPath.GetSize(item.FullKey) + KvPath.GetSize(GetTargetKey(source, target, item.FullKey)) + KvPath.GetSize(item.Value);
            if (2 * items.Count > maximum || (items.Count > 1 && size > source.Storage.MaximumBatchSize))
            {
                return null;
            }

            // Key by key, so that what another writer adds meanwhile stays.
            batch.Delete(item.FullKey);
        }

        // Behind the deletes: an item may take the key that another leaves.
        foreach (KvItem item in items)
        {
            batch.Set(GetTargetKey(source, target, item.FullKey), item.Value, item.Expires);
            if (!hasKept)
            {
                batch.RequireUnchanged(item, source.Storage.Capabilities);
            }
        }

        foreach (string path in GetKept(source, target, recurse: true).Take(maximum))
        {
            batch.AddNamespace(path);
        }

        return batch.Count <= maximum ? (batch, items.Count) : null;
    }

    // Nothing is deleted that the target was not just found to have: what changed or came meanwhile is copied and compared again.
    private void DeleteCopied(KvEnd source, KvEnd target)
    {
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            Pause(pass);
            DeleteEqual(source, target);
            if (TryDeleteEmpty(source, target))
            {
                return;
            }
        }

        if (HasItems(source))
        {
            throw new KvException(
                KvError.CopyDiffers,
                $"'{KvPath.ToAbsolute(source.Path)}' of store '{source.Store}' was copied, but is being changed again and again; what was not yet deleted there stays. Move it again when its writers rest.",
                source.Path);
        }

        TellStays(source, "the store is being changed again and again, and what is written there meanwhile must not go with it");
    }

    private void DeleteEqual(KvEnd source, KvEnd target)
    {
        using KvBatchWriter writer = GetWriter(target);
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

    // What stays while empty goes last, and only from a store in which nothing has happened since it was seen to be empty.
    private bool TryDeleteEmpty(KvEnd source, KvEnd target)
    {
        long? revision = HasTransactions(source) ? source.Storage.GetRevision(source.Store, cancellation) : null;
        if (HasItems(source) || KeepMissing(source, target))
        {
            return false;
        }

        bool isWhole = source.Path.Length == 0;
        bool stays = isWhole
            ? source.Storage.GetStore(source.Store, cancellation) is not null
            : source.Storage.GetKeptNamespaces(source.Store, source.Path, cancellation).Any();
        if (!stays)
        {
            return true;
        }

        if (revision is not { } required)
        {
            TellStays(source, $"storage '{source.Storage.Description}' lacks the capability {KvCapabilities.Transactions}, and could not tell what is written there meanwhile");
            return true;
        }

        if (!source.Storage.Commit(source.Store, new KvBatch().DeleteNamespace(source.Path).RequireRevision(required), cancellation).Succeeded)
        {
            return false;
        }

        // Of removing a store that stays while empty nothing can be required: what comes between that commit and this call goes with it.
        if (isWhole && source.Storage.GetStore(source.Store, cancellation) is not null)
        {
            source.Storage.RemoveStore(source.Store, cancellation);
        }

        return true;
    }

    // Namespaces that were made since the copy.
    private bool KeepMissing(KvEnd source, KvEnd target)
    {
        bool isAnyMissing = GetKept(source, target, recurse: true).Except(target.Storage.GetKeptNamespaces(target.Store, target.Path, cancellation), StringComparer.Ordinal).Any();
        if (isAnyMissing)
        {
            KeepNamespaces(source, target, recurse: true);
        }

        return isAnyMissing;
    }

    private bool HasItems(KvEnd end) => GetItems(end, recurse: true).Any();

    private void TellStays(KvEnd source, string reason) => LeftOut?.Invoke(
        $"{(source.Path.Length == 0 ? $"Store '{source.Store}'" : $"Namespace '{KvPath.ToAbsolute(source.Path)}' of store '{source.Store}'")} was moved and is empty, but stays: {reason}. Remove it when its writers rest.");

    // A random part keeps two that met once from meeting again.
    private void Pause(int pass)
    {
        if (pass > 0)
        {
            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1 << pass) * Random.Shared.NextDouble());
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
