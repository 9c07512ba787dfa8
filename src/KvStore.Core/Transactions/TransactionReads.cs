// Every read of a transaction must belong to one revision of the store. When the store has moved on, the reads so far are
// looked up again: if they all still hold, the transaction moves on with it; if one does not, it is in conflict.
namespace KvStore;

/// <summary>What a transaction has read of its store, all of it as the store was at one revision. Used by one thread.</summary>
/// <param name="storage">The storage itself.</param>
/// <param name="store">The store's name.</param>
internal sealed class TransactionReads(KvStorage storage, string store)
{
    // A store that changes faster than a transaction can look is a conflict like any other: the block is run again, later.
    private const int MostAttempts = 20;

    // By full key: the revision that changed the item last; 0 for an item that is not there.
    private readonly Dictionary<string, long> _points = new(StringComparer.Ordinal);
    private readonly List<TransactionListing> _listings = [];
    private long? _revision;

    // An item that expires is no commit: nothing but its own time tells that what was read is no longer so.
    private long _firstExpiry = long.MaxValue;

    /// <summary>An item as the storage holds it at the revision of this transaction.</summary>
    /// <exception cref="TransactionConflict">Something read before has changed.</exception>
    public KvItem? Get(string fullKey, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            Begin(cancellation);
            KvItem? item = Look(fullKey, cancellation);
            long found = item?.ModRevisionNumber ?? 0;
            if (_points.TryGetValue(fullKey, out long known))
            {
                return found == known ? item : throw TransactionConflict.ChangedItem(fullKey);
            }

            // What was changed last before the transaction's revision was the same at that revision.
            if ((item is not null && found <= _revision) || !HasMoved(cancellation))
            {
                _points.Add(fullKey, found);
                MindExpiry(item);
                return item;
            }

            Advance(cancellation);
        }

        throw TransactionConflict.TooQuick(store);
    }

    /// <summary>Streams a listing as the storage has it at the revision of this transaction.</summary>
    /// <param name="listing">The listing, which is remembered.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="TransactionConflict">Something read before has changed.</exception>
    public IEnumerable<T> List<T>(TransactionListing<T> listing, CancellationToken cancellation)
    {
        long? revision = null;
        IEnumerator<T>? entries = null;
        try
        {
            while (true)
            {
                // Another read may have moved the transaction on since the last entry: then the rest is listed at the newer moment.
                Begin(cancellation);
                bool found;
                if (entries is null || revision != _revision)
                {
                    entries?.Dispose();
                    (entries, found) = Open(listing, cancellation);
                    revision = _revision;
                }
                else
                {
                    found = entries.MoveNext();
                }

                if (!found)
                {
                    listing.IsWhole = true;
                    yield break;
                }

                T entry = entries.Current;
                MindExpiry(listing.Add(entry));
                yield return entry;
            }
        }
        finally
        {
            entries?.Dispose();
            listing.End();
        }
    }

    /// <summary>Adds to a batch what must hold so that everything read still is so when it is committed.</summary>
    public void Guard(KvBatch batch)
    {
        foreach ((string fullKey, long modRevision) in _points)
        {
            _ = modRevision == 0 ? batch.RequireAbsent(fullKey) : batch.RequireModRevision(fullKey, modRevision);
        }

        if (_listings.Count > 0)
        {
            batch.RequireRevision(_revision!.Value);
        }
    }

    /// <summary>The revision of all reads; found out now if there were none.</summary>
    public long GetRevision(CancellationToken cancellation)
    {
        Begin(cancellation);
        return _revision!.Value;
    }

    /// <summary>Moves to the store's newest revision, at which everything read must be as it was.</summary>
    /// <exception cref="TransactionConflict">Something has changed.</exception>
    public void Advance(CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            _revision = storage.GetRevision(store, cancellation);
            _firstExpiry = long.MaxValue;
            foreach ((string fullKey, long known) in _points)
            {
                KvItem? item = Look(fullKey, cancellation);
                if ((item?.ModRevisionNumber ?? 0) != known)
                {
                    throw TransactionConflict.ChangedItem(fullKey);
                }

                MindExpiry(item);
            }

            if (_listings.Find(listing => !listing.IsUnchanged(MindExpiry, cancellation)) is { } changed)
            {
                throw TransactionConflict.Changed(changed.Description, store);
            }

            // An item that is there unchanged was so all the time. What was looked for and not found may have come and gone.
            bool isCertain = _listings.Count == 0 && !_points.ContainsValue(0);
            if (isCertain || !HasMoved(cancellation))
            {
                return;
            }
        }

        throw TransactionConflict.TooQuick(store);
    }

    // What was found first is compared with the store's revision after it: if that is the transaction's, so is the listing's moment.
    private (IEnumerator<T> Entries, bool Found) Open<T>(TransactionListing<T> listing, CancellationToken cancellation)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            IEnumerator<T> entries = listing.Read(cancellation).GetEnumerator();
            bool isOpen = false;
            try
            {
                bool found = listing.Skip(entries) && entries.MoveNext();
                isOpen = !HasMoved(cancellation);
                if (isOpen)
                {
                    Remember(listing);
                    return (entries, found);
                }
            }
            finally
            {
                if (!isOpen)
                {
                    entries.Dispose();
                }
            }

            Advance(cancellation);
        }

        throw TransactionConflict.TooQuick(store);
    }

    private void Remember(TransactionListing listing)
    {
        if (!listing.IsRemembered)
        {
            listing.IsRemembered = true;
            _listings.Add(listing);
        }
    }

    private void Begin(CancellationToken cancellation)
    {
        if (_revision is null || KvTime.Now >= _firstExpiry)
        {
            Advance(cancellation);
        }
    }

    private KvItem? Look(string fullKey, CancellationToken cancellation)
    {
        KvItem? item = storage.Get(store, fullKey, cancellation);
        TransactionListing.CheckRevision(item);
        return item;
    }

    private bool HasMoved(CancellationToken cancellation) => storage.GetRevision(store, cancellation) != _revision;

    private void MindExpiry(KvItem? item)
    {
        if (item is { ExpiresTime: > 0 } && item.ExpiresTime < _firstExpiry)
        {
            _firstExpiry = item.ExpiresTime;
        }
    }
}
