// The statements on the table of namespaces that stay while empty.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>The table of kept namespaces, through one connection.</summary>
internal sealed class NamespaceTable(Connection connection)
{
    private Statement? _list;
    private Statement? _insert;
    private Statement? _delete;
    private Statement? _deleteRange;

    /// <summary>The kept namespaces at and beneath one, in key order.</summary>
    public List<string> List(StoreName store, string namespacePath, CancellationToken cancellation)
    {
        // Between "n" and "n/a" others stand ("n-a"), so that the namespace itself is looked up apart; the root is none.
        _list ??= connection.Prepare("SELECT path, checksum FROM namespace WHERE store = ?1 AND (path = ?2 OR (path >= ?3 AND path < ?4)) ORDER BY path");
        try
        {
            var paths = new List<string>();
            KeyBounds.Beneath(namespacePath).Bind(_list.Bind(1, store.Id).Bind(2, namespacePath), 3, 4);
            while (_list.Step())
            {
                cancellation.ThrowIfCancellationRequested();
                string path = _list.GetText(0);
                if (_list.GetNumber(1) != GetChecksum(store.Id, path))
                {
                    throw Damaged(store, path);
                }

                paths.Add(path);
            }

            return paths;
        }
        finally
        {
            _list.Reset();
        }
    }

    /// <summary>Keeps a namespace; gives the number of new ones, 1 or 0.</summary>
    public int Insert(long storeId, string namespacePath)
    {
        _insert ??= connection.Prepare("INSERT INTO namespace (store, path, checksum) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");
        return _insert.Bind(1, storeId).Bind(2, namespacePath).Bind(3, GetChecksum(storeId, namespacePath)).Execute();
    }

    /// <summary>Deletes the namespaces at and beneath one; gives their number.</summary>
    public int Delete(long storeId, string namespacePath)
    {
        _delete ??= connection.Prepare("DELETE FROM namespace WHERE store = ?1 AND path = ?2");
        _deleteRange ??= connection.Prepare("DELETE FROM namespace WHERE store = ?1 AND path >= ?2 AND path < ?3");
        KeyBounds.Beneath(namespacePath).Bind(_deleteRange.Bind(1, storeId), 2, 3);
        return _delete.Bind(1, storeId).Bind(2, namespacePath).Execute() + _deleteRange.Execute();
    }

    /// <summary>The damaged rows of a store, lazily.</summary>
    /// <param name="store">The store.</param>
    /// <param name="expected">The number of rows that must be found; null if it is not known.</param>
    public IEnumerable<KvDamage> Check(StoreName store, long? expected)
    {
        using Statement rows = connection.Prepare("SELECT path, checksum FROM namespace WHERE store = ?1 ORDER BY path");
        rows.Bind(1, store.Id);
        long found = 0;
        while (rows.Step())
        {
            found++;
            string path = rows.GetText(0);
            if (rows.GetNumber(1) != GetChecksum(store.Id, path))
            {
                yield return new KvDamage(store.Name, null, Damaged(store, path).Message);
            }
        }

        if (expected is not null && found != expected)
        {
            yield return new KvDamage(
                store.Name, null, $"Store '{store.Name}' in database '{connection.Place}' is damaged: of its {expected} namespaces that stay while empty {found} are to be found.");
        }
    }

    private KvException Damaged(StoreName store, string path) => new(
        KvError.StorageDamaged,
        $"The row of namespace '/{path}' of store '{store.Name}' in database '{connection.Place}' is damaged: its checksum does not fit. Remove the namespace, or restore the database from a backup.",
        path);

    private static long GetChecksum(long storeId, string path) => RowChecksum.OfRow(Encoding.UTF8.GetBytes(path), storeId);
}
