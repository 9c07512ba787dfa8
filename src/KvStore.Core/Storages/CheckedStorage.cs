// Every storage is reached through this one, so that no plugin has to repeat the rules and none can break them.
namespace KvStore;

/// <summary>
/// Checks names, keys, text, limits and capabilities before a storage sees them, and has spelled out what a simple storage
/// cannot do by itself.
/// </summary>
public sealed class CheckedStorage : DelegatingStorage
{
    private CheckedStorage(KvStorage inner)
        : base(inner)
    {
    }

    // Asked anew for each call: every way to a storage leads by here, so that whoever listens just then hears of all.
    internal KvStorage Next => KvListener.Current is { } listener ? new ToldStorage(Inner, listener) : Inner;

    /// <summary>The storage with checks before it; one that has them already is returned as it is.</summary>
    public static KvStorage Wrap(KvStorage storage) => IsChecked(storage) ? storage : new CheckedStorage(storage);

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation)
    {
        KvTransaction.Refuse("A list of stores");
        return Next.GetStores(cancellation);
    }

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        return KvTransaction.Join(this, store) is { } transaction ? transaction.GetStore(cancellation) : Next.GetStore(store, cancellation);
    }

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        return KvTransaction.Join(this, store) is { } transaction ? transaction.GetRevision(cancellation) : Next.GetRevision(store, cancellation);
    }

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);

        // A lone surrogate would reach a storage as U+FFFD and find somebody else's item.
        KvPath.CheckKey(fullKey, int.MaxValue, store);
        return KvTransaction.Join(this, store) is { } transaction ? transaction.Get(fullKey, cancellation) : Next.Get(store, fullKey, cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        range.CheckText();
        return Scan(KvTransaction.Join(this, store) is { } transaction ? transaction.Scan(range, cancellation) : Next.Scan(store, range, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        KvPath.CheckNamespace(namespacePath);
        return KvTransaction.Join(this, store) is { } transaction ? transaction.GetChildren(namespacePath, cancellation) : Next.GetChildren(store, namespacePath, cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        KvPath.CheckNamespace(namespacePath);
        return KvTransaction.Join(this, store) is { } transaction ? transaction.GetKeptNamespaces(namespacePath, cancellation) : Next.GetKeptNamespaces(store, namespacePath, cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="KvException">A name, key, value or limit is broken, or a capability is missing; nothing was written.</exception>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        CheckWrites(batch, store);
        cancellation.ThrowIfCancellationRequested();
        if (KvTransaction.Join(this, store) is { } transaction)
        {
            return transaction.Commit(batch, cancellation);
        }

        KvBatch spelledOut = NamespaceDeletes.SpellOut(Next, store, batch, cancellation);
        CheckCount(spelledOut, store);
        return Next.Commit(store, spelledOut, cancellation);
    }

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        KvTransaction.Refuse("Creating a store");
        bool fits = limits.MaximumKeySize >= 1 && limits.MaximumKeySize <= Limits.MaximumKeySize
            && limits.MaximumValueSize >= 1 && limits.MaximumValueSize <= Limits.MaximumValueSize;
        if (!fits)
        {
            throw new KvException(
                KvError.InvalidConfiguration,
                $"Store '{store}' cannot have keys of up to {limits.MaximumKeySize} and values of up to {limits.MaximumValueSize} bytes: "
                    + $"storage '{Description}' allows 1 to {Limits.MaximumKeySize} and 1 to {Limits.MaximumValueSize}.",
                store);
        }

        Require(KvCapabilities.StoreLimits, limits != KvLimits.Default.Within(Limits));
        Next.CreateStore(store, limits, cancellation);
    }

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        KvPath.CheckStoreName(store);
        KvTransaction.Refuse("Removing a store");
        Next.RemoveStore(store, cancellation);
    }

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Loading whole stores");
        Next.Load(new CheckedLoad(this, cancellation).Check(entries), mode, cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Watching");
        KvPath.CheckStoreName(store);
        KvPath.CheckNamespace(namespacePath);
        ArgumentOutOfRangeException.ThrowIfNegative(fromRevision ?? 0, nameof(fromRevision));
        Require(KvCapabilities.Watching, isNeeded: true);
        return Next.Watch(store, namespacePath, fromRevision, cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Reading the past");
        KvPath.CheckStoreName(store);
        range.CheckText();
        ArgumentOutOfRangeException.ThrowIfNegative(revision);
        Require(KvCapabilities.History, isNeeded: true);
        return Scan(Next.ScanAt(store, range, revision, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Reading the past");
        KvPath.CheckStoreName(store);
        KvPath.CheckKey(fullKey, int.MaxValue, store);
        Require(KvCapabilities.History, isNeeded: true);
        return Next.GetHistory(store, fullKey, cancellation);
    }

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Setting how long the past is kept");
        KvPath.CheckStoreName(store);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        Require(KvCapabilities.History, isNeeded: true);
        Next.SetHistoryPeriod(store, period, cancellation);
    }

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Compressing a store");
        KvPath.CheckStoreName(store);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep ?? TimeSpan.Zero, TimeSpan.Zero, nameof(keep));
        Require(KvCapabilities.History, isNeeded: true);
        return Next.Compress(store, keep, cancellation);
    }

    /// <inheritdoc/>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation)
    {
        KvTransaction.Refuse("A backup");
        Next.Backup(path, progress, cancellation);
    }

    /// <inheritdoc/>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation)
    {
        KvTransaction.Refuse("A restore");
        Next.Restore(path, progress, cancellation);
    }

    /// <inheritdoc/>
    public override IEnumerable<KvDamage> Check(string? store, CancellationToken cancellation)
    {
        KvTransaction.Refuse("Looking for damage");
        if (store is not null)
        {
            KvPath.CheckStoreName(store);
        }

        return Next.Check(store, cancellation);
    }

    // Ctrl+C ends a long scan even of a plugin that never looks at its token.
    private static IEnumerable<KvItem> Scan(IEnumerable<KvItem> items, CancellationToken cancellation)
    {
        foreach (KvItem item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private static bool IsChecked(KvStorage storage) =>
        storage is CheckedStorage || (storage is DelegatingStorage { Inner: KvStorage inner } && IsChecked(inner));

    private void CheckCount(KvBatch batch, string store)
    {
        if (batch.Count > MaximumBatchCount)
        {
            throw new KvException(
                KvError.BatchTooLarge,
                $"A batch of {batch.Count} changes is too large: storage '{Description}' commits at most {MaximumBatchCount} at once. Nothing was written. Write in smaller parts.",
                store);
        }
    }

    private void CheckWrites(KvBatch batch, string store)
    {
        // A storage with limits for each store checks those in the commit itself; here only its ceiling is known.
        bool hasStoreLimits = Capabilities.HasFlag(KvCapabilities.StoreLimits);
        if (hasStoreLimits)
        {
            Limits.Check(batch, $"storage '{Description}'");
        }
        else
        {
            KvLimits.Default.Within(Limits).Check(batch, $"store '{store}'");
        }

        foreach (string fullKey in batch.Deletes)
        {
            KvPath.CheckKey(fullKey, int.MaxValue, store);
        }

        foreach (string namespacePath in batch.DeletedNamespaces)
        {
            KvPath.CheckNamespace(namespacePath);
        }

        Require(KvCapabilities.Conditions, batch.Conditions.Count > 0);
        Require(KvCapabilities.Transactions, batch.RequiredRevision is not null || batch.Conditions.Any(condition => condition.ModRevision != 0));
        Require(KvCapabilities.EmptyNamespaces, batch.AddedNamespaces.Count > 0);
        Require(KvCapabilities.Expiry, batch.Sets.Any(set => set.ExpiresTime != 0));
    }

    /// <summary>Refuses what needs a capability that the storage lacks.</summary>
    internal void Require(KvCapabilities capability, bool isNeeded)
    {
        if (isNeeded && !Capabilities.HasFlag(capability))
        {
            throw NotSupported(capability);
        }
    }
}
