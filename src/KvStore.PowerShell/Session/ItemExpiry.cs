// An item that is gone as soon as it is written is nearly always a mistake: a time zone, or a sign.
namespace KvStore.PowerShell;

/// <summary>When an item that is set ceases to be.</summary>
internal static class ItemExpiry
{
    /// <summary>The longest time to live.</summary>
    public static readonly TimeSpan MaximumTimeToLive = TimeSpan.FromDays(36_525);

    /// <summary>The time that lies a time to live ahead.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it is not positive, or too long.</exception>
    public static DateTimeOffset After(TimeSpan timeToLive) =>
        timeToLive > TimeSpan.Zero && timeToLive <= MaximumTimeToLive
            ? DateTimeOffset.UtcNow + timeToLive
            : throw new KvException(
                KvError.InvalidValue,
                $"-TimeToLive is {timeToLive}; more than zero and at most {MaximumTimeToLive.TotalDays:0} days (a hundred years) are possible. Leave it out for an item that stays.",
                timeToLive);

    /// <summary>Checks that a time is still to come.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it is past.</exception>
    public static DateTimeOffset? Check(string fullKey, DateTimeOffset? expires) =>
        expires is null || expires > DateTimeOffset.UtcNow
            ? expires
            : throw new KvException(
                KvError.InvalidValue,
                $"The item of key '{fullKey}' would have expired at {expires:o} already; nothing was written. Give a time to come, or -TimeToLive; Remove-KvItem removes an item.",
                fullKey);
}
