// LINSTOR's KV class for .NET and PowerShell: a dictionary over one namespace of a store.
// It implements the generic IDictionary alone: with the old one PowerShell takes $kv.Namespace = '/' for a key.
using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace KvStore;

/// <summary>
/// A namespace of a store as a dictionary. Keys are relative to the <see cref="Namespace"/> and case-sensitive; reading is
/// recursive, lazy, and goes through to the storage each time, so that another writer's change is seen at once. The store
/// need not exist: it is born with its first item. As safe for several threads as its storage, as long as the namespace stays.
/// </summary>
public sealed partial class KvDictionary : TextOnlyIndexer, IDictionary<string, string>
{
    private readonly KvStorage _storage;
    private readonly CancellationToken _cancellation;
    private string _namespacePath;

    /// <summary>Opens a namespace of a store.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="namespaceName">The namespace, normalised as typed; null or <c>/</c> for the root.</param>
    /// <param name="cancellation">Cancels every call of this dictionary.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidStoreName"/>.</exception>
    public KvDictionary(KvStorage storage, string store, string? namespaceName = null, CancellationToken cancellation = default)
    {
        KvPath.CheckStoreName(store);
        _storage = CheckedStorage.Wrap(storage);
        _namespacePath = KvPath.Normalize(namespaceName);
        _cancellation = cancellation;
        Store = store;
    }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>The namespace that keys are relative to, with a leading slash; <c>/</c> is the root. What is set is normalised.</summary>
    public string Namespace
    {
        get => KvPath.ToAbsolute(_namespacePath);
        set => _namespacePath = KvPath.Normalize(value);
    }

    /// <summary>The number of items in the namespace, all beneath it included. Reads their keys.</summary>
    public int Count => Scan(keysOnly: true).Count();

    /// <summary>Always false; a read-only storage refuses the write itself.</summary>
    public bool IsReadOnly => false;

    /// <summary>The keys, relative to the namespace, in the order of their UTF-8 bytes; read anew at each enumeration.</summary>
    public ICollection<string> Keys => new View(this, item => item.Key, keysOnly: true);

    /// <summary>The values, in the order of their keys; read anew at each enumeration.</summary>
    public ICollection<string> Values => new View(this, item => item.Value, keysOnly: false);

    /// <summary>The value of a key. Setting it is one write, and creates the item if there is none.</summary>
    /// <param name="key">The key relative to the namespace; a leading slash does not make it absolute.</param>
    /// <exception cref="KeyNotFoundException">There is no such item; the message names its full key.</exception>
    /// <exception cref="KvException">The key or value is malformed or too long.</exception>
    public new string this[string key]
    {
        get => TryGetValue(key, out string? value) ? value : throw NotFound(GetFullKey(key));
        set => Commit(new KvBatch().Set(GetFullKey(key), CheckValue(key, value)));
    }

    /// <summary>Whether there is an item of this key.</summary>
    public bool ContainsKey(string key) => Find(GetFullKey(key)) is not null;

