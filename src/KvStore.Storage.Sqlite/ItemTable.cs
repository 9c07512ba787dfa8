// The statements on the table of items: the hot path of the storage, so nothing is prepared, boxed or copied twice here.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>The table of items, through one connection.</summary>
internal sealed class ItemTable(Connection connection)
{
    public const string Numbers = "version, create_revision, mod_revision, created, modified, expires, checksum";
    public const int ChecksumColumn = 6;

    private readonly Stack<Statement> _scans = new();
    private readonly Stack<Statement> _keyScans = new();
    private Statement? _get;
    private Statement? _getNumbers;
    private Statement? _insert;
    private Statement? _update;
    private Statement? _delete;
    private Statement? _deleteRange;
    private Statement? _deleteExpired;
    private Statement? _countExpired;
    private Statement? _nextExpiry;
    private Statement? _findRevision;
    private Statement? _listRange;
    private Statement? _listKeys;
    private Statement? _listExpired;
    private byte[] _keyBuffer = new byte[1024];
    private byte[] _valueBuffer = new byte[8192];

    /// <summary>An item, expired or not; null if there is none.</summary>
    public KvItem? Get(StoreName store, string fullKey)
    {
        _get ??= connection.Prepare($"SELECT {Numbers}, value FROM kv WHERE store = ?1 AND key = ?2");
        ReadOnlySpan<byte> key = Utf8Text.Encode(fullKey, ref _keyBuffer);
        try
        {
            if (!_get.Bind(1, store.Id).Bind(2, key).Step())
            {
                return null;
            }

            ItemNumbers numbers = ReadNumbers(_get);
            ReadOnlySpan<byte> value = _get.GetBytes(ChecksumColumn + 1);
            Verify(_get, store, key, numbers, RowChecksum.OfValue(value));
            return numbers.ToItem(store.Name, fullKey, Encoding.UTF8.GetString(value));
        }
        finally
        {
            _get.Reset();
        }
    }

    /// <summary>An item's numbers, without its value; null if there is none.</summary>
    public ItemNumbers? GetNumbers(StoreName store, string fullKey)
    {
        _getNumbers ??= connection.Prepare($"SELECT {Numbers} FROM kv WHERE store = ?1 AND key = ?2");
        ReadOnlySpan<byte> key = Utf8Text.Encode(fullKey, ref _keyBuffer);
        try
        {
            if (!_getNumbers.Bind(1, store.Id).Bind(2, key).Step())
            {
                return null;
            }

            ItemNumbers numbers = ReadNumbers(_getNumbers);
            Verify(_getNumbers, store, key, numbers, ValueChecksumOf(_getNumbers));
            return numbers;
        }
        finally
        {
            _getNumbers.Reset();
        }
    }

    /// <summary>The items of a range, lazily, without the expired ones.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The range.</param>
    /// <param name="expected">The number of rows that must be found, the expired ones too; null if it is not known.</param>
    /// <param name="cancellation">Cancels the enumeration.</param>
    public IEnumerable<KvItem> Scan(StoreName store, KvRange range, long? expected, CancellationToken cancellation)
    {
        if (range.Limit is <= 0)
        {
            yield break;
        }

        // Scans nest (a listing asks for what lies beneath an item), so that each takes a statement of its own.
        Stack<Statement> kept = range.KeysOnly ? _keyScans : _scans;
        Statement scan = kept.Count > 0 ? kept.Pop() : connection.Prepare(
            $"SELECT {Numbers}, key{(range.KeysOnly ? "" : ", value")} FROM kv WHERE store = ?1 AND key >= ?2 AND key < ?3 ORDER BY key");
        try
        {
            int left = range.Limit ?? int.MaxValue;
            long found = 0;
            var order = new KeySequence();
            KeyBounds.Of(range).Bind(scan.Bind(1, store.Id), 2, 3);
            while (left > 0 && scan.Step())
            {
                cancellation.ThrowIfCancellationRequested();
                found++;
                if (!order.IsNext(scan.GetBytes(ChecksumColumn + 1)))
                {
                    throw OutOfOrder(store);
                }

                if (Read(scan, store, range.KeysOnly) is { } item)
                {
                    left--;
                    yield return item;
                }
            }

            if (expected is not null && found != expected)
            {
                throw Miscounted(store, expected.Value, found);
            }
        }
        finally
        {
            scan.Reset();
            kept.Push(scan);
        }
    }

