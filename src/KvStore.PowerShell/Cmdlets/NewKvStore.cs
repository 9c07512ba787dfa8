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
        CheckHistory(storage);
        if (!ShouldProcess(Name, "Create store"))
        {
            return;
        }

        storage.CreateStore(Name, GetLimits(storage), Cancellation);
        KeepHistory(storage);
        KvStoreInfo store = storage.GetStore(Name, Cancellation) ?? throw new KvException(KvError.StoreNotFound, $"Store '{Name}' was created, and somebody else has removed it since.", Name);
        WriteObject(new StoreOutput(GetStorageName(), store));
    }

    // Before there is a store: one that was made in vain would have to be taken back.
    private void CheckHistory(KvStorage storage)
    {
        if (HistoryPeriod > TimeSpan.Zero && !storage.Capabilities.HasFlag(KvCapabilities.History))
        {
            throw new KvException(
                KvError.NotSupported,
                $"Storage '{storage.Description}' lacks the capability {KvCapabilities.History}, so that -HistoryPeriod has no use; no store was created. Get-KvStorage shows the capabilities of each.",
                storage.Description);
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
            TakeBack(storage);
            throw;
        }
    }

    // Another store than was asked for is worse than none, after Ctrl+C too; but what others have put into it is theirs.
    private void TakeBack(KvStorage storage)
    {
        try
        {
            if (storage.Scan(Name, new KvRange { Limit = 1, KeysOnly = true }, CancellationToken.None).Any())
            {
                WriteWarning($"Store '{Name}' was created without a history period. It stays, since somebody else has put items into it.");
                return;
            }

            storage.RemoveStore(Name, CancellationToken.None);
        }
        catch (KvException e)
        {
            WriteWarning($"Store '{Name}' was created without a history period, and cannot be removed again: {e.Message}");
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
