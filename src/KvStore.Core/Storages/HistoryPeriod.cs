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
    /// <param name="period">The number of a store's period.</param>
    /// <param name="keep">A shorter period for this once; null for the store's own.</param>
    /// <param name="least">For how long states are kept in any case, for watches.</param>
    public static long? GetCutoff(long now, long period, TimeSpan? keep, TimeSpan least)
    {
        TimeSpan own = FromNumber(period);
        TimeSpan kept = keep < own ? keep.Value : own;
        kept = kept < least ? least : kept;
        return kept == TimeSpan.MaxValue ? null
            : kept == TimeSpan.Zero ? EndOfTime
            : Math.Max(1, now - ToNumber(kept));
    }

    // The last second that every engine can hold.
    private static long EndOfTime { get; } = KvTime.FromDateTime(new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
}
