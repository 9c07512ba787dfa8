// Code that wants a dictionary gets LINSTOR's.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Opens a store as a dictionary, <c>$kv['key'] = 'val'</c>; one that does not exist is born with its first item.</summary>
[Cmdlet(VerbsCommon.Open, "KvStore")]
[OutputType(typeof(KvDictionary))]
public sealed class OpenKvStoreCommand : KvTargetCmdlet
{
    /// <summary>The store's name; without it the one of the current location in a kv drive, else the one that Set-KvNamespace chose.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public override string? Store { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        WriteObject(new KvDictionary(target.Storage, target.Store, target.NamespacePath), enumerateCollection: false);
    }
}
