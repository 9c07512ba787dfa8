// The one command that takes a whole store away asks first, and a misspelled name is an error.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Removes stores with all that is in them.</summary>
[Cmdlet(VerbsCommon.Remove, "KvStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveKvStoreCommand : KvStoreCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvStorage storage = GetStorage();
        ForEachStore(storage, Name, store =>
        {
            if (ShouldProcess(store.Name, "Remove store", Force))
            {
                storage.RemoveStore(store.Name, Cancellation);
            }
        });
    }
}
