// Deleting a record that is not there is no error, as in cinderlib.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Deletes records with their attached properties. Snapshots and connections of a volume stay.</summary>
[Cmdlet(VerbsCommon.Remove, "KvRecord", SupportsShouldProcess = true, DefaultParameterSetName = "Id")]
[OutputType(typeof(KvVolume), typeof(KvSnapshot), typeof(KvConnection), typeof(KvKeyValue))]
public sealed class RemoveKvRecordCommand : KvRecordCmdlet
{
    /// <summary>What the records describe.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Id")]
    public KvRecordType Type { get; set; }

    /// <summary>Ids; of key values their keys.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Id", ValueFromPipeline = true)]
    [Alias("Key")]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>A record; the object is marked as deleted.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Record", ValueFromPipeline = true)]
    public KvRecord? InputObject { get; set; }

    /// <summary>Only marks the records as deleted; Get-KvRecord -IncludeDeleted still finds them. Key values are removed all the same.</summary>
    [Parameter]
    public SwitchParameter SoftDelete { get; set; }

    /// <summary>Emits the deleted records, marked as such.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvRecords records = GetRecords(InputObject, SoftDelete);
        IEnumerable<KvRecord> doomed = InputObject is not null ? [InputObject] : Id.SelectMany(id => records.Find(Type, new KvRecordFilter { Id = id, IncludeDeleted = true }));
        foreach (KvRecord record in doomed)
        {
            Report(() => Remove(records, record));
        }
    }

    private void Remove(KvRecords records, KvRecord record)
    {
        if (!ShouldProcess(Describe(records, record), SoftDelete ? "Mark record as deleted" : "Remove record"))
        {
            return;
        }

        records.Delete(record);
        if (record.Type == KvRecordType.Volume && records.GetSnapshots(volumeId: record.Id).Any())
        {
            WriteWarning($"{Describe(records, record)} had snapshots, which stay: Get-KvRecord -Type Snapshot -VolumeId {record.Id} shows them.");
        }

        if (PassThru)
        {
            WriteObject(record);
        }
    }
}
