// The layout in etcd, which people read with `etcdctl get --prefix /kvstore/`. docs/storages-etcd.md shows it.
using System.Text;

namespace KvStore.Storage.Etcd;

/// <summary>Where things are in etcd, everything beneath one prefix.</summary>
/// <param name="prefix">The prefix, which ends with a slash.</param>
internal sealed class EtcdKeys(string prefix)
{
    /// <summary>What describes each store: its name as first spelled, its limits. No store's name begins with a dot.</summary>
    public Folder Stores { get; } = new(prefix + ".stores/");

    /// <summary>The keys of one store, the same for every spelling of its name.</summary>
    public StoreKeys Of(string store) => new(prefix, store.ToLowerInvariant());
}

/// <summary>All keys that begin with a text.</summary>
/// <param name="Prefix">The text, which ends with a slash.</param>
internal sealed record Folder(string Prefix)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(Prefix);

    /// <summary>The key of a path.</summary>
    public byte[] this[string path] => Encoding.UTF8.GetBytes(Prefix + path);

    /// <summary>Where the folder ends, exclusive: '0' follows the slash.</summary>
    public byte[] End => Encoding.UTF8.GetBytes(Prefix[..^1] + '0');

    /// <summary>The key that follows another immediately.</summary>
    public static byte[] After(byte[] key) => [.. key, 0];

    /// <summary>The first key of a range, and its end, exclusive.</summary>
    public (byte[] Start, byte[] End) GetBounds(KvRange range) => (this[range.LowerBound], range.UpperBound is { } end ? this[end] : End);

    /// <summary>Whether a key lies in this folder.</summary>
    public bool Contains(byte[] key) => key.AsSpan().StartsWith(_bytes);

    /// <summary>The path of a key in this folder.</summary>
    public string GetPath(byte[] key) => Encoding.UTF8.GetString(key.AsSpan(_bytes.Length));
}

/// <summary>The keys of one store.</summary>
/// <param name="prefix">The prefix of all stores.</param>
/// <param name="store">The store's name in lower case.</param>
internal sealed class StoreKeys(string prefix, string store)
{
    /// <summary>All of the store but what describes it.</summary>
    public Folder All { get; } = new($"{prefix}{store}/");

    /// <summary>What describes the store.</summary>
    public byte[] Description { get; } = Encoding.UTF8.GetBytes($"{prefix}.stores/{store}");

    /// <summary>The store's revision, which every commit changes; it outlives the store, so that revisions go on.</summary>
    public byte[] Revision { get; } = Encoding.UTF8.GetBytes($"{prefix}{store}/revision");

    /// <summary>The values, by full key.</summary>
    public Folder Items { get; } = new($"{prefix}{store}/items/");

    /// <summary>Version, revisions, times and expiry of each item, by full key.</summary>
    public Folder Versions { get; } = new($"{prefix}{store}/versions/");

    /// <summary>When the items expire that do, by full key: what makes counting cheap.</summary>
    public Folder Expiries { get; } = new($"{prefix}{store}/expiries/");

    /// <summary>The namespaces that are kept while empty, by path.</summary>
    public Folder Namespaces { get; } = new($"{prefix}{store}/namespaces/");
}
