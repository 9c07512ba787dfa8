// cinderlib's dumps, written as the storage is read: one volume with its snapshots and connections is in memory at a time.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Writes the records of a store as a document that cinderlib loads.</summary>
public sealed class CinderlibWriter
{
    // Key values need a backend to travel in, and a store may have none.
    private const string CarrierBackend = "kvstore";
    private const int FlushSize = 64 * 1024;

    private readonly KvRecords _records;
    private readonly CinderlibExportOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Utf8JsonWriter _json;
    private readonly Action<long>? _written;
    private long _count;

    private CinderlibWriter(Utf8JsonWriter json, KvRecords records, CinderlibExportOptions options, CancellationToken cancellation, Action<long>? written)
    {
        (_json, _records, _options, _cancellation, _written) = (json, records, options, cancellation, written);
    }

    /// <summary>Writes all backends with their volumes, snapshots, connections and the key values, or one backend. Soft-deleted records are left out, as cinderlib does.</summary>
    /// <param name="output">Where the document goes, in UTF-8 without a byte-order mark; stays open.</param>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="options">What is wanted; null for the defaults.</param>
    /// <param name="cancellation">Cancels the writing, which leaves a part of a document.</param>
    /// <param name="written">Told the number of records written so far, after each.</param>
    /// <returns>The number of records written.</returns>
    /// <exception cref="KvException"><see cref="KvError.ItemNotFound"/>: there is no such backend; <see cref="KvError.InvalidValue"/>: a volume names none.</exception>
    public static long Write(Stream output, KvStorage storage, string store, CinderlibExportOptions? options = null, CancellationToken cancellation = default, Action<long>? written = null)
    {
        options ??= new CinderlibExportOptions();
        var records = new KvRecords(storage, store, cancellation);
        using (var json = new Utf8JsonWriter(output, GetOptions(options.Indented)))
        {
            var writer = new CinderlibWriter(json, records, options, cancellation, written);
            writer.WriteDocument();
            json.Flush();
            output.Write("\n"u8);
            return writer._count;
        }
    }

