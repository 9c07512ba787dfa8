// Writers of a store follow one another: each locks the store's row first, and so knows what its batch will meet.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>A store whose row is locked until the end of the transaction.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name as shown; as spelled now if it is not there.</param>
/// <param name="Revision">Its revision before this transaction; 0 for a new one.</param>
/// <param name="Limits">Its limits.</param>
/// <param name="IsKept">Whether it stays while empty.</param>
/// <param name="IsThere">Whether it was there before; else only its row was.</param>
/// <param name="HasExpired">Whether items of it have expired.</param>
/// <param name="Now">The time of this transaction, by the server's clock.</param>
/// <param name="Log">Whether its changes are logged.</param>
/// <param name="Items">The items that were asked for, and are there.</param>
internal sealed record LockedStore(
    long Id, string Name, long Revision, KvLimits Limits, bool IsKept, bool IsThere, bool HasExpired, DateTime Now, ChangeLog Log, IReadOnlyDictionary<string, KvItem> Items)
{
    private const string LockRow =
        "SELECT id, name, revision, maximum_key_size, maximum_value_size, kept, item_count, history_period, log_start FROM kvstore_store WHERE lower(name) = $1 FOR UPDATE";

    // In a statement of its own, so that its time and its sight begin when the lock is held. Values are for failed conditions only.
    private const string ReadFacts = """
        SELECT statement_timestamp(), EXISTS (SELECT FROM kvstore_namespace n WHERE n.store = s.id),
               (SELECT count(*) FROM kvstore_item i WHERE i.store = s.id AND i.expires <= statement_timestamp()),
               EXISTS (SELECT FROM kvstore_watch w WHERE w.store = s.id AND w.until > statement_timestamp())
        FROM kvstore_store s WHERE lower(s.name) = $1
        """;

    private const string ReadItems = """
        SELECT s.name, i.key, CASE WHEN i.key = ANY($3) THEN i.value ELSE '' END, i.version, i.create_revision, i.mod_revision, i.created, i.modified, i.expires
        FROM kvstore_store s JOIN kvstore_item i ON i.store = s.id
        WHERE lower(s.name) = $1 AND i.key = ANY($2) AND (i.expires IS NULL OR i.expires > statement_timestamp())
        """;

    private const string MakeRow = """
        INSERT INTO kvstore_store (name, revision, maximum_key_size, maximum_value_size, kept, item_count)
        VALUES ($1, 0, 0, 0, false, 0) ON CONFLICT DO NOTHING
        """;

    /// <summary>Locks a store, whose row is made if there is none. A transaction must be open, or begins with it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="batch">Whose items are to be read; null for none.</param>
    /// <param name="begins">Whether the transaction begins with it.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    public static async Task<LockedStore> LockAsync(NpgsqlConnection connection, string store, KvBatch? batch, bool begins, CancellationToken cancellation)
    {
        LockedStore? locked = await TryLockAsync(connection, store, batch, begins, cancellation);
        while (locked is null)
        {
            await using NpgsqlCommand make = new NpgsqlCommand(MakeRow, connection).With(store);
            await make.ExecuteNonQueryAsync(cancellation);
            locked = await TryLockAsync(connection, store, batch, begins: false, cancellation);
        }

        return locked;
    }

    /// <summary>Locks a store; null if it has no row.</summary>
    public static async Task<LockedStore?> TryLockAsync(NpgsqlConnection connection, string store, KvBatch? batch, bool begins, CancellationToken cancellation)
    {
        string lowerName = store.ToLowerInvariant();
        string[] keys = batch is null ? [] : CommitPlan.GetKeys(batch);
        await using var statements = new NpgsqlBatch(connection);
        if (begins)
        {
            statements.Add("BEGIN ISOLATION LEVEL READ COMMITTED");
        }

        statements.Add(LockRow, lowerName);
        statements.Add(ReadFacts, lowerName);
        if (keys.Length > 0)
        {
            statements.Add(ReadItems, lowerName, keys, batch!.Conditions.Select(condition => condition.FullKey).ToArray());
        }

        await using NpgsqlDataReader reader = await statements.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        var row = new LockedStore(
            reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), new KvLimits(reader.GetInt32(3), reader.GetInt32(4)), reader.GetBoolean(5), IsThere: false, HasExpired: false, Now: default,
            new ChangeLog(Period: reader.GetInt64(7), Start: reader.GetInt64(8), IsWatched: false), new Dictionary<string, KvItem>());
        long itemCount = reader.GetInt64(6);

        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        long expired = reader.GetInt64(2);
        row = row with
        {
            Now = reader.GetDateTime(0),
            IsThere = row.IsKept || reader.GetBoolean(1) || itemCount > expired,
            HasExpired = expired > 0,
            Log = row.Log with { IsWatched = reader.GetBoolean(3) },
        };

        var items = new Dictionary<string, KvItem>(StringComparer.Ordinal);
        if (await reader.NextResultAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                KvItem item = Rows.ReadItem(reader);
                items.Add(item.FullKey, item);
            }
        }

        return row with { Items = items };
    }

    /// <summary>The store as it is born when it is not there: as spelled now, with limits of its own.</summary>
    public LockedStore OrBorn(string name, KvLimits limits, bool isKept) =>
        IsThere ? this : this with { Name = name, Limits = limits, IsKept = isKept, Log = Log with { Period = 0 } };

    /// <summary>
    /// Adds the statements that raise the store's revision, write its row and mark the commit. They come first of all
    /// changes: expired items leave with them, so that what is set in their place counts as new.
    /// </summary>
    /// <param name="statements">The batch.</param>
    /// <param name="added">How many items the batch adds.</param>
    /// <returns>The mark by which the commit can be found again.</returns>
    public CommitMark Advance(NpgsqlBatch statements, long added)
    {
        var mark = new CommitMark(Name, Revision + 1, Guid.NewGuid());
        Delete(
            statements,
            "expires <= $2",
            KvChangeKind.Expired,
            """
            name = $3, revision = $4, maximum_key_size = $5, maximum_value_size = $6, kept = $7, history_period = $8, log_start = $9,
                item_count = item_count + $10 - (SELECT count(*) FROM gone)
            """,
            Now, Name, mark.Revision, Limits.MaximumKeySize, Limits.MaximumValueSize, IsKept, Log.Period, Log.IsOn ? Log.Start : mark.Revision, added);
        statements.Add("INSERT INTO kvstore_commit (store, revision, id, committed) VALUES ($1, $2, $3, $4)", Id, mark.Revision, mark.Id, Now);
        if (mark.Revision % 100 == 0)
        {
            statements.Add("DELETE FROM kvstore_commit WHERE store = $1 AND revision <= $2", Id, mark.Revision - CommitMark.Remembered);
        }

        if (Log.IsWatched)
        {
            ChangeLog.Notify(statements, Id);
        }

        return mark;
    }

    /// <summary>Adds the statements that delete all beneath a namespace, and the kept namespaces at and beneath it.</summary>
    public void DeleteNamespace(NpgsqlBatch statements, string namespacePath)
    {
        // It takes as long as there are items: the server is trusted to work, and Ctrl+C ends it.
        statements.Timeout = 0;
        if (namespacePath.Length == 0)
        {
            Delete(statements, "true");
            statements.Add("DELETE FROM kvstore_namespace WHERE store = $1", Id);
            return;
        }

        Delete(statements, "key >= $2 || '/' AND key < $2 || '0'", namespacePath);
        statements.Add("DELETE FROM kvstore_namespace WHERE store = $1 AND (path = $2 OR (path >= $2 || '/' AND path < $2 || '0'))", Id, namespacePath);
    }

    /// <summary>Adds the statement that deletes items.</summary>
    /// <param name="statements">The batch.</param>
    /// <param name="where">Which items, with values from <c>$2</c> on.</param>
    /// <param name="values">The values.</param>
    public void Delete(NpgsqlBatch statements, string where, params object[] values) =>
        Delete(statements, where, KvChangeKind.Deleted, "item_count = item_count - (SELECT count(*) FROM gone)", values);

    private void Delete(NpgsqlBatch statements, string where, KvChangeKind kind, string change, params object[] values)
    {
        string returning = Log.IsOn ? "*" : "1";
        string logged = Log.IsOn ? ChangeLog.OfGone(firstParameter: values.Length + 2) : "";
        object[] ofLog = Log.IsOn ? [Revision + 1, Log.Start, (short)kind, Now] : [];
        statements.Add(
            $"WITH gone AS (DELETE FROM kvstore_item WHERE store = $1 AND {where} RETURNING {returning}){logged} UPDATE kvstore_store SET {change} WHERE id = $1",
            [Id, .. values, .. ofLog]);
    }
}
