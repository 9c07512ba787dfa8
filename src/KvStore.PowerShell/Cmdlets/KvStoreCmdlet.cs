// Which stores: names may be wildcards, and a name without one must be there.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work on the stores of a storage.</summary>
public abstract class KvStoreCmdlet : KvStorageCmdlet
{
    /// <summary>The stores of one name, which must exist, or of a wildcard, which may fit none.</summary>
    private protected void ForEachStore(KvStorage storage, string name, Action<KvStoreInfo> work) => Report(() =>
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            work(storage.GetStore(name, Cancellation) ?? throw new KvException(
                KvError.StoreNotFound,
                $"There is no store '{name}' in storage '{GetStorageName()}'. Get-KvStore lists the stores there are; one is born with its first item.",
                name));
            return;
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

        // All names before any work: the work may remove what is being listed.
        foreach (KvStoreInfo store in storage.GetStores(Cancellation).Where(store => pattern.IsMatch(store.Name)).ToArray())
        {
            work(store);
        }
    });
}
