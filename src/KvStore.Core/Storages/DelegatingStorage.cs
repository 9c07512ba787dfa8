// Storages stack: checks, write protection, retries and transactions are each a storage over a storage.
namespace KvStore;

/// <summary>A storage that hands every call to another; derive from it to change some of them.</summary>
/// <param name="inner">The storage that does the work; disposed with this one.</param>
public abstract class DelegatingStorage(KvStorage inner) : KvStorage
{
    /// <summary>The storage that does the work.</summary>
    public KvStorage Inner { get; } = inner;

    /// <summary>The storage that does the work in the end: equal objects are the same place.</summary>
    internal static KvStorage GetInnermost(KvStorage storage)
    {
        while (storage is DelegatingStorage outer)
        {
            storage = outer.Inner;
        }

        return storage;
    }

    /// <summary>
    /// Whether a class of a PowerShell script does any of the work. PowerShell makes its classes in assemblies in memory; called
    /// from another thread their methods wait for their runspace, and would for ever where its thread waits for the caller.
    /// </summary>
    internal static bool IsOfScript(KvStorage storage) =>
        storage.GetType().Assembly.IsDynamic || (storage is DelegatingStorage outer && IsOfScript(outer.Inner));

    /// <inheritdoc/>
    public override string Description => Inner.Description;

    /// <inheritdoc/>
    public override KvCapabilities Capabilities => Inner.Capabilities;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks => Inner.Remarks;

    /// <inheritdoc/>
    public override KvLimits Limits => Inner.Limits;

    /// <inheritdoc/>
    public override int MaximumBatchCount => Inner.MaximumBatchCount;

    /// <inheritdoc/>
    public override long MaximumBatchSize => Inner.MaximumBatchSize;

    /// <inheritdoc/>
    protected internal override object? SharingKey => Inner.SharingKey;

    /// <inheritdoc/>
    public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) => Inner.GetStores(cancellation);

    /// <inheritdoc/>
    public override KvStoreInfo? GetStore(string store, CancellationToken cancellation) => Inner.GetStore(store, cancellation);

    /// <inheritdoc/>
    public override long GetRevision(string store, CancellationToken cancellation) => Inner.GetRevision(store, cancellation);

    /// <inheritdoc/>
    public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => Inner.Get(store, fullKey, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) => Inner.Scan(store, range, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation) => Inner.GetChildren(store, namespacePath, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<string> GetKeptNamespaces(string store, string namespacePath, CancellationToken cancellation) => Inner.GetKeptNamespaces(store, namespacePath, cancellation);

    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => Inner.Commit(store, batch, cancellation);

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) => Inner.CreateStore(store, limits, cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation) => Inner.RemoveStore(store, cancellation);

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) => Inner.Load(entries, mode, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation) =>
        Inner.Watch(store, namespacePath, fromRevision, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvItem> ScanAt(string store, KvRange range, long revision, CancellationToken cancellation) => Inner.ScanAt(store, range, revision, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvChange> GetHistory(string store, string fullKey, CancellationToken cancellation) => Inner.GetHistory(store, fullKey, cancellation);

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) => Inner.SetHistoryPeriod(store, period, cancellation);

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation) => Inner.Compress(store, keep, cancellation);

    /// <inheritdoc/>
    public override void Backup(string path, IProgress<double>? progress, CancellationToken cancellation) => Inner.Backup(path, progress, cancellation);

    /// <inheritdoc/>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) => Inner.Restore(path, progress, cancellation);

    /// <inheritdoc/>
    public override IEnumerable<KvDamage> Check(string? store, CancellationToken cancellation) => Inner.Check(store, cancellation);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }
    }
}
