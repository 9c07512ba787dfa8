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
        var stores = new List<StoreOutput>();
        ForEachStore(GetStorage(), Name, store => stores.Add(new StoreOutput(GetStorageName(), store)));
        WriteObject(StoreOutput.Show(stores), enumerateCollection: true);
    }
}
