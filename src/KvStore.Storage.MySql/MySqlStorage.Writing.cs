// A batch is one transaction: lock and look, write, commit. What it comes to is known before it is written, so that a commit
// whose connection breaks can still be answered for.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

public sealed partial class MySqlStorage
{
    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) =>
        _database.Write(connection => Commit(connection, store, batch, cancellation), cancellation, IsLong(batch));

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) => _database.Write(
        connection =>
        {
            connection.Begin();
            LockedStore target = LockedStore.Lock(connection, store, keys: [], NoKeys);
            if (target.IsThere)
            {
                throw new KvException(KvError.StoreExists, $"Store '{target.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", target.Name);
            }

            long gone = target.DeleteExpired(connection);
            CommitMark mark = target.OrBorn(store, limits, isKept: true).Advance(connection, -gone);
            _database.Commit(connection, mark, cancellation);
            return target;
        },
        cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation) => _database.Read(
        connection =>
        {
            // Nothing is made for a store that has no row, not even the tables.
            connection.Begin();
            if (LockedStore.TryLock(connection, store, keys: [], NoKeys) is not { } target)
            {
                return false;
            }

            LockedStore removed = target with { IsKept = false, Log = target.Log with { Period = 0 } };
            long gone = removed.DeleteExpired(connection);
            gone += removed.DeleteNamespace(connection, KvPath.Root);
            CommitMark mark = removed.Advance(connection, -gone);
            if (!removed.Log.IsOn)
            {
                connection.Change("DELETE FROM kvstore_change WHERE store = ?", removed.Id);
            }

            _database.Commit(connection, mark, cancellation);
            return true;
        },
        empty: false,
        cancellation,
        isPatient: true);

    private static IReadOnlySet<string> NoKeys { get; } = new HashSet<string>();

    // Deleting takes as long as there are items: the server is trusted to work, and Ctrl+C ends it.
    private static bool IsLong(KvBatch batch) => batch.DeletedNamespaces.Count > 0;

    private KvCommit Commit(Connection connection, string store, KvBatch batch, CancellationToken cancellation)
    {
        connection.Begin();
        HashSet<string> conditions = batch.Conditions.Select(condition => condition.FullKey).ToHashSet(StringComparer.Ordinal);
        LockedStore target = LockedStore.Lock(connection, store, CommitPlan.GetKeys(batch), conditions).OrBorn(store, KvLimits.Default, isKept: false);
        CommitPlan plan = CommitPlan.Create(batch, target.Name, target.Revision + 1, target.Now, target.Items);
        if (!plan.Outcome.Succeeded)
        {
            return plan.Outcome;
        }

        target.Limits.Check(batch, $"store '{target.Name}'");
        long gone = target.DeleteExpired(connection);
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            gone += target.DeleteNamespace(connection, namespacePath);
        }

        foreach (string[] keys in Parts.Of(batch.Deletes.ToArray(), key => key.Length))
        {
            gone += target.Delete(connection, KvChangeKind.Deleted, ChangeLog.IsKey(keys.Length), [.. keys]);
        }

        foreach (string[] paths in Parts.Of(batch.AddedNamespaces.ToArray(), path => path.Length))
        {
            connection.Change(
                $"INSERT INTO kvstore_namespace (store, path) VALUES {Parts.Marks(paths.Length, "(?, ?)")} ON DUPLICATE KEY UPDATE path = VALUES(path)",
                [.. paths.SelectMany(path => new object[] { target.Id, path })]);
        }

        foreach (KvItem[] items in Parts.Of(plan.Outcome.Items.ToArray(), item => item.FullKey.Length + item.Value.Length))
        {
            Write(connection, target, items);
        }

        CommitMark mark = target.Advance(connection, plan.Added - gone);
        target.Log.Trim(connection, target, batch.Count);
        _database.Commit(connection, mark, cancellation);
        return plan.Outcome;
    }

    private static void Write(Connection connection, LockedStore store, KvItem[] items)
    {
        object?[] keys = [.. items.Select(item => item.FullKey)];
        if (store.Log.IsOn)
        {
            store.Log.AddOld(connection, store, ChangeLog.IsKey(keys.Length), keys);
        }

        const string Row = $"(?, ?, ?, ?, ?, ?, {Rows.ToTime}, {Rows.ToTime}, {Rows.ToTime})";
        connection.Change(
            $"""
            INSERT INTO kvstore_item (store, `key`, value, version, create_revision, mod_revision, created, modified, expires)
            VALUES {Parts.Marks(items.Length, Row)}
            ON DUPLICATE KEY UPDATE value = VALUES(value), version = VALUES(version), create_revision = VALUES(create_revision),
                mod_revision = VALUES(mod_revision), created = VALUES(created), modified = VALUES(modified), expires = VALUES(expires)
            """,
            [.. items.SelectMany(item => new object?[]
            {
                store.Id, item.FullKey, item.Value, item.VersionNumber, item.CreateRevisionNumber, item.ModRevisionNumber, item.CreatedTime, item.ModifiedTime, ToExpires(item.ExpiresTime),
            })]);
        if (store.Log.IsOn)
        {
            store.Log.AddWritten(connection, store, ChangeLog.IsKey(keys.Length), keys);
        }
    }

    // Any time in the past is as good as another, and DATETIME does not reach as far back as ours.
    private static long? ToExpires(long time) => time == 0 ? null : Math.Max(1, time);
}
