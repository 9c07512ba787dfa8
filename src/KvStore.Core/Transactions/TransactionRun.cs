// One run of a transaction: the calls of its thread come here instead of to the storage.
namespace KvStore;

/// <summary>One run of a transaction's code, with its reads and its changes. Used by one thread.</summary>
/// <param name="scope">The store that is covered.</param>
/// <param name="isAgain">Whether it is run again, and so has the turn.</param>
/// <param name="cancellation">Ends the commit.</param>
internal sealed class TransactionRun(TransactionScope scope, bool isAgain, CancellationToken cancellation)
{
    // How often a commit moves on with a store that others change without touching what was read.
    private const int MostAttempts = 20;

    private TransactionReads? _reads;
    private TransactionChanges _changes = TransactionChanges.None;
    private CheckedStorage? _storage;
    private KvStoreInfo? _info;
    private long? _requiredRevision;
    private bool _isOver;

    /// <summary>Why this run cannot be committed; null as long as everything that it has read still holds.</summary>
    public TransactionConflict? Conflict { get; private set; }

    private TransactionView View => new(_storage!.Next, scope.Store!, _reads!, _changes);

    /// <summary>Makes sure that a call may be part of this run.</summary>
    /// <exception cref="KvException"><see cref="KvError.TransactionConflict"/>; <see cref="KvError.OutsideTransaction"/>; <see cref="KvError.NotSupported"/>.</exception>
    public void Enter(CheckedStorage storage, string store)
    {
        ThrowIfDoomed();
        scope.Enter(storage, store);
        if (_reads is null)
        {
            if (!isAgain)
            {
                scope.AwaitTurn(cancellation);
            }

            _storage = storage;
            _reads = new TransactionReads(storage.Next, scope.Store!);
        }
    }

    /// <summary>The item of a full key, or null.</summary>
    public KvItem? Get(string fullKey, CancellationToken token) => Do(() => View.Get(fullKey, token));

    /// <summary>The items of a range.</summary>
    public IEnumerable<KvItem> Scan(KvRange range, CancellationToken token) => Stream(() => View.Scan(range, token));

    /// <summary>The children of a namespace.</summary>
    public IEnumerable<KvNode> GetChildren(string namespacePath, CancellationToken token) => Stream(() => View.GetChildren(namespacePath, token));

    /// <summary>The kept namespaces at and beneath one.</summary>
    public IEnumerable<string> GetKeptNamespaces(string namespacePath, CancellationToken token) => Stream(() => View.GetKeptNamespaces(namespacePath, token));

    /// <summary>The store as it is shown, or null.</summary>
    public KvStoreInfo? GetStore(CancellationToken token) => Do(() => View.GetStore(token));

    /// <summary>The revision that all of this run's reads belong to.</summary>
    public long GetRevision(CancellationToken token) => Do(() => _reads!.GetRevision(token));

    /// <summary>Takes a batch over, if its conditions hold.</summary>
    /// <exception cref="KvException">The batch breaks a limit of the store.</exception>
    public KvCommit Commit(KvBatch batch, CancellationToken token) => Do(() =>
    {
        long revision = batch.RequiredRevision is null ? 0 : _reads!.GetRevision(token);
        TransactionView view = View;
        if (KvCommit.FindFailed(batch, revision, fullKey => view.Get(fullKey, token)) is { } failed)
        {
            return failed;
        }

        _requiredRevision = batch.RequiredRevision ?? _requiredRevision;
        _info ??= DescribeStore(token);
        if (_storage!.Capabilities.HasFlag(KvCapabilities.StoreLimits))
        {
            _info.Limits.Check(batch, $"store '{_info.Name}'");
        }

        (_changes, IReadOnlyList<KvItem> items) = _changes.With(batch, _info.Name);
        return KvCommit.Collected(items);
    });

    /// <summary>The code has ended; nothing more is read or taken.</summary>
    public void End() => _isOver = true;

    /// <summary>Writes all changes, if everything that was read still holds. All reads being of one revision, a run that only read is done.</summary>
    /// <returns>Null if it is committed; else what has changed.</returns>
    /// <exception cref="KvException">The storage failed.</exception>
    public TransactionConflict? Commit()
    {
        try
        {
            for (int attempt = 0; attempt < MostAttempts && !_changes.IsEmpty; attempt++)
            {
                KvCommit commit = _storage!.Commit(scope.Store!, ToBatch(), cancellation);
                if (commit.Succeeded)
                {
                    return null;
                }

                if (commit.FailedCondition is { } condition)
                {
                    return TransactionConflict.ChangedItem(condition.FullKey);
                }

                if (_requiredRevision is not null)
                {
                    return TransactionConflict.Changed($"store '{scope.Store}', which was to have revision {_requiredRevision}", scope.Store!);
                }

                _reads!.Advance(cancellation);
            }

            return _changes.IsEmpty ? null : TransactionConflict.TooQuick(scope.Store!);
        }
        catch (TransactionConflict e)
        {
            return e;
        }
    }

    private KvBatch ToBatch()
    {
        KvBatch batch = _changes.ToBatch();
        _reads!.Guard(batch);
        return _requiredRevision is { } revision ? batch.RequireRevision(revision) : batch;
    }

    // Beside the reads that count: limits are checked in the commit itself, and a name's spelling is nobody's decision.
    private KvStoreInfo DescribeStore(CancellationToken token) =>
        _storage!.Next.GetStore(scope.Store!, token) ?? new KvStoreInfo(scope.Store!) { Limits = KvLimits.Default.Within(_storage.Limits) };

    private void ThrowIfDoomed()
    {
        if (_isOver)
        {
            throw new KvException(KvError.OutsideTransaction, "The transaction that this was listed in has ended. List it again.");
        }

        if (Conflict is not null)
        {
            throw Conflict;
        }
    }

    // A conflict dooms the run, whether the code catches the error or not.
    private T Do<T>(Func<T> action)
    {
        ThrowIfDoomed();
        try
        {
            return KvTransaction.Outside(action);
        }
        catch (TransactionConflict e)
        {
            Conflict = e;
            throw;
        }
    }

    private IEnumerable<T> Stream<T>(Func<IEnumerable<T>> open)
    {
        IEnumerator<T> entries = open().GetEnumerator();
        Func<bool> moveNext = entries.MoveNext;
        try
        {
            while (Do(moveNext))
            {
                yield return entries.Current;
            }
        }
        finally
        {
            entries.Dispose();
        }
    }
}
