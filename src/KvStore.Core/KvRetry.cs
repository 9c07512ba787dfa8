// Networks break and leaders change: what cannot apply a change twice is tried again, for a stated time and no longer.
namespace KvStore;

/// <summary>Repeats a call that failed in a way that passes, with growing pauses, until a stated time is over.</summary>
/// <param name="bound">The time after which the last error is given up on; 10 seconds unless a storage's option says otherwise.</param>
public sealed class KvRetry(TimeSpan bound)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The bound of storages that were given none: 10 seconds.</summary>
    public static TimeSpan DefaultBound { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Makes a call, and makes it again while it fails with an error that is <see cref="KvException.IsRepeatable"/>.</summary>
    /// <param name="call">The call. It must throw a repeatable error only where a repeat cannot apply a change twice.</param>
    /// <param name="cancellation">Ends the pauses.</param>
    /// <returns>What the call returns.</returns>
    /// <exception cref="KvException">The last error, once the bound is over.</exception>
    public T Run<T>(Func<T> call, CancellationToken cancellation)
    {
        long started = Environment.TickCount64;
        TimeSpan pause = FirstPause;
        while (true)
        {
            try
            {
                return call();
            }
            catch (KvException e) when (e.IsRepeatable && TimeSpan.FromMilliseconds(Environment.TickCount64 - started) + pause < bound)
            {
                // A random part keeps many clients from coming back all at once.
                if (cancellation.WaitHandle.WaitOne(pause * (0.5 + Random.Shared.NextDouble())))
                {
                    throw new OperationCanceledException(cancellation);
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
