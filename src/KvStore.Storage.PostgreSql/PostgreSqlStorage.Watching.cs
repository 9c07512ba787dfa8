// A watch begins under the lock of its store: the commit before it is over, and the next one is logged.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

public sealed partial class PostgreSqlStorage
{
    /// <inheritdoc/>
    /// <remarks>It holds a connection of its own. A change is seen at once, an expiry within about a second.</remarks>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        (LockedStore target, long from) = _database.Write(
            async connection =>
            {
                LockedStore locked = await LockedStore.LockAsync(connection, store, batch: null, begins: true, cancellation);
                long first = Math.Max(1, fromRevision ?? locked.Revision + 1);
                KeptRevisions.CheckChanges(locked.Name, first, locked.Log.Start);
                await using var statements = new NpgsqlBatch(connection);
                ChangeWatch.AddRenewal(statements, locked.Id);
                statements.Add("COMMIT");
                await statements.ExecuteNonQueryAsync(cancellation);
                return (locked, first);
            },
            cancellation);
        var source = new ChangeWatch(_database, target.Id, namespacePath, token => RemoveExpired(store, token));
        return PagedWatch.Follow(source, target.Name, from, cancellation);
    }

    // Of several watches that see an item expire, one makes the commit.
    private bool RemoveExpired(string store, CancellationToken cancellation) => _database.Read(
        async connection =>
        {
            if (await LockedStore.TryLockAsync(connection, store, batch: null, begins: true, cancellation) is not { HasExpired: true } target)
            {
                return false;
            }

            await using var statements = new NpgsqlBatch(connection);
            CommitMark mark = target.Advance(statements, added: 0);
            await _database.CommitAsync(statements, mark, cancellation);
            return true;
        },
        empty: false,
        cancellation);
}
