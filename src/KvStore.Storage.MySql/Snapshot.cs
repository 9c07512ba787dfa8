// A scan of several pages must see one moment: all of them are read in one read-only transaction.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>A read-only transaction on a connection of its own. For one thread at a time.</summary>
/// <param name="database">The database.</param>
/// <param name="lease">A connection on which the transaction has begun, which goes back to the pool in the end.</param>
/// <param name="cancellation">Ends a running statement.</param>
internal sealed class Snapshot(Database database, ConnectionPool.Lease lease, CancellationToken cancellation) : IDisposable
{
    /// <summary>Reads in it. Nothing is repeated: a lost connection has taken the moment with it.</summary>
    public T Read<T>(Func<Connection, T> call) => database.Translate(() => call(lease.Connection), cancellation);

    /// <summary>Ends the transaction.</summary>
    public void Dispose() => lease.Dispose();
}
