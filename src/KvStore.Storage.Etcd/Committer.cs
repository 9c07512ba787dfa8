// Commits: read, decide, write if nobody else has committed meanwhile. The key that holds the store's revision is the guard
// and part of every write, so that an attempt whose answer was lost may be repeated and can never be applied twice.
namespace KvStore.Storage.Etcd;

/// <summary>Writes to stores. Safe for all threads.</summary>
internal sealed class Committer(EtcdGateway gateway, EtcdKeys layout, string description)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    // Threads of this process would only lose against each other at the guard: they take turns. A few gates serve all stores.
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private readonly ExpiryLeases _leases = new(gateway);

    /// <summary>Applies a batch, and a change to what describes the store.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="describe">Given the store as it is, the operation on its description; null for none.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="KvException"><see cref="KvError.StorageBusy"/>: others committed faster all the time. <see cref="KvException.MayBeApplied"/> tells of a lost answer.</exception>
    public KvCommit Commit(string store, KvBatch batch, Func<StoreState, Operation?> describe, CancellationToken cancellation)
    {
        SemaphoreSlim gate = _gates[(uint)StringComparer.OrdinalIgnoreCase.GetHashCode(store) % _gates.Length];
        gate.Wait(cancellation);
        try
        {
            StoreKeys keys = layout.Of(store);
            long started = Environment.TickCount64;
            TimeSpan pause = TimeSpan.FromMilliseconds(1);
            while (true)
            {
                if (TryCommit(keys, store, batch, describe, cancellation) is { } outcome)
                {
                    return outcome;
                }

                if (Environment.TickCount64 - started > gateway.RetryTime.TotalMilliseconds)
                {
                    throw new KvException(KvError.StorageBusy, $"Storage '{description}': others have committed to store '{store}' before this commit could, for {gateway.RetryTime.TotalSeconds:0.###} s (option retryTime). Nothing was written. Try again.", store);
                }

                cancellation.WaitHandle.WaitOne(pause * Random.Shared.NextDouble());
                cancellation.ThrowIfCancellationRequested();
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>What the conditions of a batch come to now; nothing is written.</summary>
    /// <param name="store">The store's name, in any case.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellation">Ends the call.</param>
    public KvCommit Check(string store, KvBatch batch, CancellationToken cancellation)
    {
        StoreState state = StoreState.Read(gateway, layout.Of(store), store, batch, cancellation);
        return CommitPlan.Create(batch, state.Name, state.Revision + 1, KvTime.Now, state.Items).Outcome;
    }

    // Null if another commit came between.
    private KvCommit? TryCommit(StoreKeys keys, string store, KvBatch batch, Func<StoreState, Operation?> describe, CancellationToken cancellation)
    {
        StoreState state = StoreState.Read(gateway, keys, store, batch, cancellation);
        var commit = new RevisionRecord(state.Revision + 1, KvTime.Now, Guid.NewGuid());
        KvCommit outcome = CommitPlan.Create(batch, state.Name, commit.Revision, commit.Time, state.Items).Outcome;
        if (!outcome.Succeeded)
        {
            return outcome;
        }

        state.Limits.Check(batch, $"store '{state.Name}'");
        List<Operation> operations = [new PutOperation(keys.Revision, Record.ToBytes(commit))];
        if (describe(state) is { } described)
        {
            operations.Add(described);
        }

        try
        {
            operations.AddRange(GetChanges(keys, batch, outcome.Items, state.Expiring, cancellation));
            var transaction = new Transaction(operations) { GuardKey = keys.Revision, GuardRevision = state.Guard };
            return TryWrite(transaction, keys, state.Name, commit, cancellation) ? outcome : null;
        }
        catch (LeaseGoneException)
        {
            _leases.Forget();
            return null;
        }
    }

    private IEnumerable<Operation> GetChanges(StoreKeys keys, KvBatch batch, IReadOnlyList<KvItem> items, IReadOnlySet<string> expiring, CancellationToken cancellation)
    {
        var values = new FolderChanges(keys.Items);
        var versions = new FolderChanges(keys.Versions);
        var expiries = new FolderChanges(keys.Expiries);
        var namespaces = new FolderChanges(keys.Namespaces);
        FolderChanges[] byFullKey = [values, versions, expiries];
        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            KvRange beneath = KvRange.Beneath(namespacePath);
            Array.ForEach([.. byFullKey, namespaces], folder => folder.Delete(beneath));
            namespaces.Delete(namespacePath);
        }

        foreach (string fullKey in batch.Deletes)
        {
            Array.ForEach(byFullKey, folder => folder.Delete(fullKey));
        }

        foreach (string namespacePath in batch.AddedNamespaces)
        {
            namespaces.Put(namespacePath, []);
        }

        foreach (KvItem item in items)
        {
            long lease = _leases.Get(item.ExpiresTime, cancellation);
            values.Put(item.FullKey, System.Text.Encoding.UTF8.GetBytes(item.Value), lease);
            versions.Put(item.FullKey, Record.ToBytes(VersionRecord.Of(item)), lease);
            if (item.ExpiresTime != 0)
            {
                expiries.Put(item.FullKey, System.Text.Encoding.UTF8.GetBytes(TimeConverter.ToText(item.ExpiresTime)), lease);
            }
            else if (expiring.Contains(item.FullKey))
            {
                expiries.Delete(item.FullKey);
            }
        }

        return [.. values.ToOperations(), .. versions.ToOperations(), .. expiries.ToOperations(), .. namespaces.ToOperations()];
    }

    private bool TryWrite(Transaction transaction, StoreKeys keys, string store, RevisionRecord commit, CancellationToken cancellation)
    {
        bool isDoubtful = false;
        try
        {
            return gateway.Retry.Run(
                () =>
                {
                    try
                    {
                        return gateway.Write(transaction, cancellation).Succeeded || (isDoubtful && WasApplied(keys, commit, cancellation));
                    }
                    catch (KvException e) when (e.MayBeApplied)
                    {
                        isDoubtful = true;
                        throw;
                    }
                },
                cancellation);
        }
        catch (KvException e) when (isDoubtful)
        {
            throw new KvException(
                e.Error,
                $"{e.Message} Whether the last write to store '{store}' was applied is not known, and it may still be: read what it wrote before you repeat it.",
                store,
                e) { MayBeApplied = true };
        }
    }

    // The guard no longer holds: either the attempt whose answer was lost changed it, or another's commit. The store's
    // revisions have no gap, so the commit of this one's number tells; later ones hide it, but etcd keeps the past.
    private bool WasApplied(StoreKeys keys, RevisionRecord commit, CancellationToken cancellation)
    {
        long revision = 0;
        while (gateway.Read(new ReadOperation(keys.Revision) { Revision = revision }, cancellation).Single is { } entry)
        {
            RevisionRecord found = Record.Parse<RevisionRecord>(entry);
            if (found.Revision <= commit.Revision)
            {
                return found.Commit == commit.Commit;
            }

            revision = entry.ModRevision - 1;
        }

        return false;
    }
}
