// The names in cinderlib's objects, and new objects as cinderlib would make them (Cinder 21.3).
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>The parts of a cinderlib object.</summary>
internal static class RecordDocument
{
    public const string BackendName = "volume_backend_name";
    public const string Name = "versioned_object.name";
    public const string Namespace = "versioned_object.namespace";
    public const string Version = "versioned_object.version";
    public const string Data = "versioned_object.data";
    public const string Objects = "objects";
    public const string Snapshots = "snapshots";
    public const string Connections = "volume_attachment";
    public const string VolumeType = "volume_type";

    /// <summary>The unknown field in which attached properties travel: cinderlib's loader passes over it.</summary>
    public const string Properties = "kvstore_properties";

    /// <summary>The class names of the three types of objects.</summary>
    public static string GetClass(KvRecordType type) => type.ToString();

    /// <summary>The name that a versioned object of a type carries.</summary>
    public static string GetObjectName(KvRecordType type) => type == KvRecordType.Connection ? "VolumeAttachment" : type.ToString();

    /// <summary>A backend as objects name it.</summary>
    public static JsonObject GetBackend(string name) => new() { [BackendName] = name };

    /// <summary>An object with its class, backend and versioned object.</summary>
    public static JsonObject Wrap(KvRecordType type, string backend, JsonObject versionedObject) => new()
    {
        ["class"] = GetClass(type),
        ["backend"] = GetBackend(backend),
        ["ovo"] = versionedObject,
    };

    /// <summary>A versioned object.</summary>
    public static JsonObject GetVersioned(string name, string version, JsonObject data) => new()
    {
        [Name] = name,
        [Namespace] = "cinder",
        [Version] = version,
        [Data] = data,
    };

    /// <summary>A new object of a type.</summary>
    public static JsonObject Create(KvRecordType type, JsonObject data) => Wrap(type, "", GetVersioned(GetObjectName(type), GetVersion(type), data));

    /// <summary>An empty list of nested objects, as a volume holds them.</summary>
    public static JsonObject CreateList(KvRecordType type) => type == KvRecordType.Snapshot
        ? GetVersioned("SnapshotList", "1.0", new JsonObject { [Objects] = new JsonArray() })
        : GetVersioned("VolumeAttachmentList", "1.1", new JsonObject { [Objects] = new JsonArray() });

    private static string GetVersion(KvRecordType type) => type switch
    {
        KvRecordType.Volume => "1.9",
        KvRecordType.Snapshot => "1.6",
        _ => "1.3",
    };
}
