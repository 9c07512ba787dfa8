// What Get-KvNamespace emits: its properties bind to the parameters of the cmdlets on items.
namespace KvStore.PowerShell;

/// <summary>A namespace of a store.</summary>
public sealed class KvNamespaceInfo
{
    internal KvNamespaceInfo(string storage, string store, string namespacePath)
    {
        (Storage, Store, Namespace) = (storage, store, KvPath.ToAbsolute(namespacePath));
        Name = KvPath.GetName(namespacePath);
    }

    /// <summary>The name of the connection or drive that it was found through.</summary>
    public string Storage { get; }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>The namespace, with a leading slash.</summary>
    public string Namespace { get; }

    /// <summary>The last component; empty for the root.</summary>
    public string Name { get; }

    /// <summary>The absolute path within the store, as items have it: the namespace itself.</summary>
    public string Path => Namespace;

    /// <summary>The store and the namespace, as <c>myKV:/foo/bar</c>.</summary>
    public override string ToString() => $"{Store}:{Namespace}";
}
