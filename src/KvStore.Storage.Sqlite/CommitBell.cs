// Watches of this process hear of its commits at once, and look for those of other processes every few milliseconds.
namespace KvStore.Storage.Sqlite;

/// <summary>Rung after each commit.</summary>
internal sealed class CommitBell
{
    private readonly object _gate = new();
    private long _count;
    private int _waiting;

    /// <summary>How often it was rung.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Ring()
    {
        Interlocked.Increment(ref _count);
        if (Volatile.Read(ref _waiting) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Waits until it is rung, or for a time.</summary>
    /// <param name="count">How often it had been rung when the caller last looked.</param>
    /// <param name="time">How long to wait at most.</param>
    public void Wait(long count, TimeSpan time)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            lock (_gate)
            {
                if (Count == count)
                {
                    Monitor.Wait(_gate, time);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
