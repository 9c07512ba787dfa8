// etcd's answer to a transaction; what nested transactions read is put in one row again.
using System.Globalization;
using System.Text.Json;

namespace KvStore.Storage.Etcd;

/// <summary>A key as etcd holds it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value; empty where only keys were asked for.</param>
/// <param name="ModRevision">etcd's revision that last changed it.</param>
/// <param name="CreateRevision">etcd's revision that created it.</param>
internal readonly record struct EtcdEntry(byte[] Key, byte[] Value, long ModRevision, long CreateRevision);

/// <summary>What one read found.</summary>
/// <param name="Entries">The keys in the order of their bytes.</param>
/// <param name="HasMore">Whether the limit cut it short.</param>
/// <param name="Count">The number of keys in the range, whatever the limit.</param>
internal sealed record ReadReply(IReadOnlyList<EtcdEntry> Entries, bool HasMore, long Count)
{
    /// <summary>The only key asked for; null if there is none.</summary>
    public EtcdEntry? Single => Entries.Count > 0 ? Entries[0] : null;
}

/// <summary>The outcome of a transaction.</summary>
/// <param name="Succeeded">Whether its guard held, so that it was applied.</param>
/// <param name="Revision">etcd's revision after it.</param>
/// <param name="Reads">What its reads found, in their order.</param>
internal sealed record TransactionReply(bool Succeeded, long Revision, IReadOnlyList<ReadReply> Reads)
{
    /// <summary>Reads the reply of <c>/v3/kv/txn</c>.</summary>
    /// <exception cref="JsonException">It is not such a reply.</exception>
    public static TransactionReply Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var reads = new List<ReadReply>();
        AddReads(document.RootElement, reads);
        return new TransactionReply(GetFlag(document.RootElement, "succeeded"), GetNumber(document.RootElement.GetProperty("header"), "revision"), reads);
    }

    /// <summary>Reads a key; the gateway leaves out what is empty, zero or false.</summary>
    public static EtcdEntry ToEntry(JsonElement entry) => new(GetBytes(entry, "key"), GetBytes(entry, "value"), GetNumber(entry, "mod_revision"), GetNumber(entry, "create_revision"));

    /// <summary>A flag; false where it is left out.</summary>
    public static bool GetFlag(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    /// <summary>A number of 64 bits, which stands there as text; 0 where it is left out.</summary>
    public static long GetNumber(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;

    private static void AddReads(JsonElement transaction, List<ReadReply> reads)
    {
        if (!transaction.TryGetProperty("responses", out JsonElement responses))
        {
            return;
        }

        foreach (JsonElement response in responses.EnumerateArray())
        {
            if (response.TryGetProperty("response_range", out JsonElement range))
            {
                EtcdEntry[] entries = range.TryGetProperty("kvs", out JsonElement found) ? [.. found.EnumerateArray().Select(ToEntry)] : [];
                reads.Add(new ReadReply(entries, GetFlag(range, "more"), GetNumber(range, "count")));
            }
            else if (response.TryGetProperty("response_txn", out JsonElement nested))
            {
                AddReads(nested, reads);
            }
        }
    }

    private static byte[] GetBytes(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetBytesFromBase64() : [];
}
