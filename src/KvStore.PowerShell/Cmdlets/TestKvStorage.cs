// A user's own plugin is held to the very cases that our storages pass; and a monitor asks whether a storage works at all.
using System.Management.Automation;
using KvStore.Conformance;

namespace KvStore.PowerShell;

/// <summary>
/// Tests a storage: all cases of the storage contract, each in a store of its own that is removed afterwards, or with -Quick
/// one item set, read and deleted. A case that the storage's capabilities do not promise is shown as not applicable.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "KvStorage", DefaultParameterSetName = "Suite")]
[OutputType(typeof(ConformanceResult), ParameterSetName = ["Suite"])]
[OutputType(typeof(StorageProbeResult), ParameterSetName = ["Quick"])]
public sealed class TestKvStorageCommand : KvStorageCmdlet
{
    /// <summary>The name of a connected storage or of a kv drive; without it the current location's, the chosen one's, or the default storage.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public override string? Storage { get; set; }

    /// <summary>Only sets, reads and deletes one item, and tells how long each took.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Quick")]
    public SwitchParameter Quick { get; set; }

    /// <summary>Only cases whose name (group and sentence) fits; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Suite")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Case { get; set; } = "*";

    /// <inheritdoc/>
    protected override void Process()
    {
        KvStorage storage = GetStorage();
        if (Quick)
        {
            WriteObject(StorageProbe.Run(storage, Cancellation));
            return;
        }

        foreach (string remark in storage.Remarks)
        {
            WriteWarning(remark);
        }

        RunSuite(storage);
    }

    private void RunSuite(KvStorage storage)
    {
        var pattern = WildcardPattern.Get(Case, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        ConformanceCase[] cases = [.. ConformanceSuite.Cases.Where(candidate => pattern.IsMatch(candidate.ToString()))];
        var progress = new ProgressRecord(activityId: 0, $"Testing {storage.Description}", "starting");
        for (int i = 0; i < cases.Length; i++)
        {
            progress.StatusDescription = cases[i].ToString();
            progress.PercentComplete = i * 100 / cases.Length;
            WriteProgress(progress);
            WriteObject(ConformanceSuite.Run(cases[i], storage, Cancellation));
        }

        progress.RecordType = ProgressRecordType.Completed;
        WriteProgress(progress);
    }
}
