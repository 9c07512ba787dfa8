// What an object of a document means: records, with what is nested in a volume taken out of it.
using System.Text.Json.Nodes;

namespace KvStore;

internal sealed partial class CinderlibReader
{
    private IEnumerable<CinderlibEntry> GetEntries(JsonObject document)
    {
        switch (RecordValue.ToPlainText(document[Class]))
        {
            case null:
                throw Error($"an object has no '{Class}'.");
            case BackendClass:
                return GetBackend(document);
            case nameof(KvRecordType.Volume):
                return GetVolume(document).Concat(GetBackendOf(document));
            case nameof(KvRecordType.Snapshot):
                return Get(KvRecordType.Snapshot, document).Concat(GetBackendOf(document));
            case nameof(KvRecordType.Connection):
                return Get(KvRecordType.Connection, document).Concat(GetBackendOf(document));
            case string other:
                throw Error($"class '{KvException.Shorten(other)}' is unknown; {BackendClass}, Volume, Snapshot and Connection are known.");
        }
    }

    private IEnumerable<CinderlibEntry> GetBackend(JsonObject document)
    {
        string name = GetBackendName(document, "a backend");
        if (document[Volumes] is { } volumes)
        {
            document.Remove(Volumes);
            foreach (CinderlibEntry entry in (volumes as JsonArray ?? throw Error($"'{Volumes}' of backend '{KvException.Shorten(name)}' must be an array.")).ToArray().SelectMany(GetVolume))
            {
                yield return entry;
            }
        }

        if (document[KeyValues] is { } keyValues)
        {
            document.Remove(KeyValues);
            foreach ((string key, JsonNode? value) in keyValues as JsonObject ?? throw Error($"'{KeyValues}' of backend '{KvException.Shorten(name)}' must be an object."))
            {
                yield return GetKeyValue(key, value);
            }
        }

        if (!options.IncludeBackendConfiguration)
        {
            document[Backend] = RecordDocument.GetBackend(name);
        }

        yield return new CinderlibBackend(name, document);
    }

    // A single object with its backend's configuration brings a backend too, where that is wanted.
    private IEnumerable<CinderlibEntry> GetBackendOf(JsonObject document) =>
        options.IncludeBackendConfiguration && document[Backend] is JsonObject { Count: > 1 } backend
            ? [new CinderlibBackend(GetBackendName(document, "an object"), new JsonObject { [Class] = BackendClass, [Backend] = backend.DeepClone() })]
            : [];

    private IEnumerable<CinderlibEntry> GetVolume(JsonNode? node)
    {
        if (node is not JsonObject document)
        {
            throw Error($"an element of '{Volumes}' must be an object.");
        }

        // cinderlib takes what stands among a backend's volumes for a volume, whatever class it names, or none.
        if ((RecordValue.ToPlainText(document[Class]) ?? nameof(KvRecordType.Volume)) != nameof(KvRecordType.Volume))
        {
            throw Error($"an object of class '{KvException.Shorten(RecordValue.ToPlainText(document[Class])!)}' stands among the '{Volumes}' of a backend.");
        }

        Check(KvRecordType.Volume, document[VersionedObject]);
        JsonObject data = document[VersionedObject]![RecordDocument.Data]!.AsObject();
        string id = RecordValue.ToPlainText(data["id"])!;
        string backend = GetBackendName(document, $"volume '{KvException.Shorten(id)}'");
        List<JsonObject> snapshots = TakeNested(data, RecordDocument.Snapshots, id);
        List<JsonObject> connections = TakeNested(data, RecordDocument.Connections, id);
        yield return GetRecord(KvRecordType.Volume, backend, document);
        foreach (JsonObject nested in snapshots)
        {
            yield return GetNested(KvRecordType.Snapshot, backend, nested, id);
        }

        foreach (JsonObject nested in connections)
        {
            yield return GetNested(KvRecordType.Connection, backend, nested, id);
        }
    }

