// A namespace and an item may have the same path (key foo beside key foo/bar); a listing shows them once, as one node.
namespace KvStore;

/// <summary>A child of a namespace: an item, a namespace, or both at once.</summary>
public sealed class KvNode
{
    /// <summary>Creates a node.</summary>
    /// <param name="path">Its path in the store, in normal form.</param>
    /// <param name="item">The item of that path; null if there is none.</param>
    /// <param name="isNamespace">Whether anything lies beneath it, or it is kept while empty.</param>
    public KvNode(string path, KvItem? item, bool isNamespace)
    {
        Path = path;
        Item = item;
        IsNamespace = isNamespace;
    }

    /// <summary>The last component of its path.</summary>
    public string Name => KvPath.GetName(Path);

    /// <summary>Its path in the store, without a leading slash.</summary>
    public string Path { get; }

    /// <summary>The item of that path; null if the node is only a namespace.</summary>
    public KvItem? Item { get; }

    /// <summary>Whether anything lies beneath it, or it is kept while empty.</summary>
    public bool IsNamespace { get; }
}
