// Whatever reads a storage can so read what damage has left: an export and a copy know nothing of damage.
namespace KvStore;

/// <summary>A storage that is read past what is damaged, where it can tell (see <see cref="KvRange.SkipDamaged"/>). It cannot be written.</summary>
/// <param name="inner">The storage.</param>
public sealed class SalvagingStorage(KvStorage inner) : DelegatingStorage(new ReadOnlyStorage(inner))
{
    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) =>
        Inner.Scan(store, range with { SkipDamaged = true }, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) =>
        ChildScan.GetChildren(namespacePath, range => Scan(store, range, cancellation));
}