    private IEnumerable<CinderlibEntry> Get(KvRecordType type, JsonObject document)
    {
        Check(type, document[VersionedObject]);
        string id = RecordValue.ToPlainText(document[VersionedObject]![RecordDocument.Data]!["id"])!;
        yield return GetRecord(type, GetBackendName(document, $"{type.ToString().ToLowerInvariant()} '{KvException.Shorten(id)}'"), document);
    }

    private CinderlibRecord GetNested(KvRecordType type, string backend, JsonObject versionedObject, string volumeId)
    {
        Check(type, versionedObject);

        // What stands in a volume belongs to it: cinderlib sets the reference when it loads.
        JsonNode data = versionedObject[RecordDocument.Data]!;
        if (RecordValue.ToPlainText(data["volume_id"]) != volumeId)
        {
            data["volume_id"] = volumeId;
        }

        return GetRecord(type, backend, RecordDocument.Wrap(type, backend, versionedObject));
    }

    private CinderlibRecord GetRecord(KvRecordType type, string backend, JsonObject document)
    {
        document[Class] ??= RecordDocument.GetClass(type);
        document[Backend] = RecordDocument.GetBackend(backend);
        var record = KvRecord.FromDocument(type, document);
        if (type == KvRecordType.Snapshot && RecordValue.ToPlainText(record.Data["progress"]) is { Length: > 0 } named && named != backend)
        {
            throw Error($"snapshot '{KvException.Shorten(record.Id)}': field 'progress' names the backend '{KvException.Shorten(named)}', but its volume is on '{KvException.Shorten(backend)}'.");
        }

        return new CinderlibRecord(record, TakeProperties(record));
    }

    private CinderlibRecord GetKeyValue(string key, JsonNode? value)
    {
        if (key.Length == 0 || (value is not null && RecordValue.ToPlainText(value) is null))
        {
            throw Error($"key value '{KvException.Shorten(key)}' must have a key, and text for its value.");
        }

        return new CinderlibRecord(new KvKeyValue(key, RecordValue.ToPlainText(value) ?? ""), new Dictionary<string, string>());
    }

    private Dictionary<string, string> TakeProperties(KvRecord record)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        if (record.Data[RecordDocument.Properties] is JsonObject found)
        {
            record.Data.Remove(RecordDocument.Properties);
            foreach ((string key, JsonNode? value) in found)
            {
                string text = RecordValue.ToPlainText(value) ?? throw Error($"{record}: property '{KvException.Shorten(key)}' is not text.");
                properties[KvPath.NormalizeKey(key)] = text;
            }
        }

        return properties;
    }

    private List<JsonObject> TakeNested(JsonObject data, string field, string volumeId)
    {
        if (data[field] is not { } list)
        {
            return [];
        }

        if ((list as JsonObject)?[RecordDocument.Data] is not JsonObject listData || (listData[RecordDocument.Objects] ??= new JsonArray()) is not JsonArray objects)
        {
            throw Error($"volume '{KvException.Shorten(volumeId)}': field '{field}' must be a versioned object with a list of '{RecordDocument.Objects}'.");
        }

        var nested = new List<JsonObject>();
        foreach (JsonNode? element in objects)
        {
            nested.Add(element as JsonObject ?? throw Error($"volume '{KvException.Shorten(volumeId)}': field '{field}' holds something that is not an object."));
        }

        objects.Clear();
        return nested;
    }

    private void Check(KvRecordType type, JsonNode? versionedObject)
    {
        if (CinderlibRules.FindFault(type, versionedObject) is { } fault)
        {
            throw Error(fault);
        }
    }

    private string GetBackendName(JsonObject document, string whose)
    {
        string? name = RecordValue.ToPlainText((document[Backend] as JsonObject)?[RecordDocument.BackendName]);
        if (string.IsNullOrEmpty(name))
        {
            throw Error($"the backend of {whose} is not known: its '{Backend}' has no '{RecordDocument.BackendName}'.");
        }

        return options.KnownBackends is not { } known || known.Contains(name, StringComparer.Ordinal)
            ? name
            : throw Error($"backend '{KvException.Shorten(name)}' of {whose} is not known; known are: {string.Join(", ", known)}.");
    }
}
