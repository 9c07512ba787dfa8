// Reading on where a scan would end at damage: what is left of a store can be listed and exported, and what is lost is named.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>What a scan that goes on past damage meets: an item that is whole, or damage.</summary>
internal readonly record struct Salvaged(KvItem? Item, KvDamage? Damage);

/// <summary>Reads the items of a store past what is damaged.</summary>
internal static class Salvage
{
    private const string Range = "FROM kv WHERE store = ?1 AND key >= ?2 AND key < ?3 ORDER BY key";

    /// <summary>The items of a range that are whole, lazily, in key order; those of a store whose own row is damaged too.</summary>
    public static IEnumerable<KvItem> Items(Session session, string store, KvRange range, CancellationToken cancellation) =>
        session.Stores.FindRaw(store) is not { Row: { } row } || range.IsEmpty
            ? []
            : Scan(session, new StoreName(row.Id, row.Name), range, cancellation).Select(found => found.Item).OfType<KvItem>().Take(range.Limit ?? int.MaxValue);

    /// <summary>All of a range: items, and damage where it is met. Expired items are left out.</summary>
    /// <remarks>
    /// Where a page cannot be read, the search goes on from the other end, down to the last readable key: what lies between two
    /// such pages is not found.
    /// </remarks>
    public static IEnumerable<Salvaged> Scan(Session session, StoreName store, KvRange range, CancellationToken cancellation)
    {
        KeyBounds bounds = KeyBounds.Of(range);
        using Statement scan = session.Connection.Prepare($"SELECT {ItemTable.Numbers}, key, value {Range}");
        var order = new KeySequence();
        bool isResumed = false;
        bounds.Bind(scan.Bind(1, store.Id), 2, 3);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!TryStep(scan, out bool hasRow, out KvException? failure))
            {
                yield return new Salvaged(null, new KvDamage(store.Name, null, failure!.Message));
                if (isResumed || FindReadable(session, store, bounds) is not { } other)
                {
                    yield break;
                }

                if (order.IsNext(Encoding.UTF8.GetBytes(other.FullKey)))
                {
                    yield return other.First;
                }

                if (other.Next is null)
                {
                    yield break;
                }

                isResumed = true;
                scan.Reset();
                (bounds with { First = other.Next }).Bind(scan, 2, 3);
                continue;
            }

            if (!hasRow)
            {
                yield break;
            }

            // From the other end what was read already may come again.
            bool isNext = order.IsNext(scan.GetBytes(ItemTable.ChecksumColumn + 1));
            if (isNext)
            {
                yield return Read(session, scan, store);
            }
            else if (!isResumed)
            {
                yield return new Salvaged(null, new KvDamage(store.Name, null, session.Items.OutOfOrder(store).Message));
            }
        }
    }

    private static Salvaged Read(Session session, Statement row, StoreName store)
    {
        ItemNumbers numbers = ItemTable.ReadNumbers(row);
        ReadOnlySpan<byte> key = row.GetBytes(ItemTable.ChecksumColumn + 1);
        ReadOnlySpan<byte> value = row.GetBytes(ItemTable.ChecksumColumn + 2);
        string fullKey = Encoding.UTF8.GetString(key);
        if (row.GetNumber(ItemTable.ChecksumColumn) != RowChecksum.OfItem(store.Id, key, numbers, RowChecksum.OfValue(value)))
        {
            return new Salvaged(null, new KvDamage(store.Name, fullKey, session.Items.Damaged(store, fullKey).Message));
        }

        return numbers.IsExpired(KvTime.Now) ? default : new Salvaged(numbers.ToItem(store.Name, fullKey, Encoding.UTF8.GetString(value)), null);
    }

    /// <summary>The first row that can be read from the other end, and the key behind it; null if there is none.</summary>
    /// <remarks>The row is read here and now: a search for its own key could lead over the damaged page.</remarks>
    private static (Salvaged First, string FullKey, string? Next)? FindReadable(Session session, StoreName store, KeyBounds bounds)
    {
        using Statement scan = session.Connection.Prepare($"SELECT {ItemTable.Numbers}, key, value {Range} DESC");
        bounds.Bind(scan.Bind(1, store.Id), 2, 3);
        (Salvaged First, string FullKey, string? Next)? found = null;
        while (TryStep(scan, out bool hasRow, out _) && hasRow)
        {
            found = (Read(session, scan, store), scan.GetText(ItemTable.ChecksumColumn + 1), found?.FullKey);
        }

        return found;
    }

    private static bool TryStep(Statement statement, out bool hasRow, out KvException? failure)
    {
        try
        {
            hasRow = statement.Step();
            failure = null;
            return true;
        }
        catch (KvException e) when (e.Error == KvError.StorageDamaged)
        {
            hasRow = false;
            failure = e;
            return false;
        }
    }
}
