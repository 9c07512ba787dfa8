// A batch is two round trips: lock and look, then write and commit. What it comes to is known before the second, so that a
// commit whose connection breaks can still be answered for.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

public sealed partial class PostgreSqlStorage
{
    // Values of one statement go into one message, which may not pass 1 GiB and had better be far smaller.
    private const int StatementCharacters = 4 * 1024 * 1024;
    private const int StatementItems = 5000;

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        foreach (KvSet set in batch.Sets)
        {
            CheckText(set.FullKey, set.Value);
        }

        return _database.Write(connection => CommitAsync(connection, store, batch, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) => _database.Write(
        async connection =>
        {
            LockedStore target = await LockedStore.LockAsync(connection, store, batch: null, begins: true, cancellation);
            if (target.IsThere)
            {
                throw new KvException(KvError.StoreExists, $"Store '{target.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", target.Name);
            }

            await using var statements = new NpgsqlBatch(connection);
            CommitMark mark = target.OrBorn(store, limits, isKept: true).Advance(statements, added: 0);
            await _database.CommitAsync(statements, mark, cancellation);
            return target;
        },
        cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation) => _database.Read(
        async connection =>
        {
            // Nothing is made for a store that has no row, not even the tables.
            if (await LockedStore.TryLockAsync(connection, store, batch: null, begins: true, cancellation) is not { } target)
            {
                return false;
            }

            await using var statements = new NpgsqlBatch(connection);
            LockedStore removed = target with { IsKept = false, Log = target.Log with { Period = 0 } };
            CommitMark mark = removed.Advance(statements, added: 0);
            removed.DeleteNamespace(statements, KvPath.Root);
            if (!removed.Log.IsOn)
            {
                statements.Add("DELETE FROM kvstore_change WHERE store = $1", removed.Id);
            }

            await _database.CommitAsync(statements, mark, cancellation);
            return true;
        },
        empty: false,
        cancellation);

    private async Task<KvCommit> CommitAsync(NpgsqlConnection connection, string store, KvBatch batch, CancellationToken cancellation)
    {
        LockedStore target = await LockedStore.LockAsync(connection, store, batch, begins: true, cancellation);
        target = target.OrBorn(store, KvLimits.Default, isKept: false);
        CommitPlan plan = CommitPlan.Create(batch, target.Name, target.Revision + 1, Statements.ToMicroseconds(target.Now), target.Items);
        if (!plan.Outcome.Succeeded)
        {
            return plan.Outcome;
        }

        target.Limits.Check(batch, $"store '{target.Name}'");
        await using var statements = new NpgsqlBatch(connection);
        CommitMark mark = target.Advance(statements, plan.Added);
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            target.DeleteNamespace(statements, namespacePath);
        }

        if (batch.Deletes.Count > 0)
        {
            target.Delete(statements, "key = ANY($2)", [batch.Deletes.ToArray()]);
        }

        if (batch.AddedNamespaces.Count > 0)
        {
            statements.Add("INSERT INTO kvstore_namespace SELECT $1, unnest($2) ON CONFLICT DO NOTHING", target.Id, batch.AddedNamespaces.ToArray());
        }

        foreach (ArraySegment<KvItem> items in Split(plan.Outcome.Items.ToArray()))
        {
            const string Write = """
                INSERT INTO kvstore_item (store, key, value, version, create_revision, mod_revision, created, modified, expires)
                SELECT $1, n.key, n.value, n.version, n.create_revision, $2, n.created, $3, n.expires
                FROM unnest($4, $5, $6, $7, $8, $9) AS n (key, value, version, create_revision, created, expires)
                ON CONFLICT (store, key) DO UPDATE SET value = excluded.value, version = excluded.version, create_revision = excluded.create_revision,
                    mod_revision = excluded.mod_revision, created = excluded.created, modified = excluded.modified, expires = excluded.expires
                """;
            object[] values =
            [
                target.Id,
                target.Revision + 1,
                target.Now,
                items.Select(item => item.FullKey).ToArray(),
                items.Select(item => item.Value).ToArray(),
                items.Select(item => item.VersionNumber).ToArray(),
                items.Select(item => item.CreateRevisionNumber).ToArray(),
                Statements.ToTimestamps(items.Select(item => item.CreatedTime)),
                Statements.ToTimestamps(items.Select(item => item.ExpiresTime)),
            ];
            if (target.Log.IsOn)
            {
                statements.Add($"WITH {ChangeLog.OfOld("key = ANY($4)", revisionParameter: 2, startParameter: 10)}, written AS ({Write} RETURNING *) {ChangeLog.OfWritten}", [.. values, target.Log.Start]);
            }
            else
            {
                statements.Add(Write, values);
            }
        }

        target.Log.Trim(statements, target, batch.Count);
        await _database.CommitAsync(statements, mark, cancellation);
        return plan.Outcome;
    }

    private static void CheckText(string fullKey, string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw new KvException(
                KvError.InvalidText,
                $"The value of key '{fullKey}' contains NUL (U+0000), which PostgreSQL cannot hold; nothing was written. Write binary data as Base64.",
                fullKey);
        }
    }

    private static IEnumerable<ArraySegment<KvItem>> Split(KvItem[] items)
    {
        int start = 0;
        long characters = 0;
        for (int i = 0; i < items.Length; i++)
        {
            characters += items[i].FullKey.Length + items[i].Value.Length;
            if (characters >= StatementCharacters || i - start + 1 == StatementItems || i == items.Length - 1)
            {
                yield return new ArraySegment<KvItem>(items, start, i - start + 1);
                start = i + 1;
                characters = 0;
            }
        }
    }
}
