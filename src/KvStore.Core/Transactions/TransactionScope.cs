// A transaction covers one store: no engine commits two of them as a whole.
namespace KvStore;

/// <summary>The store that a transaction covers, through all its runs: as it was asked for, else the first that is touched.</summary>
internal sealed class TransactionScope
{
    private string? _store;
    private TransactionTurns? _turns;

    /// <summary>Begins with what is known.</summary>
    /// <param name="storage">The storage, or null.</param>
    /// <param name="store">The store, or null.</param>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>: the storage lacks transactions; <see cref="KvError.InvalidStoreName"/>.</exception>
    public TransactionScope(KvStorage? storage, string? store)
    {
        if (store is not null)
        {
            KvPath.CheckStoreName(store);
        }

        _store = store;
        if (storage is not null)
        {
            Choose(storage);
        }
    }

    /// <summary>The storage; null until one is chosen.</summary>
    public KvStorage? Storage { get; private set; }

    /// <summary>The store's name; null until one is chosen.</summary>
    public string? Store => _turns is null ? null : _store;

    /// <summary>Makes sure that a call is on the store that is covered, which the first call may choose.</summary>
    /// <exception cref="KvException"><see cref="KvError.OutsideTransaction"/>; <see cref="KvError.NotSupported"/>.</exception>
    public void Enter(KvStorage storage, string store)
    {
        if (Storage is null)
        {
            Choose(storage);
        }

        bool isCovered = DelegatingStorage.GetInnermost(storage) == DelegatingStorage.GetInnermost(Storage!)
            && store.Equals(_store ??= store, StringComparison.OrdinalIgnoreCase);
        if (!isCovered)
        {
            throw new KvException(
                KvError.OutsideTransaction,
                $"The transaction covers {this}; store '{store}' of storage '{storage.Description}' is outside of it. Read or write it before or after the transaction, or keep both in one store.",
                store);
        }

        _turns ??= TransactionTurns.Of(DelegatingStorage.GetInnermost(Storage!), store);
    }

    /// <summary>Waits, for a while, until transactions that are being run again have had their turn.</summary>
    public void AwaitTurn(CancellationToken cancellation) => _turns?.Await(cancellation);

    /// <summary>Takes the turn of a transaction that is run again.</summary>
    /// <returns>Disposed when the run is over; null if others kept it for too long.</returns>
    public IDisposable? TakeTurn(CancellationToken cancellation) => _turns?.TryTake(cancellation);

    /// <summary>The store and the storage, for people.</summary>
    public override string ToString() => $"store '{_store}' of storage '{Storage?.Description}'";

    private void Choose(KvStorage storage)
    {
        if (!storage.Capabilities.HasFlag(KvCapabilities.Transactions))
        {
            throw storage.NotSupported(KvCapabilities.Transactions);
        }

        Storage = storage;
    }
}
