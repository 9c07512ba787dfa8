// Whatever reads a storage can so read its past: a search, an export and a tree know nothing of revisions.
namespace KvStore;

/// <summary>A storage whose stores are seen as they were at a revision. It cannot be written.</summary>
/// <param name="inner">The storage, which has the capability <see cref="KvCapabilities.History"/>.</param>
/// <param name="revision">The revision of the store that is read.</param>
public sealed class MomentStorage(KvStorage inner, long revision) : DelegatingStorage(new ReadOnlyStorage(inner))
{
    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
    {
        KvItem? item = Scan(store, new KvRange { Start = fullKey, Limit = 1 }, cancellation).FirstOrDefault();
        return item?.FullKey == fullKey ? item : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => Inner.ScanAt(store, range, revision, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        ChildScan.GetChildren(namespacePath, range => Scan(store, range, cancellation));

    /// <inheritdoc/>
    /// <remarks>Namespaces that were kept while empty are not remembered.</remarks>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) => [];
}
