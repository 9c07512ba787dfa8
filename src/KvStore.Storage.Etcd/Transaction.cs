// etcd refuses a transaction of more than 128 operations, but counts those of a nested one anew: a tree of nested
// transactions is still one transaction, one revision and one entry of its log, and the limit left is that of its bytes.
using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace KvStore.Storage.Etcd;

/// <summary>Operations that etcd applies as a whole, if a key is still as it was read.</summary>
/// <param name="operations">What to do; no two of them may change the same key.</param>
internal sealed class Transaction(IReadOnlyList<Operation> operations)
{
    // etcd's default of --max-txn-ops; it holds for the sum of a level and of each that is nested in it.
    private const int MaximumOperations = 128;

    private readonly IReadOnlyList<Operation> _operations = operations;

    /// <summary>A key that must be unchanged; null for none.</summary>
    public byte[]? GuardKey { get; init; }

    /// <summary>etcd's revision at which that key was last changed; 0 if it must not exist.</summary>
    public long GuardRevision { get; init; }

    /// <summary>The request for <c>/v3/kv/txn</c>.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteGuard(json);
            int levels = 1;
            while (Math.Pow(MaximumOperations / levels, levels) < _operations.Count)
            {
                levels++;
            }

            WriteLevel(json, start: 0, _operations.Count, width: MaximumOperations / levels);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private void WriteGuard(Utf8JsonWriter json)
    {
        if (GuardKey is null)
        {
            return;
        }

        json.WriteStartArray("compare");
        json.WriteStartObject();
        json.WriteBase64String("key", GuardKey);
        json.WriteString("target", "MOD");
        json.WriteString("result", "EQUAL");
        json.WriteString("mod_revision", GuardRevision.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteLevel(Utf8JsonWriter json, int start, int count, int width)
    {
        json.WriteStartArray("success");
        if (count <= width)
        {
            for (int i = start; i < start + count; i++)
            {
                _operations[i].WriteTo(json);
            }
        }
        else
        {
            int part = width;
            while ((count + part - 1) / part > width)
            {
                part *= width;
            }

            for (int done = 0; done < count; done += part)
            {
                json.WriteStartObject();
                json.WriteStartObject("request_txn");
                WriteLevel(json, start + done, Math.Min(part, count - done), width);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
