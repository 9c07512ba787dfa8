// cinderlib's four get methods in one: each filter narrows, and what fits none is no error.
using System.Collections;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets volumes, snapshots, connections and key values. Filters are ANDed and exact; finding by id, name, backend, volume or property reads no more than what is found.</summary>
[Cmdlet(VerbsCommon.Get, "KvRecord", DefaultParameterSetName = "Filter")]
[OutputType(typeof(KvVolume), typeof(KvSnapshot), typeof(KvConnection), typeof(KvKeyValue))]
public sealed class GetKvRecordCommand : KvRecordCmdlet
{
    /// <summary>The types wanted; without it all. With a record from the pipeline: what belongs to it, such as the snapshots of a volume.</summary>
    [Parameter(Position = 0, ParameterSetName = "Filter")]
    public KvRecordType[] Type { get; set; } = [];

    /// <summary>Ids; of key values their keys.</summary>
    [Parameter(Position = 1, ParameterSetName = "Filter")]
    [Alias("Key")]
    [AllowEmptyCollection]
    public string[] Id { get; set; } = [];

    /// <summary>The name. It is exact; several records may have it.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [AllowEmptyString]
    public string? Name { get; set; }

    /// <summary>The backend's name, exactly.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [AllowEmptyString]
    public string? Backend { get; set; }

    /// <summary>The volume that snapshots and connections belong to.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [AllowEmptyString]
    public string? VolumeId { get; set; }

    /// <summary>Attached properties that must be there with these values; $null stands for any value.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateNotNull]
    public IDictionary Property { get; set; } = new Hashtable();

    /// <summary>Attached properties that must be there, whatever their values.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateNotNullOrEmpty]
    public string[] HasProperty { get; set; } = [];

    /// <summary>Soft-deleted records too.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter IncludeDeleted { get; set; }

    /// <summary>Brings the records from the pipeline up to date, the objects themselves; changes that were not set are lost.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Refresh")]
    public SwitchParameter Refresh { get; set; }

    /// <summary>A record, of which its own or, with -Type, what belongs to it is read.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Filter")]
    [Parameter(ValueFromPipeline = true, Mandatory = true, ParameterSetName = "Refresh")]
    public KvRecord? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvRecords records = GetRecords(InputObject);
        if (Refresh)
        {
            RefreshOne(records, InputObject!);
            return;
        }

        foreach (KvRecordType type in GetTypes())
        {
            foreach (string id in Id.Length == 0 ? [""] : Id)
            {
                Report(() => WriteAll(records, type, GetFilter(type, id)));
            }
        }
    }

    private void WriteAll(KvRecords records, KvRecordType type, KvRecordFilter filter)
    {
        foreach (KvRecord record in records.Find(type, filter))
        {
            WriteObject(record);
        }
    }

    private void RefreshOne(KvRecords records, KvRecord record)
    {
        if (!records.Refresh(record))
        {
            throw new KvException(KvError.ItemNotFound, $"{Describe(records, record)} is not there any more; the object stays as it was.", record);
        }

        WriteObject(record);
    }

    private KvRecordType[] GetTypes() =>
        Type.Length > 0 ? Type
        : InputObject is not null ? [InputObject.Type]
        : Enum.GetValues<KvRecordType>();

    private KvRecordFilter GetFilter(KvRecordType type, string id)
    {
        var filter = new KvRecordFilter { Id = id, Name = Name, Backend = Backend, VolumeId = VolumeId, Properties = GetProperties(), IncludeDeleted = IncludeDeleted };
        string? volumeId = InputObject switch
        {
            KvVolume volume => volume.Id,
            KvSnapshot snapshot => snapshot.VolumeId,
            KvConnection connection => connection.VolumeId,
            _ => null,
        };
        return InputObject is null ? filter
            : type == InputObject.Type ? filter with { Id = InputObject.Id }
            : type == KvRecordType.Volume ? filter with { Id = volumeId }
            : filter with { VolumeId = volumeId };
    }

    private Dictionary<string, string?> GetProperties()
    {
        var properties = HasProperty.ToDictionary(key => key, _ => (string?)null);
        foreach (DictionaryEntry property in Property)
        {
            string key = property.Key.ToString()!;
            properties[key] = property.Value is null ? null : ItemText.FromValue(key, property.Value);
        }

        return properties;
    }
}
