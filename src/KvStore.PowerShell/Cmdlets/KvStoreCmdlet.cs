// Which stores: names may be wildcards, and a name without one must be there.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work on the stores of a storage.</summary>
public abstract class KvStoreCmdlet : KvStorageCmdlet
{
    /// <inheritdoc/>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public override string? Storage { get; set; }

    /// <summary>The stores that a name means, all found before any is worked on.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="name">A name, without regard to case, or a wildcard, which may fit none.</param>
    /// <exception cref="KvException"><see cref="KvError.StoreNotFound"/>: a name without wildcards is not there.</exception>
    private protected IReadOnlyList<KvStoreInfo> FindStores(KvStorage storage, string name)
    {
        return StoreWildcard.Find(storage, name, Cancellation) ?? [storage.GetStore(name, Cancellation) ?? throw new KvException(
            KvError.StoreNotFound,
            $"There is no store '{name}' in storage '{GetStorageName()}'. Get-KvStore lists those there are; New-KvStore makes one, and so does its first item.",
            name)];
    }

    /// <summary>Does something with each store of several names; an error is reported for its name alone.</summary>
    private protected void ForEachStore(KvStorage storage, IEnumerable<string> names, Action<KvStoreInfo> work)
    {
        foreach (string name in names)
        {
            Report(() =>
            {
                foreach (KvStoreInfo store in FindStores(storage, name))
                {
                    work(store);
                }
            });
        }
    }
}
