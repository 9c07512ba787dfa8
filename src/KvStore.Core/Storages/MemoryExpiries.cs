// Which items of a store in memory expire, and which does next. It holds those that are there and no others: an item that is
// set anew each second, to live for a year, would otherwise leave a year of what it was.
namespace KvStore;

/// <summary>The items of a <see cref="MemoryStore"/> that expire, the first to do so first. Used while a batch is applied, and under the same lock.</summary>
internal sealed class MemoryExpiries
{
    private static readonly IComparer<KvItem> ByTime = Comparer<KvItem>.Create((x, y) =>
        x.ExpiresTime != y.ExpiresTime ? x.ExpiresTime.CompareTo(y.ExpiresTime) : string.CompareOrdinal(x.FullKey, y.FullKey));

    private readonly SortedSet<KvItem> _items = new(ByTime);

    /// <summary>When the next item expires, in microseconds since 1970 (UTC); the largest number if none does.</summary>
    public long Next => _items.Min?.ExpiresTime ?? long.MaxValue;

    /// <summary>Takes note of an item that is written.</summary>
    public void Add(KvItem item)
    {
        if (item.ExpiresTime != 0)
        {
            _items.Add(item);
        }
    }

    /// <summary>Forgets an item that is deleted, or written anew.</summary>
    public void Remove(KvItem item)
    {
        if (item.ExpiresTime != 0)
        {
            _items.Remove(item);
        }
    }

    /// <summary>Takes out the items whose time is up.</summary>
    public IEnumerable<KvItem> TakeExpired(long now)
    {
        while (_items.Min is { } item && item.ExpiresTime <= now)
        {
            _items.Remove(item);
            yield return item;
        }
    }

    /// <summary>How long until the next item expires; null if none does.</summary>
    public TimeSpan? GetTimeToNext() => _items.Min is { } item ? TimeSpan.FromMicroseconds(item.ExpiresTime - KvTime.Now) : null;
}
