// Where a record and what belongs to it are kept, in one place (docs/records.md shows it to users).
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KvStore;

/// <summary>What records are found by, besides their ids.</summary>
internal enum RecordTerm
{
    Name,
    Backend,
    Volume,
}

/// <summary>The keys of records, their parts and their index items.</summary>
internal static class RecordKeys
{
    /// <summary>The namespace of the backends; the item of the same path remembers the form of the last imported document.</summary>
    public const string Backends = "backends";

    /// <summary>The attached properties, beneath a record.</summary>
    public const string Properties = "properties";

    /// <summary>The fields that did not fit into a record's own item, beneath it.</summary>
    public const string Fields = "fields";

    private const string Index = "index";
    private const string Deleted = "deleted";
    private const string Order = "order";

    // Enough for the microseconds since 1970, for three centuries.
    private const int PositionDigits = 16;

    // With the longest path around two of them, a key stays within the 255 bytes of the strictest storage.
    private const int MaximumComponentSize = 72;

    /// <summary>The namespace of a type's records.</summary>
    public static string GetFolder(KvRecordType type) => type switch
    {
        KvRecordType.Volume => "volumes",
        KvRecordType.Snapshot => "snapshots",
        KvRecordType.Connection => "connections",
        _ => "keyvalues",
    };

    /// <summary>The key of a record's own item, beneath which its parts are.</summary>
    public static string GetRecord(KvRecordType type, string component) => $"{GetFolder(type)}/{component}";

    /// <summary>The key of an attached property, whose own key is in normal form.</summary>
    public static string GetProperty(string recordKey, string propertyKey) => $"{recordKey}/{Properties}/{propertyKey}";

    /// <summary>The namespace of the index items of one name, backend or volume.</summary>
    public static string GetIndex(KvRecordType type, RecordTerm term, string value, bool isDeleted) =>
        $"{GetIndex(type, isDeleted)}/{GetName(term)}/{GetComponent(value)}";

    /// <summary>The namespace beneath which the records of each volume are indexed, a namespace each.</summary>
    public static string GetVolumesIndex(KvRecordType type) => $"{GetIndex(type, isDeleted: false)}/{GetName(RecordTerm.Volume)}";

    /// <summary>The namespace beneath which the volumes of each backend stand in the order of the documents, a namespace each.</summary>
    public static string GetOrderIndex() => $"{GetIndex(KvRecordType.Volume, isDeleted: false)}/{Order}";

    /// <summary>The namespace of a backend's volumes in the order of the documents.</summary>
    public static string GetOrderIndex(string backend) => $"{GetOrderIndex()}/{GetComponent(backend)}";

    /// <summary>The key that holds a volume's place among those of its backend.</summary>
    public static string GetOrder(string backend, long position, string component) => $"{GetOrderIndex(backend)}/{FormatPosition(position)}-{component}";

    /// <summary>The component of the volume whose place a key holds.</summary>
    public static string GetOrdered(string orderKey) => KvPath.GetName(orderKey)[(PositionDigits + 1)..];

    /// <summary>The namespace of the index items of an attached property, by types.</summary>
    public static string GetPropertyIndex(string propertyKey, KvRecordType type) => $"{Index}/{Properties}/{GetComponent(propertyKey)}/{GetFolder(type)}";

    /// <summary>A position as text that sorts as the number does.</summary>
    public static string FormatPosition(long position) => position.ToString($"D{PositionDigits}", CultureInfo.InvariantCulture);

    /// <summary>The part of a field that did not fit, from 1: the first has the field's own path, the others lie beneath it.</summary>
    public static string GetPiece(string recordKey, string field, int number)
    {
        string key = $"{recordKey}/{Fields}/{GetComponent(field)}";
        return number == 1 ? key : $"{key}/{number.ToString("D4", CultureInfo.InvariantCulture)}";
    }

    /// <summary>
    /// Any text as one component of a key: as it is where that is possible; <c>%</c>, <c>/</c>, control characters and white
    /// space at the ends percent-encoded; empty text as a lone <c>%</c>; long text as <c>%~</c> and its hash.
    /// </summary>
    public static string GetComponent(string text)
    {
        KvPath.GetSize(text);
        if (text.Length == 0)
        {
            return "%";
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool isEdge = i == 0 || i == text.Length - 1;
            if (c is '%' or '/' || char.IsControl(c) || (isEdge && char.IsWhiteSpace(c)))
            {
                foreach (byte b in Encoding.UTF8.GetBytes(text, i, 1))
                {
                    result.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
                }
            }
            else
            {
                result.Append(c);
            }
        }

        string component = result.ToString();
        return KvPath.GetSize(component) <= MaximumComponentSize
            ? component
            : string.Concat("%~", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).AsSpan(0, 40));
    }

    private static string GetIndex(KvRecordType type, bool isDeleted) =>
        isDeleted ? $"{Index}/{Deleted}/{GetFolder(type)}" : $"{Index}/{GetFolder(type)}";

    private static string GetName(RecordTerm term) => term switch
    {
        RecordTerm.Name => "name",
        RecordTerm.Backend => "backend",
        _ => "volume",
    };
}
