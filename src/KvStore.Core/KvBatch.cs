// A batch keeps its net effect, not its history: every engine can then apply it in one fixed order, and etcd,
// which refuses a transaction that touches a key twice, can apply it at all.
namespace KvStore;

/// <summary>One value to be set.</summary>
/// <param name="FullKey">The full key, without a leading slash.</param>
/// <param name="Value">The value; empty is legal.</param>
/// <param name="ExpiresTime">When the item ceases to be, in microseconds since 1970 (UTC); 0 if never.</param>
public readonly record struct KvSet(string FullKey, string Value, long ExpiresTime = 0);

/// <summary>A condition on one item that must hold when a batch is committed. Without a version and a revision: there must be no such item.</summary>
/// <param name="FullKey">The full key.</param>
/// <param name="Version">The version that the item must have; 0 where none is asked for.</param>
/// <param name="ModRevision">The store's revision that must have changed the item last; 0 where none is asked for.</param>
public readonly record struct KvCondition(string FullKey, long Version = 0, long ModRevision = 0)
{
    /// <summary>Whether it asks for an item that is not there.</summary>
    public bool IsAbsence => Version == 0 && ModRevision == 0;

    /// <summary>Whether it holds. An item that another program put beside ours may have no version; it is there all the same.</summary>
    /// <param name="current">The item of the key, not expired; null if there is none.</param>
    public bool Holds(KvItem? current) =>
        IsAbsence
            ? current is null
            : current is not null && (Version == 0 || current.VersionNumber == Version) && (ModRevision == 0 || current.ModRevisionNumber == ModRevision);
}

/// <summary>
/// Sets, deletes and namespace deletes, with conditions, committed as a whole. Calls take effect in their order; what is
/// kept is the net effect, which a storage applies as: conditions, <see cref="DeletedNamespaces"/>, <see cref="Deletes"/>,
/// <see cref="AddedNamespaces"/>, <see cref="Sets"/>. Not safe for use by several threads at once.
/// </summary>
public sealed class KvBatch
{
    private readonly List<KvCondition> _conditions = [];
    private readonly List<string> _deletedNamespaces = [];
    private readonly HashSet<string> _deletes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _addedNamespaces = new(StringComparer.Ordinal);
    private readonly List<KvSet> _sets = [];
    private readonly Dictionary<string, int> _setIndex = new(StringComparer.Ordinal);

    /// <summary>What must hold, else nothing is written.</summary>
    public IReadOnlyList<KvCondition> Conditions => _conditions;

    /// <summary>The revision that the store must have, else nothing is written; null for any. Checked after <see cref="Conditions"/>.</summary>
    public long? RequiredRevision { get; private set; }

    /// <summary>Namespaces that are deleted with all beneath them, before anything else; the empty path empties the store.</summary>
    public IReadOnlyList<string> DeletedNamespaces => _deletedNamespaces;

    /// <summary>Full keys that are deleted; what is not there is silently fine.</summary>
    public IReadOnlyCollection<string> Deletes => _deletes;

    /// <summary>Namespaces that stay while empty.</summary>
    public IReadOnlyCollection<string> AddedNamespaces => _addedNamespaces;

    /// <summary>What is set, each key once, in the order of the first set.</summary>
    public IReadOnlyList<KvSet> Sets => _sets;

    /// <summary>The number of changes.</summary>
    public int Count => _sets.Count + _deletes.Count + _deletedNamespaces.Count + _addedNamespaces.Count;

    /// <summary>Sets a value, created if there is none.</summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="value">The value; empty is legal.</param>
    /// <param name="expires">When the item ceases to be; null if never.</param>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public KvBatch Set(string fullKey, string value, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(fullKey);
        ArgumentNullException.ThrowIfNull(value);
        _deletes.Remove(fullKey);
        var set = new KvSet(fullKey, value, KvTime.FromDateTime(expires));
        if (_setIndex.TryAdd(fullKey, _sets.Count))
        {
            _sets.Add(set);
        }
        else
        {
            _sets[_setIndex[fullKey]] = set;
        }

        return this;
    }

    /// <summary>Deletes an item; one that is not there is no error.</summary>
    public KvBatch Delete(string fullKey)
    {
        ArgumentNullException.ThrowIfNull(fullKey);
        RemoveSets(key => key == fullKey, mayHold: _setIndex.ContainsKey(fullKey));
        _deletes.Add(fullKey);
        return this;
    }

    /// <summary>Deletes everything beneath a namespace, and the namespace where it was kept while empty. The item of the same path stays.</summary>
    /// <param name="namespacePath">A namespace path in normal form; empty for the whole store.</param>
    public KvBatch DeleteNamespace(string namespacePath)
    {
        ArgumentNullException.ThrowIfNull(namespacePath);
        RemoveSets(key => KvPath.IsBeneath(key, namespacePath), mayHold: _sets.Count > 0);
        _deletes.RemoveWhere(key => KvPath.IsBeneath(key, namespacePath));
        _addedNamespaces.RemoveWhere(path => path == namespacePath || KvPath.IsBeneath(path, namespacePath));
        if (!_deletedNamespaces.Contains(namespacePath))
        {
            _deletedNamespaces.Add(namespacePath);
        }

        return this;
    }

    /// <summary>Makes a namespace that stays while empty (capability <see cref="KvCapabilities.EmptyNamespaces"/>).</summary>
    public KvBatch AddNamespace(string namespacePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(namespacePath);
        _addedNamespaces.Add(namespacePath);
        return this;
    }

    /// <summary>Commits only if there is no such item.</summary>
    public KvBatch RequireAbsent(string fullKey) => Require(new KvCondition(fullKey));

    /// <summary>Commits only if the item has this version.</summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="version">The version, from 1; see <see cref="RequireAbsent"/> for no item.</param>
    public KvBatch RequireVersion(string fullKey, long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(version);
        return Require(new KvCondition(fullKey, version));
    }

    /// <summary>
    /// Commits only if the item was last changed by this revision of the store (capability <see cref="KvCapabilities.Transactions"/>).
    /// Versions begin anew when an item is removed and made again; revisions never go back, so that this cannot be fooled.
    /// </summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="modRevision">The <see cref="KvItem.ModRevision"/>, from 1; see <see cref="RequireAbsent"/> for no item.</param>
    public KvBatch RequireModRevision(string fullKey, long modRevision)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(modRevision);
        return Require(new KvCondition(fullKey, ModRevision: modRevision));
    }

    /// <summary>Commits only if nothing has been committed to the store since this revision (capability <see cref="KvCapabilities.Transactions"/>).</summary>
    /// <param name="revision">The store's revision, as <see cref="KvStorage.GetRevision"/> tells it; 0 for a store that never had a commit.</param>
    public KvBatch RequireRevision(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(revision);
        RequiredRevision = revision;
        return this;
    }

    /// <summary>Whether an item is set or deleted by its key.</summary>
    internal bool Contains(string fullKey) => _setIndex.ContainsKey(fullKey) || _deletes.Contains(fullKey);

    /// <summary>Adds a condition.</summary>
    internal KvBatch Require(KvCondition condition)
    {
        ArgumentNullException.ThrowIfNull(condition.FullKey);
        _conditions.Add(condition);
        return this;
    }

    private void RemoveSets(Func<string, bool> isRemoved, bool mayHold)
    {
        if (!mayHold || _sets.RemoveAll(set => isRemoved(set.FullKey)) == 0)
        {
            return;
        }

        _setIndex.Clear();
        for (int i = 0; i < _sets.Count; i++)
        {
            _setIndex[_sets[i].FullKey] = i;
        }
    }
}
