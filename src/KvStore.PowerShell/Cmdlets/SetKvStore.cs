// What of a store can be changed later; its limits are settled when it is made.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Changes the settings of stores: for how long earlier states of their items are kept.</summary>
[Cmdlet(VerbsCommon.Set, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreOutput))]
public sealed class SetKvStoreCommand : KvStoreCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>For how long earlier states of items are kept: a time span or a number of seconds; 0 for not at all, <c>[timespan]::MaxValue</c> for ever.</summary>
    [Parameter(Mandatory = true)]
    [Duration]
    public TimeSpan HistoryPeriod { get; set; }

    /// <summary>Emits each store as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        HistorySetting.Check(HistoryPeriod, nameof(HistoryPeriod));
        KvStorage storage = GetStorage();
        ForEachStore(storage, Name, store =>
        {
            if (!ShouldProcess(store.Name, $"Keep history for {HistorySetting.Describe(HistoryPeriod)}"))
            {
                return;
            }

            storage.SetHistoryPeriod(store.Name, HistoryPeriod, Cancellation);
            if (PassThru)
            {
                WriteObject(new StoreOutput(GetStorageName(), storage.GetStore(store.Name, Cancellation) ?? store));
            }
        });
    }
}
