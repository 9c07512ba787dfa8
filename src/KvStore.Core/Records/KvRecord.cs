// A record is its JSON, as cinderlib writes it: what is typed here is a view, and what is not typed survives untouched.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>
/// A volume, snapshot, connection or key value. Changes are kept in the object, and counted in <see cref="ChangedFields"/>,
/// until a <see cref="KvRecords"/> sets it. Not safe for use by several threads at once.
/// </summary>
public abstract class KvRecord
{
    private readonly SortedSet<string> _changed = new(KvOrder.Instance);
    private readonly SortedDictionary<string, string?> _changedProperties = new(KvOrder.Instance);

    private protected KvRecord(KvRecordType type, JsonObject document)
    {
        Type = type;
        Document = document;
    }

    /// <summary>What the record describes.</summary>
    public KvRecordType Type { get; }

    /// <summary>The id, unique among the records of its type.</summary>
    public abstract string Id { get; }

    /// <summary>Whether it is marked as deleted.</summary>
    public bool IsDeleted => RecordValue.ToBoolean(Data["deleted"]);

    /// <summary>When it was deleted; null if it was not.</summary>
    public DateTimeOffset? DeletedAt => GetTime("deleted_at");

    /// <summary>When it was created, as the record says.</summary>
    public DateTimeOffset? Created { get => GetTime("created_at"); set => this["created_at"] = value; }

    /// <summary>When it was last updated, as the record says.</summary>
    public DateTimeOffset? Updated { get => GetTime("updated_at"); set => this["updated_at"] = value; }

    /// <summary>All fields with their values, in their order: a copy. To change a field, set it by its name: <c>record["status"] = "error"</c>.</summary>
    public IReadOnlyDictionary<string, object?> Fields => Data.ToDictionary(field => field.Key, field => RecordValue.ToObject(field.Value), StringComparer.Ordinal);

    /// <summary>The fields that differ from what is stored; of a new record all.</summary>
    public IReadOnlyCollection<string> ChangedFields => _changed;

    /// <summary>The attached properties, by key: those that are stored, and those set since.</summary>
    public IReadOnlyDictionary<string, string> Properties
    {
        get
        {
            var properties = new SortedDictionary<string, string>(StoredProperties.ToDictionary(), KvOrder.Instance);
            foreach ((string key, string? value) in _changedProperties)
            {
                _ = value is null ? properties.Remove(key) : (properties[key] = value) is not null;
            }

            return properties;
        }
    }

    /// <summary>The version of the record's item when it was last read or set; null if it never was, or the storage keeps none.</summary>
    public long? Version { get; private set; }

    /// <summary>The revision that changed the stored record last; null where the storage keeps none.</summary>
    internal long? ModRevision { get; private set; }

    /// <summary>Where the record was read from or set; null if neither.</summary>
    public KvRecords? Source { get; private set; }

    /// <summary>The record's JSON: class, backend and versioned object, without nested records.</summary>
    internal JsonObject Document { get; private set; }

    /// <summary>The part of the document that holds the fields.</summary>
    internal JsonObject Data => GetData(Type, Document);

    /// <summary>The place in the order of the documents; 0 if it has none yet.</summary>
    internal long Position { get; set; }

    /// <summary>The attached properties as stored.</summary>
    internal IReadOnlyDictionary<string, string> StoredProperties { get; private set; } = new Dictionary<string, string>();

    /// <summary>Attached properties set or, with null, removed since the record was read.</summary>
    internal IReadOnlyDictionary<string, string?> ChangedProperties => _changedProperties;

    /// <summary>The keys of what is stored beneath the record's own item.</summary>
    internal IReadOnlyList<string> PartKeys { get; private set; } = [];

    /// <summary>The name of the backend that the document names; a volume or snapshot may itself say more (<see cref="GetTerm"/>).</summary>
    internal string DocumentBackend
    {
        get => RecordValue.ToPlainText(Document["backend"]?[RecordDocument.BackendName]) ?? "";
        set => Document["backend"] = RecordDocument.GetBackend(value);
    }

    /// <summary>A field's value, by its name in cinderlib; null too where there is no such field.</summary>
    /// <param name="field">The name, with regard to case.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: the value is not text, a number, a boolean, a time, null, a dictionary or an array of these, or the field is the id.</exception>
    public object? this[string field]
    {
        get => RecordValue.ToObject(Data[field]);
        set => SetField(field, RecordValue.FromObject(value, field));
    }

