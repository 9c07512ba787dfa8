// What cinderlib's loader refuses is refused here too: an import that passes must not be a file that cinderlib cannot load.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>The rules for the objects in a cinderlib document.</summary>
internal static class CinderlibRules
{
    private static readonly string[] Times = ["created_at", "updated_at", "deleted_at", "scheduled_at", "launched_at", "terminated_at", "attach_time", "detach_time"];
    private static readonly string[] Texts = ["display_name", "display_description", "host", "status", "attach_status", "progress", "volume_id"];
    private static readonly string[] Numbers = ["size", "volume_size"];
    private static readonly string[] NeverNull = ["metadata", "admin_metadata", "glance_metadata"];

    /// <summary>Checks a versioned object.</summary>
    /// <param name="type">What it must be.</param>
    /// <param name="versionedObject">The object.</param>
    /// <returns>What is wrong with it, naming the object and the field; null if nothing.</returns>
    public static string? FindFault(KvRecordType type, JsonNode? versionedObject)
    {
        string what = type.ToString().ToLowerInvariant();
        if (versionedObject is not JsonObject)
        {
            return $"a {what} has no versioned object ('ovo').";
        }

        if (versionedObject[RecordDocument.Data] is not JsonObject data)
        {
            return $"a {what} has no fields ('{RecordDocument.Data}').";
        }

        string? id = RecordValue.ToPlainText(data["id"]);
        if (string.IsNullOrEmpty(id))
        {
            string named = RecordValue.ToPlainText(data["display_name"]) is { } name ? $" (display_name '{KvException.Shorten(name)}')" : "";
            return $"field 'id' of a {what}{named} is missing or empty.";
        }

        string? fault = versionedObject[RecordDocument.Name] is { } objectName && RecordValue.ToPlainText(objectName) != RecordDocument.GetObjectName(type)
            ? $"'{RecordDocument.Name}' is not '{RecordDocument.GetObjectName(type)}'."
            : FindFault(data) ?? FindFaultOfType(data[RecordDocument.VolumeType]);
        return fault is null ? null : $"{what} '{KvException.Shorten(id)}': {fault}";
    }

    private static string? FindFault(JsonObject data)
    {
        foreach ((string field, JsonNode? value) in data)
        {
            JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
            string? expected =
                Array.IndexOf(Times, field) >= 0 && !IsTimeOrNull(value) ? "a time such as 2024-01-02T03:04:05.123456Z, or null"
                : Array.IndexOf(Texts, field) >= 0 && kind is (JsonValueKind.Object or JsonValueKind.Array) ? "text or null"
                : Array.IndexOf(Numbers, field) >= 0 && kind != JsonValueKind.Null && RecordValue.ToNumber(value) is null ? "a number or null"
                : Array.IndexOf(NeverNull, field) >= 0 && kind != JsonValueKind.Object ? "an object"
                : null;
            if (expected is not null)
            {
                return $"field '{field}' is {Show(value)}; {expected} is needed.";
            }
        }

        return null;
    }

    // The type of a volume is an object of its own, with quality-of-service specs as another within it.
    private static string? FindFaultOfType(JsonNode? type)
    {
        if (type is null)
        {
            return null;
        }

        if ((type as JsonObject)?[RecordDocument.Data] is not JsonObject data)
        {
            return $"field '{RecordDocument.VolumeType}' is {Show(type)}; a versioned object or null is needed.";
        }

        string? fault = FindFault(data);
        if (fault is null && data["qos_specs"] is { } specs)
        {
            fault = (specs as JsonObject)?[RecordDocument.Data] is JsonObject qos ? FindFault(qos) : $"field 'qos_specs' is {Show(specs)}; a versioned object or null is needed.";
        }

        return fault is null ? null : $"{RecordDocument.VolumeType}: {fault}";
    }

    private static bool IsTimeOrNull(JsonNode? value) =>
        value is null || (value.GetValueKind() == JsonValueKind.String && RecordTime.TryParse(value.GetValue<string>(), out _));

    private static string Show(JsonNode? value) => value is null ? "null" : $"'{KvException.Shorten(RecordValue.ToPlainText(value) ?? RecordValue.ToText(value))}'";
}
