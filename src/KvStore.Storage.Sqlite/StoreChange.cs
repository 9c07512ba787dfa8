// One store's part in a transaction: batches and loads write through it, so that versions, counts and revisions have one rule.
namespace KvStore.Storage.Sqlite;

/// <summary>Changes to one store under one new revision, within a transaction that is open.</summary>
internal sealed class StoreChange
{
    private readonly Session _session;
    private readonly long _now;
    private readonly StoreName _name;
    private StoreRow _row;
    private long _items;
    private long _namespaces;

    // Most batches are all new or all old: what the last item met is the best guess for the next, and saves a search.
    private bool _guessNew = true;

    private StoreChange(Session session, StoreRow row, long now)
    {
        _session = session;
        _now = now;
        _row = row;
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
    public static StoreChange Begin(Session session, KvStoreEntry store)
    {
        long now = KvTime.Now;
        KvLimits limits = store.Limits ?? KvLimits.Default;
        StoreRow row = session.Stores.Find(store.Name) ?? session.Stores.Insert(store.Name, limits, store.IsKept);
        if (row.Items > 0)
        {
            row = row with { Items = row.Items - session.Items.DeleteExpired(row.Id, now) };
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

        return new StoreChange(session, row with { Revision = row.Revision + 1 }, now);
    }

    /// <summary>Sets an item, and tells what it has become.</summary>
    public KvItem Set(in KvSet set) => Write(set).ToItem(_row.Name, set.FullKey, set.Value);

    /// <summary>Sets an item.</summary>
    public ItemNumbers Write(in KvSet set)
    {
        var numbers = new ItemNumbers(Version: 1, CreateRevision: Revision, ModRevision: Revision, Created: _now, Modified: _now, set.ExpiresTime);
        if (_guessNew && TryInsert(set, numbers))
        {
            return numbers;
        }

        if (_session.Items.GetNumbers(_name, set.FullKey) is not { } old)
        {
            _guessNew = true;
            TryInsert(set, numbers);
            return numbers;
        }

        _guessNew = false;

        // A load may bring a key twice: that is one change, since both have the same revision.
        long version = old.ModRevision == Revision ? old.Version : old.Version + 1;
        numbers = numbers with { Version = version, CreateRevision = old.CreateRevision, Created = old.Created };
        _session.Items.Update(_row.Id, set.FullKey, set.Value, numbers);
        return numbers;
    }

    /// <summary>Whether an item was there before this change began.</summary>
    public bool WasThere(string fullKey) => _session.Items.GetNumbers(_name, fullKey) is { } numbers && numbers.ModRevision != Revision;

    public void Delete(string fullKey) => _items -= _session.Items.Delete(_row.Id, fullKey);

    public void DeleteNamespace(string namespacePath)
    {
        if (_items > 0)
        {
            _items -= _session.Items.DeleteBeneath(_row.Id, namespacePath);
        }

        if (_namespaces > 0)
        {
            _namespaces -= _session.Namespaces.Delete(_row.Id, namespacePath);
        }
    }

    public void AddNamespace(string namespacePath) => _namespaces += _session.Namespaces.Insert(_row.Id, namespacePath);

    /// <summary>Lets the store vanish with its contents, its limits too.</summary>
    public void Unkeep() => _row = _row with { IsKept = false, Limits = KvLimits.Default };

    /// <summary>Writes the store's own row: the last step of a change.</summary>
    public void Save() => _session.Stores.Update(_row with { Items = _items, Namespaces = _namespaces });

    private bool TryInsert(in KvSet set, in ItemNumbers numbers)
    {
        bool isInserted = _session.Items.TryInsert(_row.Id, set.FullKey, set.Value, numbers);
        _items += isInserted ? 1 : 0;
        return isInserted;
    }
}