    /// <summary>Inserts an item unless there is one of its key; true if it did.</summary>
    public bool TryInsert(long storeId, string fullKey, string value, in ItemNumbers numbers)
    {
        _insert ??= connection.Prepare(
            $"INSERT INTO kv (store, key, {Numbers}, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING");
        return Write(_insert, storeId, fullKey, value, numbers) == 1;
    }

    /// <summary>Overwrites an item that is there.</summary>
    public void Update(long storeId, string fullKey, string value, in ItemNumbers numbers)
    {
        _update ??= connection.Prepare(
            "UPDATE kv SET version = ?3, create_revision = ?4, mod_revision = ?5, created = ?6, modified = ?7, expires = ?8, checksum = ?9, value = ?10 WHERE store = ?1 AND key = ?2");
        Write(_update, storeId, fullKey, value, numbers);
    }

    /// <summary>Deletes an item; gives the number deleted, 1 or 0.</summary>
    public int Delete(long storeId, string fullKey)
    {
        _delete ??= connection.Prepare("DELETE FROM kv WHERE store = ?1 AND key = ?2");
        return _delete.Bind(1, storeId).Bind(2, fullKey).Execute();
    }

    /// <summary>Deletes everything beneath a namespace; gives the number deleted.</summary>
    public int DeleteBeneath(long storeId, string namespacePath)
    {
        _deleteRange ??= connection.Prepare("DELETE FROM kv WHERE store = ?1 AND key >= ?2 AND key < ?3");
        KeyBounds.Beneath(namespacePath).Bind(_deleteRange.Bind(1, storeId), 2, 3);
        return _deleteRange.Execute();
    }

    /// <summary>Deletes what has expired by a time; gives the number deleted.</summary>
    public int DeleteExpired(long storeId, long now)
    {
        _deleteExpired ??= connection.Prepare("DELETE FROM kv WHERE store = ?1 AND expires > 0 AND expires <= ?2");
        return _deleteExpired.Bind(1, storeId).Bind(2, now).Execute();
    }

    /// <summary>The number of items that have expired by a time and were not removed yet.</summary>
    public long CountExpired(long storeId, long now)
    {
        _countExpired ??= connection.Prepare("SELECT count(*) FROM kv WHERE store = ?1 AND expires > 0 AND expires <= ?2");
        return _countExpired.Bind(1, storeId).Bind(2, now).ExecuteNumber();
    }

    /// <summary>When the next item of a store expires, or has; null if none does.</summary>
    public long? GetNextExpiry(long storeId)
    {
        _nextExpiry ??= connection.Prepare("SELECT expires FROM kv WHERE store = ?1 AND expires > 0 ORDER BY expires LIMIT 1");
        long expires = _nextExpiry.Bind(1, storeId).ExecuteNumber();
        return expires == 0 ? null : expires;
    }

    /// <summary>The revision that last changed an item, damaged or not; null if there is none.</summary>
    public long? FindRevision(long storeId, string fullKey)
    {
        _findRevision ??= connection.Prepare("SELECT mod_revision FROM kv WHERE store = ?1 AND key = ?2");
        try
        {
            return _findRevision.Bind(1, storeId).Bind(2, fullKey).Step() ? _findRevision.GetNumber(0) : null;
        }
        finally
        {
            _findRevision.Reset();
        }
    }

    /// <summary>Keys of a store behind another, in order, damaged or not, no more than a number of them.</summary>
    public List<string> ListKeys(long storeId, string after, int count)
    {
        _listKeys ??= connection.Prepare("SELECT key FROM kv WHERE store = ?1 AND key > ?2 ORDER BY key LIMIT ?3");
        var keys = new List<string>();
        try
        {
            _listKeys.Bind(1, storeId).Bind(2, after).Bind(3, count);
            while (_listKeys.Step())
            {
                keys.Add(_listKeys.GetText(0));
            }

            return keys;
        }
        finally
        {
            _listKeys.Reset();
        }
    }

