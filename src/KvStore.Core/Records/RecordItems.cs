// A record is one item as long as it fits: LINSTOR takes 4096 bytes, a connection's information may be longer. The longest
// fields then move to items beneath it, in pieces where one field alone is too long.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Turns a record's document into items, and items into a document.</summary>
internal static class RecordItems
{
    // What KvStore itself notes of a record, beside what cinderlib wrote.
    private const string Notes = "kvstore";
    private const string Position = "position";
    private const string Moved = "moved";

    /// <summary>The items of a document: the record's own first, then the pieces of the fields that do not fit into it.</summary>
    /// <param name="recordKey">The key of the record's own item.</param>
    /// <param name="document">The document; not changed.</param>
    /// <param name="getData">Finds the part of the document whose fields may move.</param>
    /// <param name="position">The place in the order of the documents; 0 if it has none.</param>
    /// <param name="maximumSize">The largest value in bytes of UTF-8.</param>
    /// <exception cref="KvException"><see cref="KvError.ValueTooLong"/>: even the names of the fields are too long together.</exception>
    public static IEnumerable<KvSet> Write(string recordKey, JsonObject document, Func<JsonObject, JsonObject> getData, long position, int maximumSize)
    {
        JsonObject own = document.DeepClone().AsObject();
        if (position != 0)
        {
            own[Notes] = new JsonObject { [Position] = position };
        }

        string text = RecordValue.ToText(own);
        var pieces = new List<KvSet>();
        if (KvPath.GetSize(text) > maximumSize)
        {
            text = MoveLongest(own, getData(own), recordKey, maximumSize, pieces);
        }

        return pieces.Prepend(new KvSet(recordKey, text));
    }

    /// <summary>Reads a document from its items.</summary>
    /// <param name="item">The record's own item.</param>
    /// <param name="beneath">All items beneath it.</param>
    /// <param name="getData">Finds the part of the document whose fields may have moved.</param>
    /// <param name="document">The document.</param>
    /// <param name="position">The place in the order of the documents.</param>
    /// <returns>False if the items do not belong together: another writer came in between, or changed one alone.</returns>
    /// <exception cref="KvException"><see cref="KvError.StorageDamaged"/>: the item is not a record.</exception>
    public static bool TryRead(KvItem item, IReadOnlyList<KvItem> beneath, Func<JsonObject, JsonObject> getData, out JsonObject document, out long position)
    {
        position = 0;
        try
        {
            document = Parse(item.Value)?.AsObject() ?? throw NoRecord(item);
            JsonObject data = getData(document);
            if (document[Notes] is not JsonObject notes)
            {
                return true;
            }

            document.Remove(Notes);
            position = RecordValue.ToNumber(notes[Position]) ?? 0;
            foreach ((string field, JsonNode? hash) in notes[Moved] as JsonObject ?? [])
            {
                string text = Join(item.FullKey, field, beneath);
                if (GetHash(text) != RecordValue.ToPlainText(hash))
                {
                    return false;
                }

                data[field] = Parse(text);
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw NoRecord(item, e);
        }
    }

    // A tree reads its objects when they are first asked, and a name that stands twice in one would be met only then.
    private static JsonNode? Parse(string text)
    {
        JsonNode? tree = JsonNode.Parse(text, documentOptions: new() { MaxDepth = JsonTokens.MaximumDepth });
        Open(tree);
        return tree;

        static void Open(JsonNode? node)
        {
            IEnumerable<JsonNode?> inner = node switch
            {
                JsonObject { Count: > 0 } fields => fields.Select(field => field.Value),
                JsonArray list => list,
                _ => [],
            };
            foreach (JsonNode? child in inner)
            {
                Open(child);
            }
        }
    }

    private static string MoveLongest(JsonObject own, JsonObject data, string recordKey, int maximumSize, List<KvSet> pieces)
    {
        var moved = new JsonObject();
        own[Notes] ??= new JsonObject();
        own[Notes]![Moved] = moved;
        foreach ((string field, string value) in data.Where(field => field.Value is not null).Select(field => (field.Key, Text: RecordValue.ToText(field.Value))).OrderByDescending(field => KvPath.GetSize(field.Text)).ToArray())
        {
            // Null keeps the field's place, so that the order of the fields survives.
            data[field] = null;
            moved[field] = GetHash(value);
            pieces.AddRange(Split(value, maximumSize).Select((piece, i) => new KvSet(RecordKeys.GetPiece(recordKey, field, i + 1), piece)));
            string text = RecordValue.ToText(own);
            if (KvPath.GetSize(text) <= maximumSize)
            {
                return text;
            }
        }

        throw new KvException(
            KvError.ValueTooLong,
            $"Record '{KvException.Shorten(recordKey)}' does not fit: the names of its {data.Count} fields alone are longer than the {maximumSize} bytes that a value may have. Nothing was written. Create a store with -MaximumValueSize on a storage that permits it.",
            recordKey);
    }

    private static IEnumerable<string> Split(string text, int maximumSize)
    {
        int start = 0;
        int size = 0;
        for (int i = 0; i < text.Length;)
        {
            int length = char.IsHighSurrogate(text[i]) ? 2 : 1;
            int characterSize = Encoding.UTF8.GetByteCount(text.AsSpan(i, length));
            if (size + characterSize > maximumSize)
            {
                yield return text[start..i];
                (start, size) = (i, 0);
            }

            size += characterSize;
            i += length;
        }

        yield return text[start..];
    }

    private static string Join(string recordKey, string field, IReadOnlyList<KvItem> beneath)
    {
        string first = RecordKeys.GetPiece(recordKey, field, number: 1);
        return string.Concat(beneath.Where(item => item.FullKey == first || KvPath.IsBeneath(item.FullKey, first)).OrderBy(item => item.FullKey, KvOrder.Instance).Select(item => item.Value));
    }

    private static string GetHash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    private static KvException NoRecord(KvItem item, Exception? cause = null) => new(
        KvError.StorageDamaged,
        $"Item '{KvException.Shorten(item.Path)}' of store '{item.Store}' is not a record: it was changed by other means than Set-KvRecord. Remove the item with Remove-KvItem, and set the record again.",
        item.FullKey,
        cause);
}
