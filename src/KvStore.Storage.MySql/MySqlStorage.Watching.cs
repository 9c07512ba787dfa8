// A watch begins under the lock of its store: the commit before it is over, and the next one is logged.
namespace KvStore.Storage.MySql;

public sealed partial class MySqlStorage
{
    /// <inheritdoc/>
    /// <remarks>The server is asked every 100 milliseconds: a change is seen so long after its commit, and an expiry after its time.</remarks>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        (LockedStore target, long from) = _database.Write(
            connection =>
            {
                connection.Begin();
                LockedStore locked = LockedStore.Lock(connection, store, keys: [], NoKeys);
                long first = Math.Max(1, fromRevision ?? locked.Revision + 1);
                KeptRevisions.CheckChanges(locked.Name, first, locked.Log.Start);
                ChangeWatch.Renew(connection, locked.Id);
                connection.Commit();
                return (locked, first);
            },
            cancellation);
        var source = new ChangeWatch(_database, target.Id, namespacePath, token => RemoveExpired(store, token));
        return PagedWatch.Follow(source, target.Name, from, cancellation);
    }

    // Of several watches that see an item expire, one makes the commit.
    private bool RemoveExpired(string store, CancellationToken cancellation) => _database.Read(
        connection =>
        {
            connection.Begin();
            if (LockedStore.TryLock(connection, store, keys: [], NoKeys) is not { HasExpired: true } target)
            {
                connection.Rollback();
                return false;
            }

            long gone = target.DeleteExpired(connection);
            CommitMark mark = target.Advance(connection, -gone);
            _database.Commit(connection, mark, cancellation);
            return true;
        },
        empty: false,
        cancellation,
        isPatient: false);
}
