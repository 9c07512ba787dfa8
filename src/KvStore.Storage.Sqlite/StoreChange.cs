// One store's part in a transaction: batches and loads write through it, so that versions, counts and revisions have one rule.
namespace KvStore.Storage.Sqlite;

/// <summary>Changes to one store under one new revision, within a transaction that is open.</summary>
internal sealed class StoreChange
{
    private const int TrimmingInterval = 16;

    private readonly Session _session;
    private readonly long _now;
    private readonly StoreName _name;
    private StoreRow _row;
    private bool _isLogged;
    private int _logged;
    private long _items;
    private long _namespaces;

    // Most batches are all new or all old: what the last item met is the best guess for the next, and saves a search.
    private bool _guessNew = true;

    private StoreChange(Session session, StoreRow row, long now)
    {
        _session = session;
        _now = now;
        _isLogged = row.Log.IsOn(now);
        _row = _isLogged ? row : row with { Log = row.Log.Skip(row.Revision) };
        _items = row.Items;
        _namespaces = row.Namespaces;
        _name = new StoreName(row.Id, row.Name);
    }

    public string Name => _row.Name;

    public KvLimits Limits => _row.Limits;

    /// <summary>The revision that the change gives to the store and to its items.</summary>
    public long Revision => _row.Revision;

    /// <summary>Begins a change: removes what has expired, and makes the store if it is not there.</summary>
    /// <param name="session">A session in a writing transaction.</param>
    /// <param name="store">The store; its limits and whether it is kept count only if it is made.</param>
    /// <param name="after">A revision that the change's own is to be above in any case.</param>
    public static StoreChange Begin(Session session, KvStoreEntry store, long after = 0)
    {
        long now = KvTime.Now;
        KvLimits limits = store.Limits ?? KvLimits.Default;
        StoreRow row = session.Stores.Find(store.Name) ?? session.Stores.Insert(store.Name, limits, store.IsKept);
        if (row.Items > 0)
        {
            row = row with { Items = row.Items - DeleteExpired(session, row, now) };
        }

        if (!row.IsThere)
        {
            // It vanished: made anew, as spelled now, it shares nothing with its former self but the revisions, which go on.
            bool isRespelled = row.Name != store.Name;
            row = row with { Name = store.Name, Limits = limits, IsKept = store.IsKept };
            if (isRespelled)
            {
                session.Respell(row);
            }
        }

        return new StoreChange(session, row with { Revision = Math.Max(row.Revision, after) + 1 }, now);
    }

    /// <summary>Sets an item, and tells what it has become.</summary>
    public KvItem Set(in KvSet set) => Write(set).ToItem(_row.Name, set.FullKey, set.Value);

    /// <summary>Sets an item.</summary>
    public ItemNumbers Write(in KvSet set)
    {
        var numbers = new ItemNumbers(Version: 1, CreateRevision: Revision, ModRevision: Revision, Created: _now, Modified: _now, set.ExpiresTime);
        if (_guessNew && TryInsert(set, numbers))
        {
            LogSet(set, numbers, previous: 0);
            return numbers;
        }

        if (_session.Items.GetNumbers(_name, set.FullKey) is not { } old)
        {
            _guessNew = true;
            TryInsert(set, numbers);
            LogSet(set, numbers, previous: 0);
            return numbers;
        }

        _guessNew = false;

        // A load may bring a key twice: that is one change, since both have the same revision.
        long version = old.ModRevision == Revision ? old.Version : old.Version + 1;
        numbers = numbers with { Version = version, CreateRevision = old.CreateRevision, Created = old.Created };
        KeepState(set.FullKey, old.ModRevision);
        _session.Items.Update(_row.Id, set.FullKey, set.Value, numbers);
        LogSet(set, numbers, old.ModRevision);
        return numbers;
    }

    /// <summary>
    /// Brings an item back as it was. If it differs from what is there it counts as changed now, with a version above both:
    /// whoever read the item before must not take what was brought back, or what comes of it, for what it read.
    /// </summary>
    public void Restore(KvItem item)
    {
        KvItem? current = FindWhole(item.FullKey);
        ItemNumbers numbers = ItemNumbers.Of(item);
        if (current is not null && current.Value == item.Value && ItemNumbers.Of(current) == numbers)
        {
            return;
        }

        numbers = numbers with { Version = Math.Max(numbers.Version, (current?.VersionNumber + 1) ?? 1), ModRevision = Revision };
        var set = new KvSet(item.FullKey, item.Value, item.ExpiresTime);
        if (current is null)
        {
            TryInsert(set, numbers);
        }
        else
        {
            KeepState(item.FullKey, current.ModRevisionNumber);
            _session.Items.Update(_row.Id, item.FullKey, item.Value, numbers);
        }

        LogSet(set, numbers, current?.ModRevisionNumber ?? 0);
    }

