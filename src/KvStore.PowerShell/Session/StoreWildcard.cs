// A wildcard means the same stores to every command, and what is none is left to the command: it may have to be there.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Wildcards for the names of stores.</summary>
internal static class StoreWildcard
{
    /// <summary>The stores that a wildcard fits, without regard to case, all found before any is worked on; null for a name that is no wildcard.</summary>
    public static IReadOnlyList<KvStoreInfo>? Find(KvStorage storage, string name, CancellationToken cancellation)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return null;
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        try
        {
            pattern.IsMatch("");
        }
        catch (WildcardPatternException e)
        {
            throw new KvException(KvError.InvalidStoreName, $"'{name}' is neither a store name nor a wildcard: {e.Message}", name, e);
        }

        return [.. storage.GetStores(cancellation).Where(store => pattern.IsMatch(store.Name))];
    }
}
