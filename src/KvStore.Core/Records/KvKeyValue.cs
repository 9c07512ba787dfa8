// cinderlib keeps plain keys with a text beside the records, for its callers' own use.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>A key with a text.</summary>
public sealed class KvKeyValue : KvRecord
{
    /// <summary>A new key value.</summary>
    /// <param name="key">The key: any text but the empty one.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: the key is empty.</exception>
    public KvKeyValue(string key, string value)
        : this(new JsonObject
        {
            ["key"] = key.Length > 0 ? key : throw new KvException(KvError.InvalidKey, "The key of a key value must not be empty.", key),
            ["value"] = RecordValue.FromObject(value, "value"),
        }) => NoteNew();

    internal KvKeyValue(JsonObject document)
        : base(KvRecordType.KeyValue, document)
    {
    }

    /// <summary>The key.</summary>
    public override string Id => GetText("key") ?? "";

    /// <summary>The key.</summary>
    public string Key => Id;

    /// <summary>The value.</summary>
    public string Value { get => GetText("value") ?? ""; set => this["value"] = value; }

    /// <inheritdoc/>
    internal override string? GetTerm(RecordTerm term) => null;

    private protected override void SetField(string field, JsonNode? value) =>
        base.SetField(field == "key" ? "id" : field, value);
}
