// A connection; cinder calls it a volume attachment.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A connection of a volume to a host.</summary>
public sealed class KvConnection : KvRecord
{
    /// <summary>A new connection.</summary>
    /// <param name="volume">Its volume.</param>
    /// <param name="id">Its id; a new one if null.</param>
    public KvConnection(KvVolume volume, string? id = null)
        : this(volume.Id, id) => Backend = volume.Backend;

    /// <summary>A new connection of a volume that is not at hand.</summary>
    /// <param name="volumeId">The volume's id.</param>
    /// <param name="id">Its id; a new one if null.</param>
    public KvConnection(string volumeId, string? id = null)
        : this(RecordDocument.Create(KvRecordType.Connection, new JsonObject
        {
            ["id"] = id ?? Guid.NewGuid().ToString(),
            ["volume_id"] = volumeId,
            ["attached_host"] = null,
            ["attach_status"] = null,
            ["attach_mode"] = "rw",
            ["connection_info"] = new JsonObject { ["conn"] = new JsonObject(), ["connector"] = new JsonObject() },
            ["connector"] = new JsonObject(),
            ["created_at"] = RecordTime.Format(DateTimeOffset.UtcNow),
            ["updated_at"] = null,
            ["deleted_at"] = null,
            ["deleted"] = false,
        })) => NoteNew();

    internal KvConnection(JsonObject document)
        : base(KvRecordType.Connection, document)
    {
    }

    /// <inheritdoc/>
    public override string Id => GetText("id")!;

    /// <summary>The status, such as <c>attached</c>.</summary>
    public string? Status { get => GetText("attach_status"); set => this["attach_status"] = value; }

    /// <summary>How it is attached: <c>rw</c> or <c>ro</c>.</summary>
    public string? AttachMode { get => GetText("attach_mode"); set => this["attach_mode"] = value; }

    /// <summary>The host it is attached to, where the record says so.</summary>
    public string? AttachedHost
    {
        get => GetText("attached_host") ?? RecordValue.ToPlainText(Get("connector", "host") ?? Get("connection_info", "connector", "host"));
        set => this["attached_host"] = value;
    }

    /// <summary>The protocol, such as <c>iscsi</c>; null if the record has no connection information.</summary>
    public string? Protocol => RecordValue.ToPlainText(Get("connection_info", "conn", "driver_volume_type"));

    /// <summary>The name of the volume's backend, as the document said or the connection was made with.</summary>
    public string? Backend { get => GetTerm(RecordTerm.Backend); set => DocumentBackend = value ?? ""; }

    /// <summary>The volume's id.</summary>
    public string? VolumeId { get => GetText("volume_id"); set => this["volume_id"] = value; }

    /// <summary>The volume in the connection's storage, read when asked for; null if it is not there.</summary>
    public KvVolume? Volume => VolumeId is { Length: > 0 } id ? Source?.GetVolumes(id).FirstOrDefault() : null;

    /// <inheritdoc/>
    internal override string? GetTerm(RecordTerm term) => term switch
    {
        RecordTerm.Name => null,
        RecordTerm.Backend => DocumentBackend,
        _ => VolumeId ?? "",
    };

    private JsonNode? Get(params string[] names)
    {
        JsonNode? node = Data;
        foreach (string name in names)
        {
            node = node is JsonObject inner ? inner[name] : null;
        }

        return node;
    }
}
