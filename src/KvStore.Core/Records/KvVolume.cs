// A volume, with the fields that people use up front.
using System.Collections;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A volume.</summary>
public sealed class KvVolume : KvRecord
{
    /// <summary>A new volume, with cinderlib's defaults.</summary>
    /// <param name="id">Its id; a new one if null.</param>
    public KvVolume(string? id = null)
        : this(RecordDocument.Create(KvRecordType.Volume, new JsonObject
        {
            ["id"] = id ?? Guid.NewGuid().ToString(),
            ["user_id"] = "cinderlib",
            ["project_id"] = "cinderlib",
            ["host"] = null,
            ["size"] = 1,
            ["status"] = "creating",
            ["attach_status"] = "detached",
            ["display_name"] = null,
            ["display_description"] = null,
            [RecordDocument.VolumeType + "_id"] = null,
            ["deleted"] = false,
            ["metadata"] = new JsonObject(),
            ["admin_metadata"] = new JsonObject(),
            ["glance_metadata"] = new JsonObject(),
            [RecordDocument.VolumeType] = null,
            ["created_at"] = RecordTime.Format(DateTimeOffset.UtcNow),
            ["updated_at"] = null,
            ["deleted_at"] = null,
        })) => NoteNew();

    internal KvVolume(JsonObject document)
        : base(KvRecordType.Volume, document)
    {
    }

    /// <inheritdoc/>
    public override string Id => GetText("id")!;

    /// <summary>The name; it need not be unique.</summary>
    public string? Name { get => GetText("display_name"); set => this["display_name"] = value; }

    /// <summary>What it is for.</summary>
    public string? Description { get => GetText("display_description"); set => this["display_description"] = value; }

    /// <summary>The size in GiB.</summary>
    public long? Size { get => RecordValue.ToNumber(Data["size"]); set => this["size"] = value; }

    /// <summary>The status, such as <c>available</c> or <c>in-use</c>.</summary>
    public string? Status { get => GetText("status"); set => this["status"] = value; }

    /// <summary>The backend's name: the part of <see cref="Host"/> between <c>@</c> and <c>#</c>. Setting it keeps node and pool.</summary>
    public string? Backend
    {
        get => GetTerm(RecordTerm.Backend);
        set
        {
            string host = Host is null or "" ? $"{Environment.MachineName}#{value}" : Host;
            string node = host.Split('#')[0] is var left && left.LastIndexOf('@') is >= 0 and int at ? left[..at] : left;
            string pool = host.IndexOf('#', StringComparison.Ordinal) is >= 0 and int hash ? host[hash..] : "";
            Host = $"{node}@{value}{pool}";
        }
    }

    /// <summary>Where it is: <c>node@backend#pool</c>.</summary>
    public string? Host { get => GetText("host"); set => this["host"] = value; }

    /// <summary>Whether it is attached, such as <c>detached</c>.</summary>
    public string? AttachStatus { get => GetText("attach_status"); set => this["attach_status"] = value; }

    /// <summary>The metadata: a copy.</summary>
    public IDictionary Metadata => AsDictionary(Data["metadata"]);

    /// <summary>The extra specs of the volume's type: a copy. <see cref="SetSpecs"/> changes them.</summary>
    public IDictionary ExtraSpecs => AsDictionary(TypeData?["extra_specs"]);

    /// <summary>The quality-of-service specs of the volume's type: a copy. <see cref="SetSpecs"/> changes them.</summary>
    public IDictionary QosSpecs => AsDictionary(TypeData?["qos_specs"]?[RecordDocument.Data]?["specs"]);

    /// <summary>The snapshots of this volume in its storage, read when asked for; none if the volume was not read from one.</summary>
    public IEnumerable<KvSnapshot> Snapshots => Source?.GetSnapshots(volumeId: Id) ?? [];

    /// <summary>The connections of this volume in its storage, read when asked for; none if the volume was not read from one.</summary>
    public IEnumerable<KvConnection> Connections => Source?.GetConnections(volumeId: Id) ?? [];

    private JsonNode? TypeData => Data[RecordDocument.VolumeType]?[RecordDocument.Data];

    /// <summary>Gives the volume a type of its own, whose id and name are the volume's, as cinderlib does.</summary>
    /// <param name="extraSpecs">The extra specs; null leaves those there are.</param>
    /// <param name="qosSpecs">The quality-of-service specs; null leaves those there are.</param>
    public void SetSpecs(IDictionary? extraSpecs, IDictionary? qosSpecs)
    {
        JsonObject type = Data[RecordDocument.VolumeType]?.DeepClone().AsObject() ?? RecordDocument.GetVersioned("VolumeType", "1.3", new JsonObject
        {
            ["id"] = Id,
            ["name"] = Id,
            ["is_public"] = true,
            ["extra_specs"] = new JsonObject(),
            ["qos_specs_id"] = null,
            ["qos_specs"] = null,
        });
        JsonNode data = type[RecordDocument.Data]!;
        if (extraSpecs is not null)
        {
            data["extra_specs"] = RecordValue.FromObject(extraSpecs, "extra_specs");
        }

        if (qosSpecs is not null)
        {
            data["qos_specs"] ??= RecordDocument.GetVersioned("QualityOfServiceSpecs", "1.0", new JsonObject { ["id"] = Id, ["name"] = Id, ["consumer"] = "back-end" });
            data["qos_specs"]![RecordDocument.Data]!["specs"] = RecordValue.FromObject(qosSpecs, "qos_specs");
            data["qos_specs_id"] = data["qos_specs"]![RecordDocument.Data]!["id"]?.DeepClone();
        }

        SetField(RecordDocument.VolumeType + "_id", data["id"]?.DeepClone());
        SetField(RecordDocument.VolumeType, type);
    }

    /// <inheritdoc/>
    internal override string? GetTerm(RecordTerm term) => term switch
    {
        RecordTerm.Name => Name,
        RecordTerm.Backend => Host is { Length: > 0 } host ? host[(host.LastIndexOf('@') + 1)..].Split('#')[0] : DocumentBackend,
        _ => null,
    };

    private protected override void SetField(string field, JsonNode? value)
    {
        base.SetField(field, value);
        if (field == "host" && Host is { Length: > 0 })
        {
            DocumentBackend = Backend!;
        }
    }

    private static IDictionary AsDictionary(JsonNode? node) => RecordValue.ToObject(node) as IDictionary ?? new System.Collections.Specialized.OrderedDictionary();
}
