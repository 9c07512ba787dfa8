// These servers tell nobody that something is new: they are asked, often enough for people and seldom enough for the server.
namespace KvStore.Storage.MySql;

/// <summary>The log of one store as a watch reads it.</summary>
/// <param name="database">The database.</param>
/// <param name="store">The number of the store.</param>
/// <param name="namespacePath">The namespace whose changes are wanted; empty for the whole store.</param>
/// <param name="removeExpired">Removes what has expired of the store.</param>
internal sealed class ChangeWatch(Database database, long store, string namespacePath, Action<CancellationToken> removeExpired) : WatchSource
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    public override WatchPage Read(WatchPosition position, int limit, CancellationToken cancellation) => database.Read(
        connection => Changes.ReadPage(connection, store, namespacePath, position, limit),
        new WatchPage([], Revision: 0, OldestRevision: 0, HasExpired: false),
        cancellation);

    public override void Renew(CancellationToken cancellation) => database.Write(connection => Renew(connection, store), cancellation);

    /// <summary>Has changes of a store logged for a while.</summary>
    public static long Renew(Client.Connection connection, long store) => connection.Change(
        "INSERT INTO kvstore_watch (store, until) VALUES (?, TIMESTAMPADD(SECOND, ?, UTC_TIMESTAMP(6))) ON DUPLICATE KEY UPDATE until = VALUES(until)",
        store,
        (long)PagedWatch.Lease.TotalSeconds);

    public override void RemoveExpired(CancellationToken cancellation) => removeExpired(cancellation);

    public override void Wait(CancellationToken cancellation)
    {
        if (cancellation.WaitHandle.WaitOne(PollTime))
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
