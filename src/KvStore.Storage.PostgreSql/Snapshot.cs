// A scan of several pages must see one moment: all of them are read in one read-only transaction.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>A read-only transaction on a connection of its own. For one thread at a time.</summary>
/// <param name="database">The database.</param>
/// <param name="connection">A connection on which the transaction has begun, which goes back to the pool in the end.</param>
internal sealed class Snapshot(Database database, NpgsqlConnection connection) : IDisposable
{
    /// <summary>Reads in it. Nothing is repeated: a lost connection has taken the moment with it.</summary>
    public T Read<T>(Func<NpgsqlConnection, Task<T>> call) => database.Block(() => call(connection));

    /// <summary>Ends the transaction.</summary>
    public void Dispose() => connection.Dispose();
}
