// A check names all that is damaged, where everything else stops at the first damage that it meets.
namespace KvStore.Storage.Sqlite;

/// <summary>Looks for damage through a session that sees one moment.</summary>
internal static class DatabaseCheck
{
    /// <summary>What is damaged in one store, or in the whole database.</summary>
    /// <param name="session">The session.</param>
    /// <param name="store">The store's name; null for all, and for SQLite's own check of its structures.</param>
    /// <param name="cancellation">Cancels the check.</param>
    public static IEnumerable<KvDamage> Run(Session session, string? store, CancellationToken cancellation)
    {
        if (store is not null)
        {
            return session.Stores.FindRaw(store) is var (row, isWhole) ? CheckStore(session, row, isWhole, cancellation) : [];
        }

        return UpToFailure(null, CheckStructures(session))
            .Concat(UpToFailure(null, session.Stores.ListRaw().SelectMany(found => CheckStore(session, found.Row, found.IsWhole, cancellation))))
            .Concat(UpToFailure(null, CheckStrays(session)));
    }

    /// <summary>Tells a failure to read on as damage too.</summary>
    public static IEnumerable<KvDamage> UpToFailure(string? store, IEnumerable<KvDamage> found)
    {
        using IEnumerator<KvDamage> damages = found.GetEnumerator();
        while (true)
        {
            KvDamage damage;
            bool isLast = false;
            try
            {
                if (!damages.MoveNext())
                {
                    yield break;
                }

                damage = damages.Current;
            }
            catch (KvException e) when (e.Error == KvError.StorageDamaged)
            {
                damage = new KvDamage(store, null, e.Message);
                isLast = true;
            }

            yield return damage;
            if (isLast)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<KvDamage> CheckStructures(Session session)
    {
        using Statement check = session.Connection.Prepare("PRAGMA integrity_check");
        while (check.Step())
        {
            string found = check.GetText(0);
            if (found != "ok")
            {
                yield return new KvDamage(null, null, $"SQLite's check of database '{session.Connection.Place}': {found}.");
            }
        }
    }

    private static IEnumerable<KvDamage> CheckStore(Session session, StoreRow row, bool isWhole, CancellationToken cancellation)
    {
        if (!isWhole)
        {
            yield return new KvDamage(row.Name, null, session.Stores.Damaged(row.Name).Message);
        }

        var store = new StoreName(row.Id, row.Name);
        IEnumerable<KvDamage>[] parts =
        [
            CheckItems(session, store, isWhole ? row.Items : null, cancellation),
            session.Namespaces.Check(store, isWhole ? row.Namespaces : null),
            session.Changes.Check(store, cancellation),
        ];
        foreach (KvDamage damage in parts.SelectMany(part => UpToFailure(row.Name, part)))
        {
            yield return damage;
        }
    }

    private static IEnumerable<KvDamage> CheckItems(Session session, StoreName store, long? expected, CancellationToken cancellation)
    {
        long found = 0;
        foreach (Salvaged salvaged in Salvage.Scan(session, store, KvRange.All, cancellation))
        {
            found += salvaged.Damage is { FullKey: null } ? 0 : 1;
            if (salvaged.Damage is { } damage)
            {
                yield return damage;
            }
        }

        if (expected is not null && found != expected)
        {
            yield return new KvDamage(store.Name, null, session.Items.Miscounted(store, expected.Value, found).Message);
        }
    }

    // Rows whose store's number is damaged belong to no store, or are found by the checksum in another one.
    private static IEnumerable<KvDamage> CheckStrays(Session session)
    {
        foreach (string table in new[] { "kv", "namespace", "change" })
        {
            using Statement strays = session.Connection.Prepare(
                $"""
                WITH RECURSIVE ids(id) AS (
                    SELECT min(store) FROM {table}
                    UNION ALL
                    SELECT (SELECT min(store) FROM {table} WHERE store > id) FROM ids WHERE id IS NOT NULL
                )
                SELECT id FROM ids WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM store)
                """);
            while (strays.Step())
            {
                yield return new KvDamage(null, null, $"Database '{session.Connection.Place}' has rows in table {table} of store number {strays.GetNumber(0)}, which there is not.");
            }
        }
    }
}
