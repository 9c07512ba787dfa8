// Whether a store's changes are logged stands in its own row, which every commit reads and writes anyway: nobody pays while
// nobody watches and no history is kept.
namespace KvStore.Storage.Sqlite;

/// <summary>What is logged of a store's changes.</summary>
/// <param name="Period">For how long earlier states are kept, in microseconds; 0 for not at all, <see cref="long.MaxValue"/> for ever.</param>
/// <param name="WatchedUntil">The time until which watches need the log (microseconds since 1970, UTC).</param>
/// <param name="Start">The revision behind which the log is whole: states from this revision on can be told.</param>
/// <param name="Trimmed">The revision up to which the log was looked through for what nobody needs any more.</param>
internal readonly record struct StoreLog(long Period, long WatchedUntil, long Start, long Trimmed)
{
    /// <summary>The period as the contract has it.</summary>
    public TimeSpan HistoryPeriod => Period == long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks(Period * TimeSpan.TicksPerMicrosecond);

    /// <summary>An empty log of a store that logs nothing.</summary>
    public static StoreLog Off(long revision) => new(Period: 0, WatchedUntil: 0, Start: revision, Trimmed: revision);

    /// <summary>A period in microseconds.</summary>
    public static long ToMicroseconds(TimeSpan period) => period == TimeSpan.MaxValue ? long.MaxValue : period.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether a commit at a time is logged.</summary>
    public bool IsOn(long now) => Period > 0 || WatchedUntil > now;

    /// <summary>The log after a commit that is not logged.</summary>
    /// <param name="revision">The commit's revision.</param>
    public StoreLog Skip(long revision) => this with { WatchedUntil = 0, Start = revision, Trimmed = Trimmed == revision - 1 ? revision : Trimmed };
}