    /// <summary>Brings back what a store's own row says of it.</summary>
    public void Restore(StoreRow row)
    {
        _namespaces -= _session.Namespaces.Delete(_row.Id, KvPath.Root);
        _row = _row with { Limits = row.Limits, IsKept = row.IsKept, Log = _row.Log with { Period = row.Log.Period } };
    }

    /// <summary>Whether an item was there before this change began.</summary>
    public bool WasThere(string fullKey) => _session.Items.GetNumbers(_name, fullKey) is { } numbers && numbers.ModRevision != Revision;

    public void Delete(string fullKey)
    {
        if (_isLogged && _session.Items.FindRevision(_row.Id, fullKey) is { } revision)
        {
            LogDeleted(fullKey, revision);
        }

        _items -= _session.Items.Delete(_row.Id, fullKey);
    }

    public void DeleteNamespace(string namespacePath)
    {
        if (_items > 0)
        {
            if (_isLogged)
            {
                foreach ((string fullKey, long revision) in _session.Items.ListBeneath(_row.Id, namespacePath))
                {
                    LogDeleted(fullKey, revision);
                }
            }

            _items -= _session.Items.DeleteBeneath(_row.Id, namespacePath);
        }

        if (_namespaces > 0)
        {
            _namespaces -= _session.Namespaces.Delete(_row.Id, namespacePath);
        }
    }

    public void AddNamespace(string namespacePath) => _namespaces += _session.Namespaces.Insert(_row.Id, namespacePath);

    /// <summary>Lets the store vanish with its contents, its limits and its history too. What is removed then is logged for watches alone.</summary>
    public void Unkeep()
    {
        StoreLog log = _row.Log with { Period = 0 };
        _isLogged = log.IsOn(_now);
        _row = _row with { IsKept = false, Limits = KvLimits.Default, Log = _isLogged ? log : log.Skip(Revision) };
    }

    /// <summary>Writes the store's own row: the last step of a change.</summary>
    public void Save()
    {
        StoreRow row = _row with { Items = _items, Namespaces = _namespaces };
        bool mayHaveOld = _isLogged || row.Log.Trimmed < row.Log.Start;
        if (mayHaveOld && (Revision % TrimmingInterval == 0 || _logged >= TrimmingInterval))
        {
            // More than can have been logged since the last time: the log never grows for want of trimming.
            row = LogTrimming.Trim(_session, row, row.Log.Period, Math.Max(4 * TrimmingInterval * TrimmingInterval, 4 * _logged)).Row;
        }

        _session.Stores.Update(row);
    }

    private static int DeleteExpired(Session session, StoreRow row, long now)
    {
        if (row.Log.IsOn(now))
        {
            foreach ((string fullKey, long revision) in session.Items.ListExpired(row.Id, now))
            {
                LogGone(session, row, fullKey, KvChangeKind.Expired, row.Revision + 1, now, revision);
            }
        }

        return session.Items.DeleteExpired(row.Id, now);
    }

    private static void LogGone(Session session, StoreRow row, string fullKey, KvChangeKind kind, long revision, long now, long previous)
    {
        if (previous <= row.Log.Start)
        {
            session.Changes.Keep(row.Id, fullKey);
        }

        session.Changes.LogGone(row.Id, fullKey, kind, revision, now, previous);
    }

    private void LogDeleted(string fullKey, long previous)
    {
        _logged++;
        LogGone(_session, _row, fullKey, KvChangeKind.Deleted, Revision, _now, previous);
    }

    private void LogSet(in KvSet set, in ItemNumbers numbers, long previous)
    {
        if (_isLogged)
        {
            _logged++;
            _session.Changes.LogSet(_row.Id, set.FullKey, set.Value, numbers, previous);
        }
    }

    /// <summary>Puts the state that an item is about to lose into the log, if it came about while nothing was logged.</summary>
    private void KeepState(string fullKey, long revision)
    {
        if (_isLogged && revision <= _row.Log.Start)
        {
            _session.Changes.Keep(_row.Id, fullKey);
        }
    }

    /// <summary>An item, if it is there and whole; a damaged one is removed.</summary>
    private KvItem? FindWhole(string fullKey)
    {
        try
        {
            return _session.Items.Get(_name, fullKey);
        }
        catch (KvException e) when (e.Error == KvError.StorageDamaged)
        {
            Delete(fullKey);
            return null;
        }
    }

    private bool TryInsert(in KvSet set, in ItemNumbers numbers)
    {
        bool isInserted = _session.Items.TryInsert(_row.Id, set.FullKey, set.Value, numbers);
        _items += isInserted ? 1 : 0;
        return isInserted;
    }
}
