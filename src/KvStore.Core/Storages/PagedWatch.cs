// Storages that log their changes differ in how they read a page and how they wait; what a watch owes its user is the same for all.
namespace KvStore;

/// <summary>For storages that log changes: how far a watch has come.</summary>
/// <param name="Revision">The first revision whose changes are still to come.</param>
/// <param name="AfterKey">The key within that revision that was given last; null if none of it was.</param>
public readonly record struct WatchPosition(long Revision, string? AfterKey);

/// <summary>For storages that log changes: some changes as of one moment.</summary>
/// <param name="Changes">The first changes from a position on, ordered by revision and key.</param>
/// <param name="Revision">The store's revision at that moment.</param>
/// <param name="OldestRevision">The log holds all changes after this revision.</param>
/// <param name="HasExpired">Whether the store holds items whose time is up, which become changes when they are removed.</param>
public sealed record WatchPage(IReadOnlyList<KvChange> Changes, long Revision, long OldestRevision, bool HasExpired);

/// <summary>For storages that log changes: what <see cref="PagedWatch"/> asks of them. For one thread at a time.</summary>
public abstract class WatchSource : IDisposable
{
    /// <summary>Reads the first changes from a position on.</summary>
    /// <param name="position">From where.</param>
    /// <param name="limit">The largest number of changes.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public abstract WatchPage Read(WatchPosition position, int limit, CancellationToken cancellation);

    /// <summary>Has changes logged for <see cref="PagedWatch.Lease"/> from now on.</summary>
    /// <param name="cancellation">Cancels the call.</param>
    public abstract void Renew(CancellationToken cancellation);

    /// <summary>Removes what has expired.</summary>
    /// <param name="cancellation">Cancels the call.</param>
    public abstract void RemoveExpired(CancellationToken cancellation);

    /// <summary>Returns when there may be something new, after a bounded time in any case.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract void Wait(CancellationToken cancellation);

    /// <summary>Releases what it holds.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what it holds; nothing by default.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>For storages that log changes: a watch as a sequence of pages, each change once, bounded in memory.</summary>
public static class PagedWatch
{
    private const int FirstPage = 32;
    private const int LargestPage = 1000;
    private const long PageCharacters = 4 * 1024 * 1024;

    /// <summary>How long changes are logged for a watch that does not renew its wish: a minute.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromMinutes(1);

    /// <summary>How long logged changes stay at least while a store is watched, for a watch whose user is slow: ten minutes.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(10);

    private static TimeSpan RenewalTime { get; } = Lease / 3;

    /// <summary>Follows a store whose changes are being logged; ends by the token alone.</summary>
    /// <param name="source">The log, which is disposed in the end.</param>
    /// <param name="store">The store, for errors.</param>
    /// <param name="fromRevision">The first revision whose changes are wanted.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>: the log no longer holds what comes next.</exception>
    public static IEnumerable<KvChange> Follow(WatchSource source, string store, long fromRevision, CancellationToken cancellation)
    {
        using (source)
        {
            var position = new WatchPosition(fromRevision, AfterKey: null);
            int size = FirstPage;
            long renewed = long.MinValue;
            while (true)
            {
                RenewIfDue(source, ref renewed, cancellation);
                WatchPage page = source.Read(position, size, cancellation);
                KeptRevisions.CheckChanges(store, position.Revision, page.OldestRevision);
                foreach (KvChange change in page.Changes)
                {
                    cancellation.ThrowIfCancellationRequested();
                    yield return change;

                    // Whoever takes the changes may take his time over each.
                    RenewIfDue(source, ref renewed, cancellation);
                }

                if (page.Changes.Count == size)
                {
                    position = new WatchPosition(page.Changes[^1].Revision, page.Changes[^1].FullKey);
                    long characters = page.Changes.Sum(change => 100L + (change.Value?.Length ?? 0));
                    size = (int)Math.Clamp(PageCharacters * size / characters, 1, Math.Min(LargestPage, size * 4L));
                    continue;
                }

                position = new WatchPosition(Math.Max(position.Revision, page.Revision + 1), AfterKey: null);
                if (page.HasExpired)
                {
                    source.RemoveExpired(cancellation);
                }
                else
                {
                    source.Wait(cancellation);
                }
            }
        }
    }

    private static void RenewIfDue(WatchSource source, ref long renewed, CancellationToken cancellation)
    {
        long now = Environment.TickCount64;
        if (renewed == long.MinValue || now - renewed >= RenewalTime.TotalMilliseconds)
        {
            source.Renew(cancellation);
            renewed = now;
        }
    }
}
