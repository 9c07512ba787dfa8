// What is told of a store without reading it: etcd counts keys by itself, and the few that expire are listed apart.
using System.Globalization;

namespace KvStore.Storage.Etcd;

/// <summary>Turns what etcd counts into what is told of a store.</summary>
internal static class StoreDescription
{
    // Counting stays cheap: with more items that expire than this the number is not told.
    private const int MostExpiring = 1000;
    private const int ReadsOfStore = 5;

    /// <summary>The reads that describe a store.</summary>
    public static IEnumerable<Operation> GetReads(StoreKeys keys) =>
    [
        new ReadOperation(keys.Description),
        new ReadOperation(keys.Revision),
        new ReadOperation(keys.Namespaces[""], keys.Namespaces.End) { CountOnly = true },
        new ReadOperation(keys.Items[""], keys.Items.End) { CountOnly = true },
        new ReadOperation(keys.Expiries[""], keys.Expiries.End) { Limit = MostExpiring },
    ];

    /// <summary>The description of a store; null if it is not there.</summary>
    /// <param name="gateway">The cluster, for a store with very many items that expire.</param>
    /// <param name="keys">The store's keys.</param>
    /// <param name="reply">What the reads of several stores found.</param>
    /// <param name="index">Which of these stores it is.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static KvStoreInfo? Read(EtcdGateway gateway, StoreKeys keys, TransactionReply reply, int index, CancellationToken cancellation)
    {
        ReadReply[] read = [.. reply.Reads.Skip(index * ReadsOfStore).Take(ReadsOfStore)];
        if (StoreRecord.Parse(read[0]) is not { } record)
        {
            return null;
        }

        long now = KvTime.Now;
        ReadReply expiring = read[4];
        long? count = expiring.HasMore ? null : read[3].Count - expiring.Entries.Count(entry => ReadTime(entry) <= now);
        bool hasItem = count > 0 || (count is null && new StoreSnapshot(gateway, keys, record.Name, reply.Revision, cancellation).Scan(new KvRange { Limit = 1, KeysOnly = true }).Any());
        return record.Kept || hasItem || read[2].Count > 0
            ? new KvStoreInfo(record.Name)
            {
                Limits = record.Limits,
                ItemCount = count,
                Revision = read[1].Single is { } revision ? Record.Parse<RevisionRecord>(revision).Revision : null,
                IsKept = record.Kept,
            }
            : null;
    }

    private static long ReadTime(EtcdEntry entry) =>
        DateTimeOffset.TryParse(System.Text.Encoding.UTF8.GetString(entry.Value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? KvTime.FromDateTime(time)
            : throw new KvException(KvError.StorageDamaged, $"The record '{System.Text.Encoding.UTF8.GetString(entry.Key)}' in etcd is not a time.", System.Text.Encoding.UTF8.GetString(entry.Key));
}
