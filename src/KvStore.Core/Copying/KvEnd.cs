// Where a transfer begins and ends. Two drives may lead to one place by two names: taken for two, a move there would delete
// what it has just written.
namespace KvStore;

/// <summary>One end of a transfer: a path in a store of a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Store">The store's name.</param>
/// <param name="Path">The path of an item or namespace; empty for the whole store.</param>
public sealed record KvEnd(KvStorage Storage, string Store, string Path)
{
    /// <summary>Whether both ends are known to lie in the same store: one storage object does the work of both.</summary>
    internal bool SharesStoreWith(KvEnd other) =>
        HasStoreNameOf(other) && ReferenceEquals(DelegatingStorage.GetInnermost(Storage), DelegatingStorage.GetInnermost(other.Storage));

    /// <summary>Whether this end is the other or lies beneath it, if both lead to the same storage.</summary>
    internal bool IsNamedAtOrBeneath(KvEnd other) => HasStoreNameOf(other) && (Path == other.Path || KvPath.IsBeneath(Path, other.Path));

    /// <summary>
    /// Whether both ends lie in the same store, asked of the storages where their objects differ: what is written at the
    /// other end is looked for at this one.
    /// </summary>
    internal bool IsFoundToShareStoreWith(KvEnd other, CancellationToken cancellation)
    {
        KvStorage here = DelegatingStorage.GetInnermost(Storage);
        KvStorage there = DelegatingStorage.GetInnermost(other.Storage);
        if (ReferenceEquals(here, there) || here.GetType() != there.GetType() || !HasStoreNameOf(other))
        {
            return SharesStoreWith(other);
        }

        string mark = $"KvTransfer-{Guid.NewGuid():N}";
        other.Storage.Commit(other.Store, new KvBatch().Set(mark, ""), cancellation);
        try
        {
            return Storage.Get(Store, mark, cancellation) is not null;
        }
        finally
        {
            // Not with the token: a mark must not stay because somebody lost patience.
            other.Storage.Commit(other.Store, new KvBatch().Delete(mark), CancellationToken.None);
        }
    }

    private bool HasStoreNameOf(KvEnd other) => Store.Equals(other.Store, StringComparison.OrdinalIgnoreCase);
}
