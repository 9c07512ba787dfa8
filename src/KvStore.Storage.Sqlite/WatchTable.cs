// The statements on the table of watches: who still needs which part of a store's log.
namespace KvStore.Storage.Sqlite;

/// <summary>The table of watches, through one connection.</summary>
internal sealed class WatchTable(Connection connection)
{
    private Statement? _insert;
    private Statement? _renew;
    private Statement? _delete;
    private Statement? _deleteOld;
    private Statement? _find;
    private Statement? _leastSeen;
    private Statement? _lastUntil;

    public void Insert(long id, long storeId, long seen, long until)
    {
        _insert ??= connection.Prepare("INSERT INTO watch (id, store, seen, until) VALUES (?1, ?2, ?3, ?4)");
        _insert.Bind(1, id).Bind(2, storeId).Bind(3, seen).Bind(4, until).Execute();
    }

    /// <summary>Tells what a watch has seen and until when it is to be reckoned with; false if it is not known.</summary>
    public bool Renew(long id, long seen, long until)
    {
        _renew ??= connection.Prepare("UPDATE watch SET seen = ?2, until = ?3 WHERE id = ?1");
        return _renew.Bind(1, id).Bind(2, seen).Bind(3, until).Execute() == 1;
    }

    public void Delete(long id)
    {
        _delete ??= connection.Prepare("DELETE FROM watch WHERE id = ?1");
        _delete.Bind(1, id).Execute();
    }

    /// <summary>Forgets the watches that were not heard of since a time.</summary>
    public void DeleteOld(long time)
    {
        _deleteOld ??= connection.Prepare("DELETE FROM watch WHERE until <= ?1");
        _deleteOld.Bind(1, time).Execute();
    }

    public bool Contains(long id)
    {
        _find ??= connection.Prepare("SELECT 1 FROM watch WHERE id = ?1");
        return _find.Bind(1, id).ExecuteNumber() == 1;
    }

    /// <summary>The revision up to which all live watches of a store have seen its changes.</summary>
    public long GetLeastSeen(long storeId, long now)
    {
        _leastSeen ??= connection.Prepare("SELECT coalesce(min(seen), 9223372036854775807) FROM watch WHERE store = ?1 AND until > ?2");
        return _leastSeen.Bind(1, storeId).Bind(2, now).ExecuteNumber();
    }

    /// <summary>Until when the last of a store's watches is to be reckoned with; 0 if it has none.</summary>
    public long GetLastUntil(long storeId)
    {
        _lastUntil ??= connection.Prepare("SELECT coalesce(max(until), 0) FROM watch WHERE store = ?1");
        return _lastUntil.Bind(1, storeId).ExecuteNumber();
    }
}
