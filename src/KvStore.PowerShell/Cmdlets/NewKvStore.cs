// A store comes with its first item by itself; it is made by hand for limits of its own, or to stay while empty.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Makes a store that stays while empty, with limits of its own.</summary>
[Cmdlet(VerbsCommon.New, "KvStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreOutput))]
public sealed class NewKvStoreCommand : KvStorageCmdlet
{
    /// <summary>The name: 1 to 48 ASCII letters, digits, <c>_</c> and <c>-</c>, the first a letter or <c>_</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The largest full key, in bytes of UTF-8; 510 without it, or what the storage allows.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumKeySize { get; set; } = KvLimits.Default.MaximumKeySize;

    /// <summary>The largest value, in bytes of UTF-8; 4096 without it, or what the storage allows.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumValueSize { get; set; } = KvLimits.Default.MaximumValueSize;

    /// <summary>For how long earlier states of items are kept: a time span or a number of seconds, <c>[timespan]::MaxValue</c> for ever; not at all without it.</summary>
    [Parameter]
    [Duration]
    public TimeSpan HistoryPeriod { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvPath.CheckStoreName(Name);
        HistorySetting.Check(HistoryPeriod, nameof(HistoryPeriod));
        KvStorage storage = GetStorage();
        if (ShouldProcess(Name, "Create store"))
        {
            storage.CreateStore(Name, GetLimits(storage), Cancellation);
            KeepHistory(storage);
            WriteObject(new StoreOutput(GetStorageName(), storage.GetStore(Name, Cancellation)!));
        }
    }

    private void KeepHistory(KvStorage storage)
    {
        if (HistoryPeriod == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            storage.SetHistoryPeriod(Name, HistoryPeriod, Cancellation);
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // Another store than was asked for is worse than none, after Ctrl+C too.
            storage.RemoveStore(Name, CancellationToken.None);
            throw;
        }
    }

    // What was not asked for is the default as far as the storage goes, which may be less.
    private KvLimits GetLimits(KvStorage storage)
    {
        KvLimits usual = KvLimits.Default.Within(storage.Limits);
        return new KvLimits(
            IsTyped(nameof(MaximumKeySize)) ? MaximumKeySize : usual.MaximumKeySize,
            IsTyped(nameof(MaximumValueSize)) ? MaximumValueSize : usual.MaximumValueSize);
    }
}
