// Preparing the work (text, buffers) is no part of it.
using System.Diagnostics;

namespace KvStore.Benchmarks;

/// <summary>Times a piece of work.</summary>
internal static class Watch
{
    /// <summary>The seconds that the work takes.</summary>
    public static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Checks that the work was done, and not skipped.</summary>
    public static void Expect(int expected, int actual)
    {
        if (actual != expected)
        {
            throw new InvalidOperationException($"{actual} items instead of {expected}.");
        }
    }
}