    /// <summary>One record as a cinderlib object.</summary>
    internal static string ToJson(KvRecord record, bool isSimplified, bool isIndented)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, GetOptions(isIndented)))
        {
            (record.Type == KvRecordType.Volume && !isSimplified ? GetVolume(record) : GetDocument(record, isSimplified)).WriteTo(json);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static JsonWriterOptions GetOptions(bool isIndented) => new() { Indented = isIndented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private void WriteDocument()
    {
        IReadOnlyList<StoredBackend> backends = CinderlibBackends.ReadAll(_records, _cancellation);
        if (_options.Backend is { } wanted)
        {
            StoredBackend backend = backends.FirstOrDefault(backend => backend.Name == wanted) ?? throw new KvException(
                KvError.ItemNotFound,
                $"There is no backend '{KvException.Shorten(wanted)}' in store '{_records.Store}'; there are: {string.Join(", ", backends.Select(backend => backend.Name))}.",
                wanted);
            WriteBackend(backend, withKeyValues: true);
            return;
        }

        if (backends.Count == 0 && _records.GetKeyValues().Any())
        {
            backends = [new StoredBackend(CarrierBackend, CinderlibBackends.Create(CarrierBackend), Position: 0, RecordKeys.GetOrderIndex(CarrierBackend))];
        }

        using IEnumerator<KvRecord> orphans = (_options.Simplified ? [] : GetOrphans()).GetEnumerator();
        bool hasOrphans = orphans.MoveNext();
        if (backends.Count == 1 && !hasOrphans && CinderlibBackends.WasObject(_records, _cancellation))
        {
            WriteBackend(backends[0], withKeyValues: true);
            return;
        }

        _json.WriteStartArray();
        for (int i = 0; i < backends.Count; i++)
        {
            WriteBackend(backends[i], withKeyValues: i == 0);
        }

        for (; hasOrphans; hasOrphans = orphans.MoveNext())
        {
            CinderlibBackends.CheckNamed(orphans.Current);
            GetDocument(orphans.Current, isSimplified: false).WriteTo(_json);
            CountOne();
        }

        _json.WriteEndArray();
    }

    private void WriteBackend(StoredBackend backend, bool withKeyValues)
    {
        JsonObject name = _options.IncludeBackendConfiguration ? backend.Document[CinderlibReader.Backend]!.AsObject() : RecordDocument.GetBackend(backend.Name);
        _json.WriteStartObject();
        _json.WriteString(CinderlibReader.Class, CinderlibReader.BackendClass);
        _json.WritePropertyName(CinderlibReader.Backend);
        name.WriteTo(_json);
        foreach ((string property, JsonNode? value) in backend.Document.Where(property => property.Key is not (CinderlibReader.Class or CinderlibReader.Backend)))
        {
            _json.WritePropertyName(property);
            JsonSerializer.Serialize(_json, value);
        }

        _json.WriteStartArray(CinderlibReader.Volumes);
        foreach (KvVolume volume in _records.ReadVolumesInOrder(backend.OrderIndex))
        {
            JsonObject document = _options.Simplified ? GetDocument(volume, isSimplified: true) : GetVolume(volume, CountOne);
            document[CinderlibReader.Backend] = name.DeepClone();
            document.WriteTo(_json);
            CountOne();
        }

        _json.WriteEndArray();
        if (withKeyValues)
        {
            WriteKeyValues();
        }

        _json.WriteEndObject();
    }

    private void WriteKeyValues()
    {
        bool isStarted = false;
        foreach (KvKeyValue keyValue in _records.GetKeyValues())
        {
            if (!isStarted)
            {
                isStarted = true;
                _json.WriteStartObject(CinderlibReader.KeyValues);
            }

            _json.WriteString(keyValue.Key, keyValue.Value);
            CountOne();
        }

        if (isStarted)
        {
            _json.WriteEndObject();
        }
    }

    // Snapshots and connections whose volume is not there stand by themselves: nothing is left out in silence.
    private IEnumerable<KvRecord> GetOrphans() =>
        from type in (KvRecordType[])[KvRecordType.Snapshot, KvRecordType.Connection]
        from node in _records.Storage.GetChildren(_records.Store, RecordKeys.GetVolumesIndex(type), _cancellation)
        where _records.Read(KvRecordType.Volume, node.Name) is not { IsDeleted: false }
        from record in _records.ReadInOrderOf(type, node.Path)
        select record;

    private static JsonObject GetVolume(KvRecord volume, Action? written = null) => GetDocument(volume, isSimplified: false, nest: data =>
    {
        Nest(data, RecordDocument.Connections, KvRecordType.Connection, volume, written);
        Nest(data, RecordDocument.Snapshots, KvRecordType.Snapshot, volume, written);
    });

    private static void Nest(JsonObject data, string field, KvRecordType type, KvRecord volume, Action? written)
    {
        foreach (KvRecord record in volume.Source?.ReadInOrder(type, volume.Id) ?? [])
        {
            JsonNode list = data[field] ??= RecordDocument.CreateList(type);
            JsonNode nested = GetDocument(record, isSimplified: true)[CinderlibReader.VersionedObject]!.DeepClone();
            list[RecordDocument.Data]![RecordDocument.Objects]!.AsArray().Add(nested);
            written?.Invoke();
        }
    }

    // The document with the attached properties in it; the simplified form is without what lies in other records.
    private static JsonObject GetDocument(KvRecord record, bool isSimplified, Action<JsonObject>? nest = null)
    {
        JsonObject document = record.Document.DeepClone().AsObject();
        JsonObject data = KvRecord.GetData(record.Type, document);
        if (isSimplified)
        {
            foreach (string field in (string[])[RecordDocument.Snapshots, RecordDocument.Connections, "volume"])
            {
                data.Remove(field);
            }
        }

        nest?.Invoke(data);
        if (record.Properties.Count > 0)
        {
            data[RecordDocument.Properties] = new JsonObject(record.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)JsonValue.Create(property.Value))));
        }

        return document;
    }

    private void CountOne()
    {
        _cancellation.ThrowIfCancellationRequested();
        _count++;
        _written?.Invoke(_count);

        if (_json.BytesPending > FlushSize)
        {
            _json.Flush();
        }
    }
}
