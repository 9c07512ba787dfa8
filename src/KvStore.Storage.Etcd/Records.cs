// What KvStore keeps beside the values: JSON in one line, for people with etcdctl as much as for itself.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvStore.Storage.Etcd;

/// <summary>What describes a store.</summary>
internal sealed record StoreRecord
{
    /// <summary>The layout that this version of KvStore writes.</summary>
    public const int CurrentLayout = 1;

    /// <summary>The layout of the store's keys; a larger one than <see cref="CurrentLayout"/> is not touched.</summary>
    public int Layout { get; init; } = CurrentLayout;

    /// <summary>Its name as first spelled.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of UTF-8.</summary>
    public required int MaximumKeySize { get; init; }

    /// <summary>Bytes of UTF-8.</summary>
    public required int MaximumValueSize { get; init; }

    /// <summary>Whether it stays while empty.</summary>
    public bool Kept { get; init; }

    /// <summary>Its limits.</summary>
    [JsonIgnore]
    public KvLimits Limits => new(MaximumKeySize, MaximumValueSize);

    /// <summary>Describes a store.</summary>
    public static StoreRecord Create(string name, KvLimits limits, bool isKept) =>
        new() { Name = name, MaximumKeySize = limits.MaximumKeySize, MaximumValueSize = limits.MaximumValueSize, Kept = isKept };

    /// <summary>Reads what describes a store; null if there is nothing.</summary>
    /// <exception cref="KvException"><see cref="KvError.NewerSchema"/>; <see cref="KvError.StorageDamaged"/>.</exception>
    public static StoreRecord? Parse(ReadReply reply)
    {
        StoreRecord? record = reply.Single is { } entry ? Record.Parse<StoreRecord>(entry) : null;
        return record?.Layout > CurrentLayout
            ? throw new KvException(KvError.NewerSchema, $"Store '{record.Name}' has layout {record.Layout} in etcd; this version of KvStore knows up to {CurrentLayout}. Update the module.", record.Name)
            : record;
    }
}

/// <summary>The last commit of a store.</summary>
/// <param name="Revision">The store's revision after it.</param>
/// <param name="Time">When, by the clock of whoever committed; in microseconds since 1970.</param>
/// <param name="Commit">Names this commit alone, so that whoever got no answer can find out whether it was applied.</param>
internal sealed record RevisionRecord(long Revision, [property: JsonConverter(typeof(TimeConverter))] long Time, Guid Commit);

/// <summary>What is told of an item beside its value. What equals the creation's is left away.</summary>
internal sealed record VersionRecord
{
    /// <summary>1 at creation.</summary>
    public required long Version { get; init; }

    /// <summary>The store's revision that created it.</summary>
    public required long CreateRevision { get; init; }

    /// <summary>The store's revision that last changed it; 0 if that is its creation.</summary>
    public long ModRevision { get; init; }

    /// <summary>When it was created, in microseconds since 1970.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public required long Created { get; init; }

    /// <summary>When it was last changed; 0 if that is its creation.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public long Modified { get; init; }

    /// <summary>When it ceases to be; 0 if never.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public long Expires { get; init; }

    /// <summary>What is to be kept of an item.</summary>
    public static VersionRecord Of(KvItem item) => new()
    {
        Version = item.VersionNumber,
        CreateRevision = item.CreateRevisionNumber,
        ModRevision = item.ModRevisionNumber == item.CreateRevisionNumber ? 0 : item.ModRevisionNumber,
        Created = item.CreatedTime,
        Modified = item.ModRevisionNumber == item.CreateRevisionNumber ? 0 : item.ModifiedTime,
        Expires = item.ExpiresTime,
    };

    /// <summary>Whether it has ceased to be, though etcd may not have removed it yet.</summary>
    public bool IsExpired(long now) => Expires != 0 && Expires <= now;

    /// <summary>The item that this and its value make.</summary>
    public KvItem ToItem(string store, string fullKey, string value) => new(store, fullKey, value)
    {
        VersionNumber = Version,
        CreateRevisionNumber = CreateRevision,
        ModRevisionNumber = ModRevision == 0 ? CreateRevision : ModRevision,
        CreatedTime = Created,
        ModifiedTime = Modified == 0 ? Created : Modified,
        ExpiresTime = Expires,
    };
}

/// <summary>A record cannot be read: somebody else wrote it, or it is damaged.</summary>
internal static class Record
{
    /// <summary>Reads a record.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageDamaged"/>.</exception>
    public static T Parse<T>(EtcdEntry entry)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<T>)RecordContext.Default.GetTypeInfo(typeof(T))!)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            string key = System.Text.Encoding.UTF8.GetString(entry.Key);
            throw new KvException(KvError.StorageDamaged, $"The record '{key}' in etcd is not one of KvStore's: {e.Message} Restore it, or delete the item that it belongs to.", key, e);
        }
    }

    /// <summary>The bytes of a record.</summary>
    public static byte[] ToBytes<T>(T record) => JsonSerializer.SerializeToUtf8Bytes(record, typeof(T), RecordContext.Default);
}

/// <summary>Times as people read them, exact to the microsecond, in UTC.</summary>
internal sealed class TimeConverter : JsonConverter<long>
{
    /// <inheritdoc/>
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => KvTime.FromDateTime(reader.GetDateTimeOffset());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ToText(value));

    /// <summary>The text of a time.</summary>
    public static string ToText(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(StoreRecord))]
[JsonSerializable(typeof(RevisionRecord))]
[JsonSerializable(typeof(VersionRecord))]
internal sealed partial class RecordContext : JsonSerializerContext;