    /// <summary>The items beneath a namespace with the revisions that last changed them, damaged or not. They must stay until the end.</summary>
    public IEnumerable<(string FullKey, long Revision)> ListBeneath(long storeId, string namespacePath)
    {
        _listRange ??= connection.Prepare("SELECT key, mod_revision FROM kv WHERE store = ?1 AND key >= ?2 AND key < ?3");
        KeyBounds.Beneath(namespacePath).Bind(_listRange.Bind(1, storeId), 2, 3);
        return List(_listRange);
    }

    /// <summary>The items that have expired by a time, with the revisions that last changed them. They must stay until the end.</summary>
    public IEnumerable<(string FullKey, long Revision)> ListExpired(long storeId, long now)
    {
        _listExpired ??= connection.Prepare("SELECT key, mod_revision FROM kv WHERE store = ?1 AND expires > 0 AND expires <= ?2");
        return List(_listExpired.Bind(1, storeId).Bind(2, now));
    }

    /// <summary>The numbers of a row that begins with them.</summary>
    public static ItemNumbers ReadNumbers(Statement row) =>
        new(row.GetNumber(0), row.GetNumber(1), row.GetNumber(2), row.GetNumber(3), row.GetNumber(4), row.GetNumber(5));

    /// <summary>The error of a damaged item.</summary>
    public KvException Damaged(StoreName store, string fullKey) => new(
        KvError.StorageDamaged,
        $"Item '{fullKey}' of store '{store.Name}' in database '{connection.Place}' is damaged: its checksum does not fit. Remove the item, or restore the database from a backup; Export-KvStore -SkipDamaged writes what is sound.",
        fullKey);

    /// <summary>The error of a store that has lost items, or gained some.</summary>
    public KvException Miscounted(StoreName store, long expected, long found) => new(
        KvError.StorageDamaged,
        $"Store '{store.Name}' in database '{connection.Place}' is damaged: of its {expected} items {found} are to be found. Restore the database from a backup.",
        store.Name);

    /// <summary>The error of items that a damaged page gives in a wrong order.</summary>
    public KvException OutOfOrder(StoreName store) => new(
        KvError.StorageDamaged,
        $"Store '{store.Name}' in database '{connection.Place}' is damaged: its items are out of order. Restore the database from a backup.",
        store.Name);

    private static IEnumerable<(string FullKey, long Revision)> List(Statement bound)
    {
        try
        {
            while (bound.Step())
            {
                yield return (bound.GetText(0), bound.GetNumber(1));
            }
        }
        finally
        {
            bound.Reset();
        }
    }

    private static uint ValueChecksumOf(Statement row) => (uint)row.GetNumber(ChecksumColumn);

    private KvItem? Read(Statement scan, StoreName store, bool keysOnly)
    {
        ItemNumbers numbers = ReadNumbers(scan);
        ReadOnlySpan<byte> key = scan.GetBytes(ChecksumColumn + 1);
        ReadOnlySpan<byte> value = keysOnly ? default : scan.GetBytes(ChecksumColumn + 2);
        Verify(scan, store, key, numbers, keysOnly ? ValueChecksumOf(scan) : RowChecksum.OfValue(value));
        return numbers.Expires != 0 && numbers.IsExpired(KvTime.Now)
            ? null
            : numbers.ToItem(store.Name, Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value));
    }

    private void Verify(Statement row, StoreName store, ReadOnlySpan<byte> key, in ItemNumbers numbers, uint valueChecksum)
    {
        if (row.GetNumber(ChecksumColumn) != RowChecksum.OfItem(store.Id, key, numbers, valueChecksum))
        {
            throw Damaged(store, Encoding.UTF8.GetString(key));
        }
    }

    private int Write(Statement statement, long storeId, string fullKey, string value, in ItemNumbers numbers)
    {
        ReadOnlySpan<byte> key = Utf8Text.Encode(fullKey, ref _keyBuffer);
        ReadOnlySpan<byte> text = Utf8Text.Encode(value, ref _valueBuffer);
        return statement.Bind(1, storeId).Bind(2, key)
            .Bind(3, numbers.Version).Bind(4, numbers.CreateRevision).Bind(5, numbers.ModRevision)
            .Bind(6, numbers.Created).Bind(7, numbers.Modified).Bind(8, numbers.Expires)
            .Bind(9, RowChecksum.OfItem(storeId, key, numbers, RowChecksum.OfValue(text)))
            .Bind(10, text)
            .Execute();
    }
}