    /// <summary>The value of a key, if there is an item of it.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = Find(GetFullKey(key))?.Value;
        return value is not null;
    }

    /// <summary>Adds an item.</summary>
    /// <exception cref="ArgumentException">There is an item of this key already; nothing was written.</exception>
    public void Add(string key, string value)
    {
        string fullKey = GetFullKey(key);
        if (!TryAdd(fullKey, CheckValue(key, value)))
        {
            throw new ArgumentException($"Item '{KvPath.ToAbsolute(fullKey)}' of store '{Store}' exists already. Set it by its index to overwrite it.", nameof(key));
        }
    }

    /// <summary>Deletes an item.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string key) => Take(GetFullKey(key)) is not null;

    /// <summary>Deletes everything in the namespace and beneath it, in one commit. An item of the namespace's own path stays.</summary>
    public void Clear() => Commit(new KvBatch().DeleteNamespace(_namespacePath));

    /// <summary>Deletes an item and gives its value.</summary>
    /// <exception cref="KeyNotFoundException">There is no such item; the message names its full key.</exception>
    public string Pop(string key)
    {
        string fullKey = GetFullKey(key);
        return Take(fullKey)?.Value ?? throw NotFound(fullKey);
    }

    /// <summary>Deletes an item and gives its value, or the default if there is none.</summary>
    public string? Pop(string key, string? defaultValue) => Take(GetFullKey(key))?.Value ?? defaultValue;

    /// <summary>Deletes the first item of the namespace and gives its key and value.</summary>
    /// <exception cref="KeyNotFoundException">The namespace is empty.</exception>
    public KeyValuePair<string, string> PopItem()
    {
        while (Scan(keysOnly: true).FirstOrDefault() is { } first)
        {
            // Another writer may have taken it meanwhile: then the next is the first.
            if (Take(first.FullKey) is { } item)
            {
                return KeyValuePair.Create(first.Key, item.Value);
            }
        }

        throw new KeyNotFoundException($"Namespace '{Namespace}' of store '{Store}' is empty.");
    }

    /// <summary>The value of a key; if there is no such item, it is set to the default first.</summary>
    /// <returns>The value that the item has.</returns>
    public string SetDefault(string key, string defaultValue)
    {
        string fullKey = GetFullKey(key);
        string value = CheckValue(key, defaultValue);
        while (true)
        {
            if (Find(fullKey) is { } item)
            {
                return item.Value;
            }

            if (TryAdd(fullKey, value))
            {
                return value;
            }
        }
    }

    /// <summary>Sets all items of a mapping in one commit, all or nothing.</summary>
    /// <param name="mapping">A hashtable, another dictionary, or pairs of key and value; both must be text.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: a key or value is not text, or the mapping is none; or a limit is broken. Nothing was written.</exception>
    public void Update(IEnumerable mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var batch = new KvBatch();
        foreach (object? entry in GetPairs(mapping))
        {
            (object? key, object? value) = entry switch
            {
                DictionaryEntry pair => (pair.Key, pair.Value),
                KeyValuePair<string, string> pair => (pair.Key, pair.Value),
                _ => throw new KvException(KvError.InvalidValue, "A mapping of keys to values is needed, such as a hashtable; nothing was written.", mapping),
            };
            string keyText = Unwrap(key) as string ?? throw NotText("key", key);
            batch.Set(GetFullKey(keyText), Unwrap(value) as string ?? throw NotText($"value of key '{KvException.Shorten(keyText)}'", value));
        }

        if (batch.Count > 0)
        {
            Commit(batch);
        }
    }

    /// <summary>The items, keys relative to the namespace, in the order of the keys' UTF-8 bytes, lazily.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        Scan(keysOnly: false).Select(item => KeyValuePair.Create(item.Key, item.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void ICollection<KeyValuePair<string, string>>.Add(KeyValuePair<string, string> item) => Add(item.Key, item.Value);

    bool ICollection<KeyValuePair<string, string>>.Contains(KeyValuePair<string, string> item) =>
        TryGetValue(item.Key, out string? value) && value == item.Value;

    bool ICollection<KeyValuePair<string, string>>.Remove(KeyValuePair<string, string> item) =>
        Find(GetFullKey(item.Key)) is { } found && found.Value == item.Value && TryRemove(found);

    void ICollection<KeyValuePair<string, string>>.CopyTo(KeyValuePair<string, string>[] array, int arrayIndex)
    {
        foreach (KeyValuePair<string, string> item in this)
        {
            array[arrayIndex++] = item;
        }
    }

    /// <summary>The store and the namespace, as <c>myKV:/foo/bar</c>.</summary>
    public override string ToString() => $"{Store}:{Namespace}";

    private static string CheckValue(string key, string? value) => value ?? throw NotText($"value of key '{KvException.Shorten(key)}'", value);

    // The old IDictionary gives pairs of one type, whatever the types of key and value are.
    private static IEnumerable GetPairs(IEnumerable mapping)
    {
        if (mapping is not IDictionary dictionary)
        {
            return mapping;
        }

        var pairs = new List<DictionaryEntry>(dictionary.Count);
        foreach (DictionaryEntry pair in dictionary)
        {
            pairs.Add(pair);
        }

        return pairs;
    }

    private string GetFullKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return KvPath.Join(_namespacePath, KvPath.NormalizeKey(key));
    }

    private KeyNotFoundException NotFound(string fullKey) => new($"There is no item '{KvPath.ToAbsolute(fullKey)}' in store '{Store}'.");

    private KvItem? Find(string fullKey) => _storage.Get(Store, fullKey, _cancellation);

    private IEnumerable<KvItem> Scan(bool keysOnly)
    {
        string namespacePath = _namespacePath;
        return _storage.Scan(Store, KvRange.Beneath(namespacePath) with { KeysOnly = keysOnly }, _cancellation).Select(item => item.SeenFrom(namespacePath));
    }

    private void Commit(KvBatch batch) => _storage.Commit(Store, batch, _cancellation).ThrowIfFailed();

    private bool TryAdd(string fullKey, string value)
    {
        var batch = new KvBatch().Set(fullKey, value);
        if (_storage.Capabilities.HasFlag(KvCapabilities.Conditions))
        {
            return _storage.Commit(Store, batch.RequireAbsent(fullKey), _cancellation).Succeeded;
        }

        // Without conditions the check and the write are two calls; between them another writer may come.
        if (Find(fullKey) is not null)
        {
            return false;
        }

        Commit(batch);
        return true;
    }

    // Two that take the same item at once must not both get it: the delete holds only for the item as it was read.
    private KvItem? Take(string fullKey)
    {
        KvItem? item;
        do
        {
            item = Find(fullKey);
        }
        while (item is not null && !TryRemove(item));
        return item;
    }

    private bool TryRemove(KvItem item) =>
        _storage.Commit(Store, new KvBatch().Delete(item.FullKey).RequireUnchanged(item, _storage.Capabilities), _cancellation).Succeeded;
}
