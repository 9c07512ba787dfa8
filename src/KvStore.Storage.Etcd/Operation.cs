// What a transaction is made of, written as the JSON that etcd's gateway takes: keys in Base64, 64-bit numbers as text.
using System.Globalization;
using System.Text.Json;

namespace KvStore.Storage.Etcd;

/// <summary>One operation of a transaction.</summary>
internal abstract record Operation
{
    /// <summary>Writes it as an object that names its kind.</summary>
    public abstract void WriteTo(Utf8JsonWriter json);

    protected static void WriteNumber(Utf8JsonWriter json, string name, long number)
    {
        if (number != 0)
        {
            json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>Reads a key, or all keys from it up to an end.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The end, exclusive; null to read the one key.</param>
internal sealed record ReadOperation(byte[] Key, byte[]? End = null) : Operation
{
    /// <summary>The largest number of keys; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>etcd's revision to read at; 0 for the newest.</summary>
    public long Revision { get; init; }

    /// <summary>Leaves the values away.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Gives nothing but the number of keys.</summary>
    public bool CountOnly { get; init; }

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("request_range");
        json.WriteBase64String("key", Key);
        if (End is not null)
        {
            json.WriteBase64String("range_end", End);
        }

        WriteNumber(json, "limit", Limit);
        WriteNumber(json, "revision", Revision);
        if (KeysOnly)
        {
            json.WriteBoolean("keys_only", true);
        }

        if (CountOnly)
        {
            json.WriteBoolean("count_only", true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>Sets a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Lease">The lease with whose end etcd removes it; 0 for none.</param>
internal sealed record PutOperation(byte[] Key, byte[] Value, long Lease = 0) : Operation
{
    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("request_put");
        json.WriteBase64String("key", Key);
        json.WriteBase64String("value", Value);
        WriteNumber(json, "lease", Lease);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>Deletes a key, or all keys from it up to an end.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The end, exclusive; null to delete the one key.</param>
internal sealed record DeleteOperation(byte[] Key, byte[]? End = null) : Operation
{
    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("request_delete_range");
        json.WriteBase64String("key", Key);
        if (End is not null)
        {
            json.WriteBase64String("range_end", End);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
