// One cmdlet makes a record, changes one by its id, and writes back an object that was changed.
using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Text.Json.Nodes;

namespace KvStore.PowerShell;

/// <summary>Inserts or updates records. Fields that are not named stay as they are; each record is one commit.</summary>
[Cmdlet(VerbsCommon.Set, "KvRecord", SupportsShouldProcess = true, DefaultParameterSetName = RecordSet)]
[OutputType(typeof(KvVolume), typeof(KvSnapshot), typeof(KvConnection), typeof(KvKeyValue))]
public sealed class SetKvRecordCommand : KvRecordCmdlet
{
    private const string FieldsSet = "Fields";
    private const string RecordSet = "Record";

    /// <summary>What the record describes.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    public KvRecordType Type { get; set; }

    /// <summary>The id; of a key value its key. Without it a new record gets a new one.</summary>
    [Parameter(Position = 1, ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Key")]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>A record, written back with what was changed in it and what is named here.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RecordSet, ValueFromPipeline = true)]
    public KvRecord? InputObject { get; set; }

    /// <summary>The name.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [AllowEmptyString]
    public string? Name { get; set; }

    /// <summary>What it is for.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>The size in GiB; of a snapshot that of its volume.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    public long? Size { get; set; }

    /// <summary>The status; of a connection its attach status.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [AllowEmptyString]
    public string? Status { get; set; }

    /// <summary>The backend's name. A volume keeps its node and pool.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [ValidateNotNullOrEmpty]
    public string? Backend { get; set; }

    /// <summary>The volume that a snapshot or a connection belongs to.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [ValidateNotNullOrEmpty]
    public string? VolumeId { get; set; }

    /// <summary>The value of a key value.</summary>
    [Parameter(ParameterSetName = FieldsSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = RecordSet)]
    [AllowEmptyString]
    public string? Value { get; set; }

    /// <summary>Any fields by their names in cinderlib: <c>@{ attach_status = 'attached'; metadata = @{ a = 'b' } }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary Field { get; set; } = new Hashtable();

    /// <summary>The extra specs of a volume's type, as a whole.</summary>
    [Parameter]
    public IDictionary? ExtraSpecs { get; set; }

    /// <summary>The quality-of-service specs of a volume's type, as a whole.</summary>
    [Parameter]
    public IDictionary? QosSpecs { get; set; }

    /// <summary>Properties to attach, which live and die with the record; $null removes one. Others stay.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary Property { get; set; } = new Hashtable();

    /// <summary>Sets the record only if what is stored has this version (0: nothing is stored), on a storage with versions and conditions.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long? IfVersion { get; set; }

    /// <summary>Emits the records as they are set.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvRecords records = GetRecords(InputObject);
        KvRecord record = InputObject ?? FindOrCreate(records);
        if (!ShouldProcess(Describe(records, record), "Set record"))
        {
            return;
        }

        Change(record);
        records.Set(record, IfVersion);
        if (PassThru)
        {
            WriteObject(record);
        }
    }

    private KvRecord FindOrCreate(KvRecords records)
    {
        string? id = Id;
        return (id is null ? null : records.Find(Type, new KvRecordFilter { Id = id }).FirstOrDefault()) ?? Type switch
        {
            KvRecordType.Volume => new KvVolume(id),
            KvRecordType.Snapshot => records.GetVolumes(Need(VolumeId, nameof(VolumeId))).FirstOrDefault() is { } volume ? new KvSnapshot(volume, id) : new KvSnapshot(VolumeId!, id),
            KvRecordType.Connection => records.GetVolumes(Need(VolumeId, nameof(VolumeId))).FirstOrDefault() is { } volume ? new KvConnection(volume, id) : new KvConnection(VolumeId!, id),
            _ => new KvKeyValue(Need(id, "Key"), Value ?? ""),
        };
    }

    private void Change(KvRecord record)
    {
        bool isStored = record.Source is not null;
        Set(record, nameof(Name), "display_name", Name, KvRecordType.Volume, KvRecordType.Snapshot);
        Set(record, nameof(Description), "display_description", Description, KvRecordType.Volume, KvRecordType.Snapshot);
        Set(record, nameof(Size), record.Type == KvRecordType.Volume ? "size" : "volume_size", Size, KvRecordType.Volume, KvRecordType.Snapshot);
        Set(record, nameof(Status), record.Type == KvRecordType.Connection ? "attach_status" : "status", Status, KvRecordType.Volume, KvRecordType.Snapshot, KvRecordType.Connection);
        Set(record, nameof(VolumeId), "volume_id", VolumeId, KvRecordType.Snapshot, KvRecordType.Connection);
        Set(record, nameof(Value), "value", Value, KvRecordType.KeyValue);
        if (Backend is not null)
        {
            SetBackend(record);
        }

        if (ExtraSpecs is not null || QosSpecs is not null)
        {
            (record as KvVolume ?? throw Unfit(record, ExtraSpecs is null ? nameof(QosSpecs) : nameof(ExtraSpecs))).SetSpecs(ToTexts(ExtraSpecs), ToTexts(QosSpecs));
        }

        foreach (DictionaryEntry field in Field)
        {
            string name = field.Key.ToString()!;
            record[name] = JsonNode.Parse(JsonWriting.Write(name, field.Value, int.MaxValue), documentOptions: new() { MaxDepth = JsonWriting.MaximumDepth });
        }

        foreach (DictionaryEntry property in Property)
        {
            string key = property.Key.ToString()!;
            record.SetProperty(key, property.Value is null ? null : ItemText.FromValue(key, property.Value));
        }

        if (isStored && record.Type != KvRecordType.KeyValue && record.ChangedFields.Count > 0 && !record.ChangedFields.Contains("updated_at"))
        {
            record.Updated = DateTimeOffset.UtcNow;
        }
    }

    private void SetBackend(KvRecord record)
    {
        switch (record)
        {
            case KvVolume volume:
                volume.Backend = Backend;
                break;
            case KvSnapshot snapshot:
                snapshot.Backend = Backend;
                break;
            case KvConnection connection:
                connection.Backend = Backend;
                break;
            default:
                throw Unfit(record, nameof(Backend));
        }
    }

    private void Set(KvRecord record, string parameter, string field, object? value, params KvRecordType[] types)
    {
        // Null is what a parameter has that neither the user nor the pipeline gave a value.
        if (value is null)
        {
            return;
        }

        if (!types.Contains(record.Type))
        {
            throw Unfit(record, parameter);
        }

        record[field] = value;
    }

    private static OrderedDictionary? ToTexts(IDictionary? specs)
    {
        if (specs is null)
        {
            return null;
        }

        var texts = new OrderedDictionary(StringComparer.Ordinal);
        foreach (DictionaryEntry spec in specs)
        {
            string key = spec.Key.ToString()!;
            texts[key] = spec.Value is null ? null : ItemText.FromValue(key, spec.Value);
        }

        return texts;
    }

    private static KvException Unfit(KvRecord record, string parameter) =>
        new(KvError.InvalidValue, $"A record of type {record.Type} has no {parameter}. Leave out -{parameter}; other fields are set with -Field.", record);

    private string Need(string? value, string parameter) => value ?? throw new KvException(
        KvError.InvalidValue,
        $"A new record of type {Type} needs -{parameter}. Name it, or an -Id that is there already.",
        Id);
}
