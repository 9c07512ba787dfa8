// An exception that nobody catches on a thread of its own ends the test host, and with it the results of all other tests: here
// it waits for the test's thread.
using System.Runtime.ExceptionServices;

namespace KvStore.Storage.Fixtures;

/// <summary>A thread of a test, whose exception is that of the test.</summary>
public sealed class TestThread
{
    // Far beyond what any test needs: a thread that hangs is a failure with a name, not a run without an end.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Thread _thread;
    private volatile ExceptionDispatchInfo? _error;

    private TestThread(Action action)
    {
        _thread = new Thread(() => Catch(action)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Starts a thread.</summary>
    public static TestThread Start(Action action) => new(action);

    /// <summary>Starts threads, each with its number from 0 on.</summary>
    public static TestThread[] Start(int count, Action<int> action) => [.. Enumerable.Range(0, count).Select(number => Start(() => action(number)))];

    /// <summary>Waits until something holds that threads bring about.</summary>
    /// <param name="condition">What is to hold.</param>
    /// <param name="threads">The threads; when one of them fails, nobody waits any longer.</param>
    /// <param name="what">What is waited for, as the error tells it.</param>
    /// <exception cref="TimeoutException">It does not come to hold.</exception>
    /// <exception cref="Exception">What a thread threw.</exception>
    public static void Await(Func<bool> condition, TestThread[] threads, string what)
    {
        bool isOver = SpinWait.SpinUntil(() => condition() || Array.Exists(threads, thread => thread._error is not null), Limit);
        ThrowIfFailed(threads);
        if (!isOver)
        {
            throw new TimeoutException($"The threads of the test did not come to {what} within {Limit.TotalMinutes} minutes.");
        }
    }

    /// <summary>Waits for the ends of threads.</summary>
    /// <exception cref="TimeoutException">One does not end.</exception>
    /// <exception cref="Exception">What the first of those that failed threw.</exception>
    public static void Join(params TestThread[] threads)
    {
        foreach (TestThread thread in threads)
        {
            if (!thread._thread.Join(Limit))
            {
                throw new TimeoutException($"A thread of the test did not end within {Limit.TotalMinutes} minutes.");
            }
        }

        ThrowIfFailed(threads);
    }

    private static void ThrowIfFailed(TestThread[] threads) => Array.Find(threads, thread => thread._error is not null)?._error!.Throw();

    private void Catch(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _error = ExceptionDispatchInfo.Capture(e);
        }
    }
}