    /// <summary>Attaches a property, or removes one, when the record is set.</summary>
    /// <param name="key">Its key, normalised as typed; slashes make namespaces.</param>
    /// <param name="value">Its value; null removes it.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: the key is empty; <see cref="KvError.NotSupported"/>: a key value carries no properties.</exception>
    public void SetProperty(string key, string? value)
    {
        if (Type == KvRecordType.KeyValue)
        {
            throw new KvException(KvError.NotSupported, $"Key value '{KvException.Shorten(Id)}' cannot carry properties; volumes, snapshots and connections can. Use a key value of its own.", key);
        }

        _changedProperties[KvPath.NormalizeKey(key)] = value;
    }

    /// <summary>The record as a cinderlib object of its own: what <c>dump</c> gives for it, or in the simplified form <c>to_json</c>.</summary>
    /// <param name="isSimplified">Whether a volume leaves out its snapshots and connections, and they their volume.</param>
    /// <param name="isIndented">Whether it is spread over lines.</param>
    public string ToJson(bool isSimplified = false, bool isIndented = false) => CinderlibWriter.ToJson(this, isSimplified, isIndented);

    /// <summary>The type and the id.</summary>
    public override string ToString() => $"{Type} {Id}";

    /// <summary>The record of a document.</summary>
    internal static KvRecord FromDocument(KvRecordType type, JsonObject document) => type switch
    {
        KvRecordType.Volume => new KvVolume(document),
        KvRecordType.Snapshot => new KvSnapshot(document),
        KvRecordType.Connection => new KvConnection(document),
        _ => new KvKeyValue(document),
    };

    /// <summary>The part of a document that holds the fields.</summary>
    internal static JsonObject GetData(KvRecordType type, JsonObject document) =>
        type == KvRecordType.KeyValue ? document : document["ovo"]![RecordDocument.Data]!.AsObject();

    /// <summary>What the record is found by; null if it has no such thing.</summary>
    internal abstract string? GetTerm(RecordTerm term);

    /// <summary>Notes what a storage holds of the record; nothing is changed then.</summary>
    internal void SetStored(KvRecords source, JsonObject document, long position, (long? Version, long? ModRevision) read, IReadOnlyDictionary<string, string> properties, IReadOnlyList<string> partKeys)
    {
        (Source, Document, Position, StoredProperties, PartKeys) = (source, document, position, properties, partKeys);
        (Version, ModRevision) = read;
        _changed.Clear();
        _changedProperties.Clear();
    }

    /// <summary>What is to be stored: all fields that are stored already, overlaid by those changed here, or by all if none was changed.</summary>
    /// <param name="stored">What is stored; null if nothing.</param>
    /// <param name="isOfSameStore">Whether the record was read from there, so that what was not changed is no news.</param>
    internal JsonObject GetMerged(KvRecord? stored, bool isOfSameStore)
    {
        if (stored is null)
        {
            return Document.DeepClone().AsObject();
        }

        bool isPartial = isOfSameStore && _changed.Count > 0;
        JsonObject merged = stored.Document.DeepClone().AsObject();
        if (!isPartial && Type != KvRecordType.KeyValue)
        {
            foreach ((string name, JsonNode? value) in Document["ovo"]!.AsObject().Where(part => part.Key != RecordDocument.Data))
            {
                merged["ovo"]![name] = value?.DeepClone();
            }
        }

        if (Document["backend"] is { } backend)
        {
            merged["backend"] = backend.DeepClone();
        }

        JsonObject fields = GetData(Type, merged);
        foreach (string field in isPartial ? _changed : Data.Select(field => field.Key))
        {
            fields[field] = Data[field]?.DeepClone();
        }

        return merged;
    }

    /// <summary>Marks the record as deleted, as cinderlib does.</summary>
    internal void MarkDeleted()
    {
        SetField("deleted", JsonValue.Create(true));
        SetField("deleted_at", JsonValue.Create(RecordTime.Format(DateTimeOffset.UtcNow)));
        if (Data.ContainsKey("status"))
        {
            SetField("status", JsonValue.Create("deleted"));
        }
    }

    private protected string? GetText(string field) => RecordValue.ToPlainText(Data[field]);

    private protected DateTimeOffset? GetTime(string field) => RecordValue.ToTime(Data[field]);

    private protected virtual void SetField(string field, JsonNode? value)
    {
        if (field == "id")
        {
            throw new KvException(KvError.InvalidValue, $"The id of {Type.ToString().ToLowerInvariant()} '{KvException.Shorten(Id)}' cannot be changed. Set a record with another id instead.", field);
        }

        bool isThere = Data.TryGetPropertyValue(field, out JsonNode? old);
        if (!isThere || !JsonNode.DeepEquals(old, value))
        {
            Data[field] = value;
            _changed.Add(field);
        }
    }

    private protected void NoteNew() => _changed.UnionWith(Data.Select(field => field.Key));
}
