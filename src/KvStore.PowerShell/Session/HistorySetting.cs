// How long a store keeps the past of its items, as people give and read it.
namespace KvStore.PowerShell;

/// <summary>The periods of parameters -HistoryPeriod and -Keep.</summary>
internal static class HistorySetting
{
    /// <summary>Checks a period.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it is negative.</exception>
    public static void Check(TimeSpan? period, string parameter)
    {
        if (period < TimeSpan.Zero)
        {
            throw new KvException(KvError.InvalidValue, $"-{parameter} is {period}, and the past cannot be kept for less than no time. Give a time span or a number of seconds from 0.", period);
        }
    }

    /// <summary>A period in words.</summary>
    public static string Describe(TimeSpan period) => period == TimeSpan.MaxValue ? "ever" : period.ToString();
}
