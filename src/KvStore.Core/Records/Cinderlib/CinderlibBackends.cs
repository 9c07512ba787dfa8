// Backends are no records, but documents list them: even one without volumes, with what else its object held.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A backend as a store remembers it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Document">Its object in a document, without volumes and key values.</param>
/// <param name="Position">The place in the order of the documents.</param>
/// <param name="OrderIndex">The namespace of its volumes in the order of the documents.</param>
internal sealed record StoredBackend(string Name, JsonObject Document, long Position, string OrderIndex);

/// <summary>The backends that a store's documents and volumes name.</summary>
internal static class CinderlibBackends
{
    private const string ObjectForm = "object";
    private const string ListForm = "list";

    /// <summary>The key of what is remembered of a backend.</summary>
    public static string GetKey(string name) => $"{RecordKeys.Backends}/{RecordKeys.GetComponent(name)}";

    /// <summary>The items that remember a backend.</summary>
    public static IEnumerable<KvSet> GetItems(KvRecords records, string name, JsonObject document, long position) =>
        RecordItems.Write(GetKey(name), document, GetData, position, records.Limits.MaximumValueSize);

    /// <summary>The item that remembers the form of a document.</summary>
    public static KvSet GetForm(bool isBackend) => new(RecordKeys.Backends, isBackend ? ObjectForm : ListForm);

    /// <summary>Whether the last document was one backend's object.</summary>
    public static bool WasObject(KvRecords records, CancellationToken cancellation) => records.Storage.Get(records.Store, RecordKeys.Backends, cancellation)?.Value == ObjectForm;

    /// <summary>What is remembered of a backend; null if nothing.</summary>
    public static StoredBackend? Read(KvRecords records, string key, CancellationToken cancellation = default)
    {
        if (records.Storage.Get(records.Store, key, cancellation) is not { } item
            || !RecordItems.TryRead(item, [.. records.Storage.Scan(records.Store, KvRange.Beneath(key), cancellation)], GetData, out JsonObject document, out long position))
        {
            return null;
        }

        string name = RecordValue.ToPlainText(document["backend"]?[RecordDocument.BackendName]) ?? KvPath.GetName(key);
        return new StoredBackend(name, document, position, RecordKeys.GetOrderIndex(name));
    }

    /// <summary>All backends: in the order of the documents, then by name those that only volumes name.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: a volume names no backend.</exception>
    public static IReadOnlyList<StoredBackend> ReadAll(KvRecords records, CancellationToken cancellation)
    {
        List<StoredBackend> known = [.. records.Storage.GetChildren(records.Store, RecordKeys.Backends, cancellation)
            .Select(node => Read(records, node.Path, cancellation)).OfType<StoredBackend>().OrderBy(backend => backend.Position)];
        var indexes = known.Select(backend => backend.OrderIndex).ToHashSet(StringComparer.Ordinal);
        foreach (KvNode node in records.Storage.GetChildren(records.Store, RecordKeys.GetOrderIndex(), cancellation))
        {
            if (!indexes.Contains(node.Path) && records.ReadVolumesInOrder(node.Path).FirstOrDefault() is { } volume)
            {
                CheckNamed(volume);
                string name = volume.DocumentBackend;
                known.Add(new StoredBackend(name, Create(name), Position: 0, node.Path));
            }
        }

        return known;
    }

    /// <summary>Checks that a record names a backend, which each object in a document must.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it does not.</exception>
    public static void CheckNamed(KvRecord record)
    {
        if (record.DocumentBackend.Length == 0)
        {
            throw new KvException(
                KvError.InvalidValue,
                $"{record} names no backend, and a cinderlib document needs one. Give it one with Set-KvRecord -Backend.",
                record.Id);
        }
    }

    /// <summary>A backend of which nothing is remembered but its name.</summary>
    public static JsonObject Create(string name) => new() { [CinderlibReader.Class] = CinderlibReader.BackendClass, [CinderlibReader.Backend] = RecordDocument.GetBackend(name) };

    // A long configuration may move to items of its own, as the fields of a record do.
    private static JsonObject GetData(JsonObject document) => document["backend"]!.AsObject();
}
