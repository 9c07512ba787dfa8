// What stores there are: the first thing that LINSTOR's users missed.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets the stores of a storage, without reading what is in them.</summary>
[Cmdlet(VerbsCommon.Get, "KvStore")]
[OutputType(typeof(StoreOutput))]
public sealed class GetKvStoreCommand : KvStoreCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed. Without it all stores.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        ForEachStore(GetStorage(), Name, store => WriteObject(new StoreOutput(GetStorageName(), store)));
    }
}
