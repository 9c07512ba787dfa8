// Moving to another storage must be safe to begin, to break off and to begin again: only what differs is written, and in
// the end both sides are read and compared.
namespace KvStore;

/// <summary>
/// Copies stores from one storage to another, streaming. What the target has beyond the source stays. A copy that broke off
/// is resumed by running it again: what is equal already is not written.
/// </summary>
/// <param name="from">The storage that is read.</param>
/// <param name="to">The storage that is written.</param>
/// <param name="cancellation">Ends a copy between two batches; what is committed stays.</param>
public sealed class KvCopy(KvStorage from, KvStorage to, CancellationToken cancellation)
{
    private readonly KvStorage _from = CheckedStorage.Wrap(from);
    private readonly KvStorage _to = CheckedStorage.Wrap(to);

    /// <summary>Told the number of items of the store that were compared so far, after each.</summary>
    public Action<long>? Compared { get; init; }

    /// <summary>What of a store the target cannot take as it is: nothing is written while there is any.</summary>
    /// <param name="store">The store's name.</param>
    /// <returns>An error for each item that breaks a limit of the target or needs what it lacks, lazily; empty without reading an item where the target's limits are no smaller.</returns>
    /// <exception cref="KvException"><see cref="KvError.StoreNotFound"/>: the source has no such store.</exception>
    public IEnumerable<KvException> FindObstacles(string store)
    {
        KvStoreInfo source = GetSource(store);
        KvLimits limits = _to.GetLimits(source.Name, source.Limits, cancellation);
        bool fits = source.Limits.Within(limits) == source.Limits;
        bool mayExpire = _from.Capabilities.HasFlag(KvCapabilities.Expiry) && !_to.Capabilities.HasFlag(KvCapabilities.Expiry);
        return fits && !mayExpire ? [] : FindObstacles(source, limits);
    }

    /// <summary>Copies one store and compares the outcome.</summary>
    /// <param name="store">The store's name.</param>
    /// <exception cref="KvException">
    /// <see cref="KvError.StoreNotFound"/>; the first obstacle of <see cref="FindObstacles(string)"/>, and nothing was written; or
    /// <see cref="KvError.CopyDiffers"/>: the target differs afterwards, because one of the two was changed meanwhile.
    /// </exception>
    public KvCopyResult CopyStore(string store)
    {
        KvStoreInfo source = GetSource(store);
        if (FindObstacles(store).FirstOrDefault() is { } obstacle)
        {
            throw obstacle;
        }

        List<string> leftOut = Prepare(source);
        long written = WriteDifferences(source.Name);
        KeepHistoryPeriod(source, leftOut);
        KvDigest sourceDigest = KvDigest.Of(_from.Scan(source.Name, KvRange.All, cancellation));
        KvDigest targetDigest = KvDigest.Of(Pair(source.Name).Select(pair => pair.Existing).OfType<KvItem>());
        return sourceDigest == targetDigest
            ? new KvCopyResult(source.Name, sourceDigest.Count, written, sourceDigest.Text, leftOut)
            : throw new KvException(
                KvError.CopyDiffers,
                $"Store '{source.Name}' differs after the copy: {sourceDigest.Count} items (digest {sourceDigest.Text[..12]}…) in '{_from.Description}', "
                    + $"{targetDigest.Count} of them (digest {targetDigest.Text[..12]}…) in '{_to.Description}'. One of the two was changed meanwhile; run the copy again.",
                source.Name);
    }

    private KvStoreInfo GetSource(string store)
    {
        KvPath.CheckStoreName(store);
        if (ReferenceEquals(DelegatingStorage.GetInnermost(_from), DelegatingStorage.GetInnermost(_to)))
        {
            throw new KvException(
                KvError.InvalidConfiguration,
                $"'{_from.Description}' is both the source and the target; nothing was copied. Name two storages; within one, Copy-Item copies from store to store on a kv drive.",
                store);
        }

        return _from.GetStore(store, cancellation) ?? throw _from.StoreNotFound(store);
    }

