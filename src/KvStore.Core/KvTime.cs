// Times are microseconds since 1970 in UTC: what every engine can hold, and what cinderlib's documents carry.
namespace KvStore;

/// <summary>Conversion between times and the microseconds since 1970 (UTC) that storages keep; 0 is no time.</summary>
public static class KvTime
{
    /// <summary>The current time in microseconds since 1970 (UTC).</summary>
    public static long Now => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time of a number of microseconds since 1970; null for 0.</summary>
    public static DateTimeOffset? ToDateTime(long microseconds) =>
        microseconds == 0 ? null : new DateTimeOffset(DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond));

    /// <summary>The microseconds since 1970 of a time; 0 for null.</summary>
    public static long FromDateTime(DateTimeOffset? time) =>
        time is null ? 0 : (time.Value.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
