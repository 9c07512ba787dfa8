// Transactions of one process on one store would only go on losing against each other: whoever has lost once takes the turn,
// and those that begin let it pass. Waiting is bounded, so that no two can wait for each other for ever.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace KvStore;

/// <summary>The turn of transactions on a store that are run again. Safe for all threads.</summary>
internal sealed class TransactionTurns
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly ConditionalWeakTable<KvStorage, ConcurrentDictionary<string, TransactionTurns>> All = [];

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The turns of a store.</summary>
    public static TransactionTurns Of(KvStorage storage, string store) =>
        All.GetValue(storage, _ => new(StringComparer.OrdinalIgnoreCase)).GetOrAdd(store, _ => new TransactionTurns());

    /// <summary>Lets whoever has the turn pass first.</summary>
    public void Await(CancellationToken cancellation)
    {
        if (_turn.CurrentCount == 0 && _turn.Wait(Patience, cancellation))
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the turn.</summary>
    /// <returns>Gives it back when disposed; null if it could not be had in time.</returns>
    public IDisposable? TryTake(CancellationToken cancellation) => _turn.Wait(Patience, cancellation) ? new Turn(_turn) : null;

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