    private IEnumerable<KvException> FindObstacles(KvStoreInfo source, KvLimits limits)
    {
        string owner = $"store '{source.Name}' in storage '{_to.Description}'";
        foreach (KvItem item in _from.Scan(source.Name, KvRange.All, cancellation))
        {
            if (FindObstacle(item, limits, owner) is { } obstacle)
            {
                yield return obstacle;
            }
        }
    }

    private KvException? FindObstacle(KvItem item, KvLimits limits, string owner)
    {
        try
        {
            limits.Check(item.FullKey, item.Value, owner);
        }
        catch (KvException e)
        {
            return e;
        }

        return item.Expires is not null && !_to.Capabilities.HasFlag(KvCapabilities.Expiry)
            ? new KvException(KvError.NotSupported, $"Item '{KvException.Shorten(item.FullKey)}' expires, and storage '{_to.Description}' lacks the capability {KvCapabilities.Expiry}.", item.FullKey)
            : null;
    }

    // What belongs to the store and not to an item; what the target cannot keep is told, not dropped in silence.
    private List<string> Prepare(KvStoreInfo source)
    {
        var leftOut = new List<string>();
        bool isNew = _to.GetStore(source.Name, cancellation) is null;
        bool needsStore = source.IsKept || source.Limits != KvLimits.Default.Within(_from.Limits);
        if (isNew && needsStore && _to.Capabilities.HasFlag(KvCapabilities.EmptyStores))
        {
            _to.CreateStore(source.Name, source.Limits.Within(_to.Limits), cancellation);
        }
        else if (isNew && source.IsKept)
        {
            leftOut.Add($"Store '{source.Name}' does not stay while empty in storage '{_to.Description}'.");
        }

        string[] namespaces = [.. _from.GetKeptNamespaces(source.Name, KvPath.Root, cancellation)];
        if (namespaces.Length > 0 && !_to.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces))
        {
            leftOut.Add($"{namespaces.Length} namespaces of store '{source.Name}' do not stay while empty in storage '{_to.Description}'.");
        }
        else
        {
            var parts = new BatchParts(_to, source.Name, cancellation);
            Array.ForEach(namespaces, parts.AddNamespace);
            parts.Flush();
        }

        return leftOut;
    }

    // The past itself stays behind; for how long the target keeps its own is the store's, unless the target has been told otherwise.
    private void KeepHistoryPeriod(KvStoreInfo source, List<string> leftOut)
    {
        if (source.HistoryPeriod is not { } period || period == TimeSpan.Zero || _to.GetStore(source.Name, cancellation) is not { } target)
        {
            return;
        }

        if (target.HistoryPeriod is null)
        {
            leftOut.Add($"For how long store '{source.Name}' keeps its history is not told to storage '{_to.Description}', which keeps none or decides itself.");
        }
        else if (target.HistoryPeriod == TimeSpan.Zero)
        {
            _to.SetHistoryPeriod(source.Name, period, cancellation);
        }
    }

    private long WriteDifferences(string store)
    {
        long written = 0;
        long compared = 0;
        using var writer = new KvBatchWriter(_to, store, cancellation)
        {
            CommitsAside = true,
            Committed = count => written += count,
        };
        foreach ((KvItem item, KvItem? existing) in Pair(store))
        {
            if (!ItemPairs.AreEqual(item, existing))
            {
                writer.Set(item.FullKey, item.Value, item.Expires);
            }

            compared++;
            Compared?.Invoke(compared);
        }

        writer.Flush();
        return written;
    }

    private IEnumerable<(KvItem Item, KvItem? Existing)> Pair(string store) =>
        ItemPairs.Of(_from.Scan(store, KvRange.All, cancellation), _to.Scan(store, KvRange.All, cancellation), fullKey => fullKey);
}
