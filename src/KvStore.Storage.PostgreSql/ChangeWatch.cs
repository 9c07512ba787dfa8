// Notifications only wake: what is given comes from the log, so that none can be lost with one of them.
namespace KvStore.Storage.PostgreSql;

/// <summary>The log of one store as a watch reads it.</summary>
/// <param name="database">The database.</param>
/// <param name="store">The number of the store.</param>
/// <param name="namespacePath">The namespace whose changes are wanted; empty for the whole store.</param>
/// <param name="removeExpired">Removes what has expired of the store.</param>
internal sealed class ChangeWatch(Database database, long store, string namespacePath, Action<CancellationToken> removeExpired) : WatchSource
{
    // Behind a pooler no notification may come; and an item that expires wakes nobody.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private Listener? _listener;

    public override WatchPage Read(WatchPosition position, int limit, CancellationToken cancellation) => database.Read(
        connection => Changes.ReadPageAsync(connection, store, namespacePath, position, limit, cancellation),
        new WatchPage([], Revision: 0, OldestRevision: 0, HasExpired: false),
        cancellation);

    public override void Renew(CancellationToken cancellation) => database.Write(
        async connection =>
        {
            await using var statements = new Npgsql.NpgsqlBatch(connection);
            AddRenewal(statements, store);
            return await statements.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    public override void RemoveExpired(CancellationToken cancellation) => removeExpired(cancellation);

    public override void Wait(CancellationToken cancellation)
    {
        if (_listener is null)
        {
            // What came before it could listen is to be read first.
            _listener = database.OpenListener(store, cancellation);
            return;
        }

        try
        {
            _listener.Wait(LongestWait, cancellation);
        }
        catch (KvException e) when (e.IsRepeatable)
        {
            // The next read finds out whether the server can be reached, and tries for as long as any read does.
            _listener.Dispose();
            _listener = null;
        }
    }

    /// <summary>Adds the statement that has changes of a store logged for a while.</summary>
    public static void AddRenewal(Npgsql.NpgsqlBatch statements, long store) => statements.Add(
        "INSERT INTO kvstore_watch (store, until) VALUES ($1, statement_timestamp() + $2) ON CONFLICT (store) DO UPDATE SET until = excluded.until",
        store,
        PagedWatch.Lease);

    protected override void Dispose(bool disposing) => _listener?.Dispose();
}
