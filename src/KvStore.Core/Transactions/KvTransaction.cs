// A transaction is optimistic: it locks nothing, remembers what it reads, and commits one batch that holds only if all of
// that still is so; else it runs again. It belongs to a thread, because a script does: whatever way a command inside reaches
// the storage, it is the thread that tells that it is part of the transaction.
using System.Diagnostics.CodeAnalysis;

namespace KvStore;

/// <summary>
/// Runs code as a transaction on one store: what it reads is one consistent state, its own writes included, and what it writes is
/// committed as a whole at its end, or not at all. Everything that the code's thread does with a checked storage (every connected
/// one, a <see cref="KvDictionary"/>, <see cref="KvRecords"/>) is part of it; other threads are not.
/// </summary>
public static class KvTransaction
{
    /// <summary>How often a transaction is run again, where nothing else is said, when something that it read has changed: 10 times.</summary>
    public const int DefaultRetryCount = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    [ThreadStatic]
    private static TransactionRun? s_current;

    /// <summary>Whether this thread is within a transaction.</summary>
    public static bool IsRunning => s_current is not null;

    /// <summary>Runs code as a transaction; again, as a whole, when something that it read was changed before it could commit.</summary>
    /// <param name="block">The code. What it does beside the storage happens each time that it runs.</param>
    /// <param name="storage">The storage; null for that of the first store that is touched.</param>
    /// <param name="store">The store that is covered; null for the first that is touched.</param>
    /// <param name="maximumRetryCount">How often it is run again at most.</param>
    /// <param name="cancellation">Ends waiting, and the commit.</param>
    /// <returns>What the run that was committed gave.</returns>
    /// <exception cref="KvException">
    /// <see cref="KvError.TransactionConflict"/>: others were faster each time; <see cref="KvError.TransactionNested"/>: this
    /// thread is in a transaction already; <see cref="KvError.NotSupported"/>: the storage lacks
    /// <see cref="KvCapabilities.Transactions"/>; or what the commit fails with. Nothing was written, unless
    /// <see cref="KvException.MayBeApplied"/> says that this is not known.
    /// </exception>
    /// <remarks>An exception of the code ends the transaction, with nothing written.</remarks>
    public static T Run<T>(Func<T> block, KvStorage? storage = null, string? store = null, int maximumRetryCount = DefaultRetryCount, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumRetryCount);
        if (IsRunning)
        {
            throw new KvException(KvError.TransactionNested, "A transaction is running already, and transactions do not nest. What is done within it is part of it as it is: leave out the inner one.");
        }

        var scope = new TransactionScope(storage, store);
        for (int retries = 0; ; retries++)
        {
            using IDisposable? turn = retries == 0 ? null : scope.TakeTurn(cancellation);
            if (TryRun(block, new TransactionRun(scope, isAgain: retries > 0, cancellation), out T? result, out TransactionConflict? conflict))
            {
                return result;
            }

            if (retries == maximumRetryCount)
            {
                throw GiveUp(scope, runs: retries + 1, conflict);
            }

            Pause(retries, cancellation);
        }
    }

    /// <summary>Runs code as a transaction, as <see cref="Run{T}"/> does.</summary>
    /// <param name="block">The code.</param>
    /// <param name="storage">The storage; null for that of the first store that is touched.</param>
    /// <param name="store">The store that is covered; null for the first that is touched.</param>
    /// <param name="maximumRetryCount">How often it is run again at most.</param>
    /// <param name="cancellation">Ends waiting, and the commit.</param>
    /// <exception cref="KvException">As <see cref="Run{T}"/>.</exception>
    public static void Run(Action block, KvStorage? storage = null, string? store = null, int maximumRetryCount = DefaultRetryCount, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        Run<object?>(
            () =>
            {
                block();
                return null;
            },
            storage,
            store,
            maximumRetryCount,
            cancellation);
    }

    /// <summary>The transaction that a call on a store belongs to; null if this thread is in none.</summary>
    /// <exception cref="KvException"><see cref="KvError.OutsideTransaction"/>: it is another store than that of the transaction.</exception>
    internal static TransactionRun? Join(CheckedStorage storage, string store)
    {
        s_current?.Enter(storage, store);
        return s_current;
    }

    /// <summary>Refuses what no transaction can take back or see.</summary>
    /// <param name="what">The call, as the beginning of a sentence.</param>
    /// <exception cref="KvException"><see cref="KvError.OutsideTransaction"/>: this thread is in a transaction.</exception>
    internal static void Refuse(string what)
    {
        if (IsRunning)
        {
            throw new KvException(KvError.OutsideTransaction, $"{what} cannot be part of a transaction, which covers what one store holds. Do it before or after the transaction.");
        }
    }

    /// <summary>Does something beside the transaction of this thread: what it reads is not remembered.</summary>
    internal static T Outside<T>(Func<T> action)
    {
        TransactionRun? current = s_current;
        s_current = null;
        try
        {
            return action();
        }
        finally
        {
            s_current = current;
        }
    }

    private static bool TryRun<T>(Func<T> block, TransactionRun run, [MaybeNullWhen(false)] out T result, [NotNullWhen(false)] out TransactionConflict? conflict)
    {
        result = default;
        s_current = run;
        try
        {
            result = block();
        }
        catch (Exception e) when (run.Conflict is not null && e is not OperationCanceledException)
        {
            // Whatever went wrong, it went wrong behind a read that does not count: the next run will tell.
        }
        finally
        {
            s_current = null;
            run.End();
        }

        conflict = run.Conflict ?? run.Commit();
        return conflict is null;
    }

    // A random part keeps writers that met once from meeting again.
    private static void Pause(int retries, CancellationToken cancellation)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(retries, 10));
        cancellation.WaitHandle.WaitOne((pause < LongestPause ? pause : LongestPause) * Random.Shared.NextDouble());
        cancellation.ThrowIfCancellationRequested();
    }

    private static KvException GiveUp(TransactionScope scope, int runs, TransactionConflict conflict) => new(
        KvError.TransactionConflict,
        $"The transaction on {scope} has run {runs} times, and each time others came between. The last time, {conflict.Reason}. "
            + "Nothing was written. Let it read less and take less time, or raise the number of retries (-MaximumRetryCount).",
        conflict.Target,
        conflict);
}
