// A period must stand in a column of numbers, and "for ever" must stay for ever there.
namespace KvStore;

/// <summary>For storages: history periods as microseconds, 0 for none and the largest number for ever.</summary>
public static class HistoryPeriod
{
    /// <summary>The number of microseconds of a period.</summary>
    public static long ToNumber(TimeSpan period) => period == TimeSpan.MaxValue ? long.MaxValue : (period.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The period of a number of microseconds.</summary>
    public static TimeSpan FromNumber(long microseconds) =>
        microseconds >= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond ? TimeSpan.MaxValue : TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The time, in microseconds since 1970, at and before which states may be forgotten; null if none may.</summary>
    /// <param name="now">The time now.</param>
    /// <param name="period">For how long states are kept; zero for not at all.</param>
    public static long? GetCutoff(long now, TimeSpan period) =>
        period == TimeSpan.MaxValue ? null
        : period == TimeSpan.Zero ? long.MaxValue
        : now - ToNumber(period);
}
