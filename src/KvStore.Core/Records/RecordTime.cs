// The times of cinderlib's documents: what its loader reads is wider than what it writes.
using System.Globalization;
using System.Text.RegularExpressions;

namespace KvStore;

/// <summary>Reads and writes the times in records.</summary>
internal static partial class RecordTime
{
    /// <summary>The form that cinderlib writes: UTC, six digits of fraction.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads an ISO 8601 time as cinderlib's loader does: with <c>Z</c>, an offset or no zone (UTC), <c>T</c> or a space, any
    /// digits of fraction (kept to the microsecond), or only a date.
    /// </summary>
    /// <returns>False for what is no time, empty text included.</returns>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        Match match = Pattern().Match(text);
        if (!match.Success)
        {
            return false;
        }

        TimeSpan offset = new(Number(match, "zoneHour", 0), Number(match, "zoneMinute", 0), 0);
        try
        {
            DateTime local = new DateTime(Number(match, "year", 0), Number(match, "month", 1), Number(match, "day", 1), Number(match, "hour", 0), Number(match, "minute", 0), Number(match, "second", 0))
                .AddTicks(long.Parse(match.Groups["fraction"].Value.PadRight(6, '0')[..6], CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);
            time = new DateTimeOffset(local, match.Groups["sign"].Value == "-" ? -offset : offset);
            return true;
        }
        catch (ArgumentException)
        {
            // A month of 13, an offset of 99 hours: it has the form of a time but is none.
            return false;
        }
    }

    private static int Number(Match match, string group, int missing) =>
        match.Groups[group] is { Success: true } found ? int.Parse(found.Value, CultureInfo.InvariantCulture) : missing;

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})(-(?<month>[0-9]{1,2})(-(?<day>[0-9]{1,2})([ T](?<hour>[0-9]{2})(:?(?<minute>[0-9]{2})(:?(?<second>[0-9]{1,2})([.,](?<fraction>[0-9]+))?)?)?(Z|(?<sign>[-+])(?<zoneHour>[0-9]{2}):?(?<zoneMinute>[0-9]{2})?)?)?)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
