// An item is two keys in etcd, its value for everybody and a record of versions for KvStore; this puts them together.
using System.Text;

namespace KvStore.Storage.Etcd;

/// <summary>Items as etcd holds them: a value, and beside it a record of versions.</summary>
internal static class EtcdItem
{
    /// <summary>The item; without versions if another program has put it there.</summary>
    public static KvItem Create(string store, string fullKey, EtcdEntry value, VersionRecord? version)
    {
        string text = Encoding.UTF8.GetString(value.Value);
        return version?.ToItem(store, fullKey, text) ?? new KvItem(store, fullKey, text);
    }
}
