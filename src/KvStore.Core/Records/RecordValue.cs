// Fields are JSON, so that every field of every cinder version survives; people meet them as plain .NET values.
using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Conversion between the JSON of a field and plain values, and the texts of both.</summary>
internal static class RecordValue
{
    // Readable text instead of escapes: items are looked at on a drive.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonTokens.MaximumDepth };

    /// <summary>The compact JSON text of a node.</summary>
    public static string ToText(JsonNode? node) => node?.ToJsonString(Compact) ?? "null";

    /// <summary>A field's value as plain text where it is a single value; null for null, an object or an array.</summary>
    public static string? ToPlainText(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.Number => node.ToJsonString(),
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        _ => null,
    };

    /// <summary>A whole number, also where it stands as text.</summary>
    public static long? ToNumber(JsonNode? node) =>
        decimal.TryParse(ToPlainText(node), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number is > long.MinValue and < long.MaxValue
            ? (long)number
            : null;

    /// <summary>Whether a value counts as true: cinderlib's loader takes anything that is not empty, zero or null.</summary>
    public static bool ToBoolean(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => ToNumber(node) != 0,
        JsonValueKind.String => node.GetValue<string>().Length > 0,
        JsonValueKind.Object => node.AsObject().Count > 0,
        JsonValueKind.Array => node.AsArray().Count > 0,
        _ => false,
    };

    /// <summary>A time; null where there is none or it cannot be read.</summary>
    public static DateTimeOffset? ToTime(JsonNode? node) =>
        ToPlainText(node) is { } text && RecordTime.TryParse(text, out DateTimeOffset time) ? time : null;

    /// <summary>A plain value: text, a number, a boolean, null, an array, or a dictionary in the order of the fields.</summary>
    public static object? ToObject(JsonNode? node)
    {
        switch (node?.GetValueKind())
        {
            case JsonValueKind.Object:
                var dictionary = new OrderedDictionary(StringComparer.Ordinal);
                foreach ((string name, JsonNode? value) in node.AsObject())
                {
                    dictionary.Add(name, ToObject(value));
                }

                return dictionary;
            case JsonValueKind.Array:
                return node.AsArray().Select(ToObject).ToArray();
            case JsonValueKind.String:
                return node.GetValue<string>();
            case JsonValueKind.True or JsonValueKind.False:
                return node.GetValue<bool>();
            case JsonValueKind.Number:
                string text = node.ToJsonString();
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? (object)number : double.Parse(text, CultureInfo.InvariantCulture);
            default:
                return null;
        }
    }

    /// <summary>The JSON of a plain value; times in the form that cinderlib writes.</summary>
    /// <param name="value">Text, a number, a boolean, a time, null, a dictionary with text keys, or an array of such.</param>
    /// <param name="field">The field it is for, for the message.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: the value is none of these.</exception>
    public static JsonNode? FromObject(object? value, string field)
    {
        value = TextOnlyIndexer.Unwrap(value);
        switch (value)
        {
            case null:
                return null;
            case JsonNode node:
                return node.DeepClone();
            case string text:
                KvPath.GetSize(text);
                return JsonValue.Create(text);
            case char or Guid or Enum:
                return JsonValue.Create(value.ToString());
            case bool boolean:
                return JsonValue.Create(boolean);
            case DateTimeOffset time:
                return JsonValue.Create(RecordTime.Format(time));
            case DateTime time:
                return JsonValue.Create(RecordTime.Format(time.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(time, TimeSpan.Zero) : time));
            case double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity:
                throw Misfit(field, $"the number {value}, which JSON does not have");
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                return JsonNode.Parse(JsonSerializer.Serialize(value, value.GetType()));
            case IDictionary dictionary:
                var result = new JsonObject();
                foreach (DictionaryEntry entry in dictionary)
                {
                    string name = TextOnlyIndexer.Unwrap(entry.Key) as string ?? throw Misfit(field, "a dictionary with a key that is not text");
                    result[name] = FromObject(entry.Value, field);
                }

                return result;
            case IEnumerable list:
                return new JsonArray([.. list.Cast<object?>().Select(element => FromObject(element, field))]);
            default:
                throw Misfit(field, $"of type {value.GetType().Name}");
        }
    }

    private static KvException Misfit(string field, string what) => new(
        KvError.InvalidValue,
        $"The value of field '{KvException.Shorten(field)}' is {what}; text, a number, a boolean, a time, null, a dictionary or an array of these is needed. Nothing was written.",
        field);
}
