// Two sides that hold the same keys come in the same order, so one pass pairs them and holds two items at a time.
namespace KvStore;

/// <summary>Compares what two ends hold, item by item.</summary>
internal static class ItemPairs
{
    /// <summary>Each item of one side with the one of the other side that has its key there, or null.</summary>
    /// <param name="items">One side, in key order.</param>
    /// <param name="others">The other side, in key order; what it has beyond the first is passed over.</param>
    /// <param name="getOtherKey">The key that an item has on the other side; it must keep the order.</param>
    public static IEnumerable<(KvItem Item, KvItem? Other)> Of(IEnumerable<KvItem> items, IEnumerable<KvItem> others, Func<string, string> getOtherKey)
    {
        using IEnumerator<KvItem> other = others.GetEnumerator();
        bool hasOther = other.MoveNext();
        foreach (KvItem item in items)
        {
            string otherKey = getOtherKey(item.FullKey);
            while (hasOther && KvOrder.Instance.Compare(other.Current.FullKey, otherKey) < 0)
            {
                hasOther = other.MoveNext();
            }

            yield return (item, hasOther && other.Current.FullKey == otherKey ? other.Current : null);
        }
    }

    /// <summary>Whether both hold the same for the same time.</summary>
    public static bool AreEqual(KvItem item, KvItem? other) => other is not null && item.Value == other.Value && item.ExpiresTime == other.ExpiresTime;
}
