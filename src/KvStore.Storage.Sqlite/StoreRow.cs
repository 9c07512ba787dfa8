// A store's own row: what is known of it without looking at its items.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>The row of a store. It stays when the store vanishes, so that revisions go on and nobody mistakes new items for old.</summary>
/// <param name="Id">Never used again for another store.</param>
/// <param name="Name">As spelled when the store was made.</param>
/// <param name="Revision">That of the last commit.</param>
/// <param name="Limits">Its limits.</param>
/// <param name="IsKept">Whether it stays while empty.</param>
/// <param name="Items">The number of its items, with those that expired but were not removed yet.</param>
/// <param name="Namespaces">The number of its namespaces that stay while empty.</param>
/// <param name="Log">What is logged of its changes.</param>
internal sealed record StoreRow(long Id, string Name, long Revision, KvLimits Limits, bool IsKept, long Items, long Namespaces, StoreLog Log)
{
    /// <summary>The checksum that the row must carry. While nothing is logged it is that of version 1 of the tables, so that their rows stay valid.</summary>
    public long Checksum => Log == StoreLog.Off(Revision)
        ? RowChecksum.OfRow(Encoding.UTF8.GetBytes(Name), Id, Revision, Limits.MaximumKeySize, Limits.MaximumValueSize, IsKept ? 1 : 0, Items, Namespaces)
        : RowChecksum.OfRow(
            Encoding.UTF8.GetBytes(Name), Id, Revision, Limits.MaximumKeySize, Limits.MaximumValueSize, IsKept ? 1 : 0, Items, Namespaces,
            Log.Period, Log.WatchedUntil, Log.Start, Log.Trimmed);

    /// <summary>Whether the store is there for its users: kept, or not empty.</summary>
    public bool IsThere => IsKept || Items > 0 || Namespaces > 0;

    /// <summary>The store as it is shown.</summary>
    public KvStoreInfo ToInfo() => new(Name) { Limits = Limits, ItemCount = Items, Revision = Revision, IsKept = IsKept, HistoryPeriod = Log.HistoryPeriod, OldestRevision = Log.Start };
}

/// <summary>What reading an item needs of its store; it holds for the life of the file, but for the spelling.</summary>
internal sealed record StoreName(long Id, string Name);
