// The export document, written as the storage is read: memory does not grow with the store.
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KvStore;

/// <summary>
/// Writes stores as a JSON document (docs/export-format.md): keys in order, no times and no versions, so that the same
/// contents give the same bytes from every storage.
/// </summary>
public static class KvDocumentWriter
{
    private const int FlushSize = 64 * 1024;

    /// <summary>Writes stores of a storage.</summary>
    /// <param name="output">Where the document goes, in UTF-8 without a byte-order mark; stays open.</param>
    /// <param name="storage">The storage to read.</param>
    /// <param name="stores">The stores, as <see cref="KvStorage.GetStores"/> gives them.</param>
    /// <param name="cancellation">Cancels the writing, which leaves a part of a document.</param>
    /// <param name="written">Told the number of items written so far, after each.</param>
    /// <returns>The number of items written.</returns>
    public static long Write(Stream output, KvStorage storage, IEnumerable<KvStoreInfo> stores, CancellationToken cancellation, Action<long>? written = null)
    {
        // Readable text instead of escapes: a document is for people, diffs and version control, not for a web page.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var json = new Utf8JsonWriter(output, options);
        json.WriteStartObject();
        json.WriteString(KvDocument.Format, KvDocument.FormatName);
        json.WriteNumber(KvDocument.Version, KvDocument.FormatVersion);
        json.WriteStartArray(KvDocument.Stores);
        long count = 0;
        foreach (KvStoreInfo store in stores)
        {
            WriteHead(json, storage, store, cancellation);
            foreach (KvItem item in storage.Scan(store.Name, KvRange.All, cancellation))
            {
                WriteItem(json, item);
                count++;
                written?.Invoke(count);
                if (json.BytesPending > FlushSize)
                {
                    json.Flush();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
        return count;
    }

    private static void WriteHead(Utf8JsonWriter json, KvStorage storage, KvStoreInfo store, CancellationToken cancellation)
    {
        json.WriteStartObject();
        json.WriteString(KvDocument.Name, store.Name);
        if (store.Limits != KvLimits.Default.Within(storage.Limits))
        {
            json.WriteNumber(KvDocument.MaximumKeySize, store.Limits.MaximumKeySize);
            json.WriteNumber(KvDocument.MaximumValueSize, store.Limits.MaximumValueSize);
        }

        if (store.IsKept)
        {
            json.WriteBoolean(KvDocument.IsKept, true);
        }

        json.WriteStartArray(KvDocument.Namespaces);
        foreach (string namespacePath in storage.GetKeptNamespaces(store.Name, KvPath.Root, cancellation))
        {
            json.WriteStringValue(namespacePath);
        }

        json.WriteEndArray();
        json.WriteStartArray(KvDocument.Items);
    }

    private static void WriteItem(Utf8JsonWriter json, KvItem item)
    {
        json.WriteStartObject();
        json.WriteString(KvDocument.Key, item.FullKey);
        json.WriteString(KvDocument.Value, item.Value);
        if (item.Expires is { } expires)
        {
            json.WriteString(KvDocument.Expires, expires);
        }

        json.WriteEndObject();
    }
}
