// A commit whose connection breaks may have been applied or not. The server's own word on a transaction is not enough: after a
// crash it gives the number of one that was lost to another. A mark that is written with the data cannot err.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>By which a commit is found again.</summary>
/// <param name="Store">The store, in any case; of several that are committed together, any one.</param>
/// <param name="Revision">The revision that the commit makes.</param>
/// <param name="Id">What no other commit has.</param>
internal readonly record struct CommitMark(string Store, long Revision, Guid Id)
{
    /// <summary>How many commits of a store are remembered at least.</summary>
    public const long Remembered = 1000;

    /// <summary>Whether the commit was applied; null if so many came after it that nobody can tell.</summary>
    /// <param name="connection">A connection without a transaction; one is open when the task ends.</param>
    /// <param name="cancellation">Ends the wait for the transaction in question.</param>
    public async Task<bool?> IsAppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The lock is had when the transaction in question has ended, which the server may not have noticed yet.
        LockedStore now = await LockedStore.LockAsync(connection, Store, batch: null, begins: true, cancellation);
        if (now.Revision < Revision)
        {
            return false;
        }

        await using NpgsqlCommand command = new NpgsqlCommand("SELECT id FROM kvstore_commit WHERE store = $1 AND revision = $2", connection).With(now.Id, Revision);
        return await command.ExecuteScalarAsync(cancellation) is Guid id ? id == Id : null;
    }
}
