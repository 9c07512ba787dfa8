// A snapshot; cinderlib keeps its backend's name in a field that it has no other use for.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A snapshot of a volume.</summary>
public sealed class KvSnapshot : KvRecord
{
    private const string BackendField = "progress";

    /// <summary>A new snapshot, with cinderlib's defaults.</summary>
    /// <param name="volume">Its volume, which gives it backend, size, owner and type.</param>
    /// <param name="id">Its id; a new one if null.</param>
    public KvSnapshot(KvVolume volume, string? id = null)
        : this(volume.Id, id)
    {
        foreach ((string field, string ofVolume) in (ReadOnlySpan<(string, string)>)[("user_id", "user_id"), ("project_id", "project_id"), ("volume_size", "size"), ("volume_type_id", "volume_type_id")])
        {
            SetField(field, volume.Data[ofVolume]?.DeepClone());
        }

        Backend = volume.Backend;
    }

    /// <summary>A new snapshot of a volume that is not at hand.</summary>
    /// <param name="volumeId">The volume's id.</param>
    /// <param name="id">Its id; a new one if null.</param>
    public KvSnapshot(string volumeId, string? id = null)
        : this(RecordDocument.Create(KvRecordType.Snapshot, new JsonObject
        {
            ["id"] = id ?? Guid.NewGuid().ToString(),
            ["user_id"] = "cinderlib",
            ["project_id"] = "cinderlib",
            ["volume_id"] = volumeId,
            ["status"] = "creating",
            [BackendField] = null,
            ["volume_size"] = null,
            ["display_name"] = null,
            ["display_description"] = null,
            ["volume_type_id"] = null,
            ["metadata"] = new JsonObject(),
            ["created_at"] = RecordTime.Format(DateTimeOffset.UtcNow),
            ["updated_at"] = null,
            ["deleted_at"] = null,
            ["deleted"] = false,
        })) => NoteNew();

    internal KvSnapshot(JsonObject document)
        : base(KvRecordType.Snapshot, document)
    {
    }

    /// <inheritdoc/>
    public override string Id => GetText("id")!;

    /// <summary>The name; it need not be unique.</summary>
    public string? Name { get => GetText("display_name"); set => this["display_name"] = value; }

    /// <summary>What it is for.</summary>
    public string? Description { get => GetText("display_description"); set => this["display_description"] = value; }

    /// <summary>The size of its volume in GiB.</summary>
    public long? Size { get => RecordValue.ToNumber(Data["volume_size"]); set => this["volume_size"] = value; }

    /// <summary>The status, such as <c>available</c>.</summary>
    public string? Status { get => GetText("status"); set => this["status"] = value; }

    /// <summary>The backend's name.</summary>
    public string? Backend { get => GetTerm(RecordTerm.Backend); set => this[BackendField] = value; }

    /// <summary>The volume's id.</summary>
    public string? VolumeId { get => GetText("volume_id"); set => this["volume_id"] = value; }

    /// <summary>The volume in the snapshot's storage, read when asked for; null if it is not there.</summary>
    public KvVolume? Volume => VolumeId is { Length: > 0 } id ? Source?.GetVolumes(id).FirstOrDefault() : null;

    /// <inheritdoc/>
    internal override string? GetTerm(RecordTerm term) => term switch
    {
        RecordTerm.Name => Name,
        RecordTerm.Backend => GetText(BackendField) is { Length: > 0 } backend ? backend : DocumentBackend,
        _ => VolumeId ?? "",
    };

    private protected override void SetField(string field, JsonNode? value)
    {
        base.SetField(field, value);
        if (field == BackendField)
        {
            DocumentBackend = GetText(BackendField) ?? "";
        }
    }
}
