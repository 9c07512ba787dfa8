// A drive or connection opened with -ReadOnly must not write whatever command is used on it.
namespace KvStore;

/// <summary>A storage that refuses every change.</summary>
/// <param name="inner">The storage that is read.</param>
public sealed class ReadOnlyStorage(KvStorage inner) : DelegatingStorage(CheckedStorage.Wrap(inner))
{
    /// <inheritdoc/>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) => throw ReadOnly(Description);

    /// <inheritdoc/>
    /// <remarks>Most storages are told that they are watched by something that is written.</remarks>
    public override IEnumerable<KvChange> Watch(string store, string namespacePath, long? fromRevision, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override void SetHistoryPeriod(string store, TimeSpan period, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override long Compress(string store, TimeSpan? keep, CancellationToken cancellation) => throw ReadOnly(store);

    /// <inheritdoc/>
    public override void Restore(string path, IProgress<double>? progress, CancellationToken cancellation) => throw ReadOnly(Description);

    private KvException ReadOnly(string target) =>
        new(KvError.ReadOnly, $"Storage '{Description}' was opened read-only; nothing was written. Open it again without -ReadOnly to change it.", target);
}
