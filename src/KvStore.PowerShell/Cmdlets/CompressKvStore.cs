// Earlier states that nobody asks for any more cost space: this gives it back.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Forgets the earlier states of stores' items that are older than wanted, and what has expired, and gives the space back to the system.</summary>
[Cmdlet(VerbsData.Compress, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(CompressOutput))]
public sealed class CompressKvStoreCommand : KvStoreCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed. Without it all stores of the storage.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Keeps no more than the states of this time, for this once: a time span or a number of seconds; 0 for none. Without it the store's own period.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Keep { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        HistorySetting.Check(Keep, nameof(Keep));
        KvStorage storage = GetStorage();
        ForEachStore(storage, Name, store =>
        {
            string period = Keep is null ? "the store's history period" : HistorySetting.Describe(Keep.Value);
            if (ShouldProcess(store.Name, $"Forget states older than {period}"))
            {
                WriteObject(new CompressOutput(GetStorageName(), store.Name, storage.Compress(store.Name, Keep, Cancellation)));
            }
        });
    }
}
