// A stream of writes becomes batches: quick, bounded in memory, and one bad item does not take its neighbours with it.
namespace KvStore;

/// <summary>
/// Collects writes to one store and commits them in batches of up to <see cref="MaximumCount"/> changes, or
/// <see cref="MaximumSize"/> bytes, or the storage's own maximum of either. What was not flushed is not written. Not safe for
/// use by several threads at once; what becomes of a batch is told on the thread that writes.
/// </summary>
/// <param name="storage">The storage.</param>
/// <param name="store">The store's name.</param>
/// <param name="cancellation">Cancels a commit.</param>
public sealed class KvBatchWriter(KvStorage storage, string store, CancellationToken cancellation) : IDisposable
{
    /// <summary>The most changes in one commit; fewer where the storage says so.</summary>
    public const int MaximumCount = 1000;

    /// <summary>The most bytes (UTF-8) of keys and values in one commit of more than one item; fewer where the storage says so.</summary>
    public const int MaximumSize = 1024 * 1024;

    // A healthy storage is done long before; another must not hold up who gives up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KvStorage _storage = CheckedStorage.Wrap(storage);
    private readonly string _owner = $"store '{store}'";
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly int _maximumCount = Math.Min(MaximumCount, storage.MaximumBatchCount);
    private readonly long _maximumSize = Math.Min(MaximumSize, storage.MaximumBatchSize);
    private readonly bool _mayCommitAside = !DelegatingStorage.IsOfScript(storage);
    private CollectedBatch _batch = new();
    private (CollectedBatch Batch, Task<KvCommit> Commit)? _aside;
    private KvLimits? _limits;

    /// <summary>Told each item that a commit wrote, once for each commit, with the state that came with its last set.</summary>
    public Action<KvItem, object?>? Written { get; init; }

    /// <summary>Told why an item could not be written, while the others of its batch were. Without it the error is thrown, and the others of its batch may be unwritten.</summary>
    public Action<KvException>? Refused { get; init; }

    /// <summary>Told the number of changes of each commit.</summary>
    public Action<int>? Committed { get; init; }

    /// <summary>
    /// Whether a full batch is committed on another thread while the next is collected, one at a time and in their order.
    /// What becomes of it is told by a later call, at the latest by <see cref="Flush"/>. Within a transaction, while somebody
    /// listens, and for a storage written in a script, batches are committed on the thread that writes all the same.
    /// </summary>
    public bool CommitsAside { get; init; }

    /// <summary>Whether a commit failed as a whole: what its batch held is not written, or the storage could not tell.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The limits of the store, as they were when the first item came.</summary>
    public KvLimits Limits => _limits ??= _storage.GetLimits(store, wanted: null, cancellation);

    /// <summary>Sets a value; of several without a condition for one key the last wins.</summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="value">The value; empty is legal.</param>
    /// <param name="expires">When the item ceases to be; null if never.</param>
    /// <param name="version">The version that the item must have when it is committed; 0: there must be none; null for no condition. One that does not hold is told to <see cref="Refused"/>.</param>
    /// <param name="state">Handed to <see cref="Written"/> with the item.</param>
    /// <exception cref="KvException">The item breaks a limit or needs what the storage lacks, and was not taken; or as <see cref="Flush"/>, and <see cref="HasFailed"/> is true.</exception>
    public void Set(string fullKey, string value, DateTimeOffset? expires = null, long? version = null, object? state = null)
    {
        Limits.Check(fullKey, value, _owner);
        Require(KvCapabilities.Expiry, expires is not null);
        MakeRoom(fullKey, KvPath.GetSize(fullKey) + KvPath.GetSize(value), version);
        _batch.Set(fullKey, value, expires, version, state);
        CommitIfFull();
    }

    /// <summary>Deletes an item; one that is not there is no error without a condition.</summary>
    /// <param name="fullKey">The full key.</param>
    /// <param name="version">The version that the item must have when it is deleted; null for no condition.</param>
    /// <exception cref="KvException">A condition needs what the storage lacks; or as <see cref="Flush"/>, and <see cref="HasFailed"/> is true.</exception>
    public void Delete(string fullKey, long? version = null)
    {
        MakeRoom(fullKey, KvPath.GetSize(fullKey), version);
        _batch.Delete(fullKey, version);
        CommitIfFull();
    }

    /// <summary>Commits what has been collected.</summary>
    /// <exception cref="KvException">The storage failed, now or with a batch before, of which nothing was written unless its parts had to be written one by one.</exception>
    public void Flush()
    {
        Settle();
        Commit(Take());
    }

    /// <summary>Waits for a batch that is being committed aside, some seconds at most before it is cancelled. What becomes of it nobody hears any more; what was not flushed is not written.</summary>
    public void Dispose()
    {
        if (_aside is var (_, commit))
        {
            _aside = null;
            if (Task.WaitAny([commit], Patience) < 0)
            {
                _stopping.Cancel();
                Task.WaitAny(commit);
            }
        }

        _stopping.Dispose();
    }

    private void Require(KvCapabilities capability, bool isNeeded)
    {
        if (isNeeded && !_storage.Capabilities.HasFlag(capability))
        {
            throw _storage.NotSupported(capability);
        }
    }

    private void MakeRoom(string fullKey, int size, long? version)
    {
        Require(KvCapabilities.Conditions, version is not null);
        Require(KvCapabilities.Versions, version > 0);

        // Within one batch the second change of a key would overwrite the first: a condition must find that committed.
        bool hasConditions = version is not null || _batch.Changes.Conditions.Count > 0;
        if ((hasConditions && _batch.Changes.Contains(fullKey)) || _batch.Size + size > _maximumSize)
        {
            CommitFull();
        }
    }

    private void CommitIfFull()
    {
        if (_batch.Changes.Count >= _maximumCount)
        {
            CommitFull();
        }
        else if (_aside is { Commit.IsCompleted: true })
        {
            Settle();
        }
    }

    private void CommitFull()
    {
        Settle();
        CollectedBatch batch = Take();
        if (_mayCommitAside && CommitsAside && !KvTransaction.IsRunning && KvListener.Current is null)
        {
            _aside = (batch, Task.Run(() => Commit(batch.Changes)));
        }
        else
        {
            Commit(batch);
        }
    }

    private CollectedBatch Take()
    {
        CollectedBatch batch = _batch;
        _batch = new CollectedBatch();
        return batch;
    }

    // The batch that was committed aside is done with before anything of the next one is.
    private void Settle()
    {
        if (_aside is var (batch, commit))
        {
            _aside = null;
            Commit(batch, commit);
        }
    }

    private KvCommit Commit(KvBatch changes) => _storage.Commit(store, changes, _stopping.Token);

    private void Commit(CollectedBatch batch, Task<KvCommit>? begun = null)
    {
        while (batch.Changes.Count > 0)
        {
            KvCommit commit;
            try
            {
                commit = begun is null ? Commit(batch.Changes) : begun.GetAwaiter().GetResult();
                begun = null;
            }
            catch (KvException e) when (e.Error is KvError.InvalidKey or KvError.InvalidText or KvError.KeyTooLong or KvError.ValueTooLong or KvError.BatchTooLarge)
            {
                // A limit that the store got meanwhile, or a rule that only the storage or its server knows.
                CommitInHalves(batch, e);
                return;
            }
            catch
            {
                HasFailed = true;
                throw;
            }

            if (commit.Succeeded)
            {
                Report(batch, commit);
                return;
            }

            batch = RefuseFailed(batch, commit);
        }
    }

    private void CommitInHalves(CollectedBatch batch, KvException error)
    {
        if (batch.Changes.Count == 1)
        {
            Refuse(error);
            return;
        }

        var first = new CollectedBatch();
        var second = new CollectedBatch();
        batch.CopyTo(_ => first.Changes.Count < batch.Changes.Count / 2 ? first : second);
        Commit(first);
        Commit(second);
    }

    // The commit named one item whose condition does not hold; asking for the others at once spares a commit for each.
    private CollectedBatch RefuseFailed(CollectedBatch batch, KvCommit failed)
    {
        var refused = new HashSet<string>(StringComparer.Ordinal);
        foreach (KvCondition condition in batch.Changes.Conditions)
        {
            bool isNamed = condition.FullKey == failed.FailedCondition!.Value.FullKey;
            KvItem? current = isNamed ? failed.Current : _storage.Get(store, condition.FullKey, _stopping.Token);
            if (isNamed || !condition.Holds(current))
            {
                refused.Add(condition.FullKey);
                Refuse(KvCommit.Failed(condition, current).GetError()!);
            }
        }

        var rest = new CollectedBatch();
        batch.CopyTo(fullKey => refused.Contains(fullKey) ? null : rest);
        return rest;
    }

    private void Refuse(KvException error)
    {
        if (Refused is null)
        {
            throw error;
        }

        Refused(error);
    }

    private void Report(CollectedBatch batch, KvCommit commit)
    {
        Committed?.Invoke(batch.Changes.Count);
        if (Written is null)
        {
            return;
        }

        // A storage without versions reports no items.
        IEnumerable<KvItem> items = commit.Items.Count > 0
            ? commit.Items
            : batch.Changes.Sets.Select(set => new KvItem(store, set.FullKey, set.Value) { ExpiresTime = set.ExpiresTime });
        foreach (KvItem item in items)
        {
            Written(item, batch.GetState(item.FullKey));
        }
    }
}
