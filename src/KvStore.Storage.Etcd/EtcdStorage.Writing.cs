// What writes goes through the one committer; a load that outgrows a request is several commits.
namespace KvStore.Storage.Etcd;

public sealed partial class EtcdStorage
{
    /// <inheritdoc/>
    /// <exception cref="KvException">
    /// <see cref="KvError.BatchTooLarge"/>: it does not fit into one request; <see cref="KvError.StorageBusy"/>: others were
    /// faster; <see cref="KvError.StorageUnavailable"/>, whose <see cref="KvException.MayBeApplied"/> says what is known of the write.
    /// </exception>
    public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
    {
        bool fills = batch.Sets.Count > 0 || batch.AddedNamespaces.Count > 0;
        return _committer.Commit(
            store,
            batch,
            state => state.Exists || !fills ? null : Describing(store, KvLimits.Default, isKept: false),
            cancellation);
    }

    /// <inheritdoc/>
    public override void CreateStore(string store, KvLimits limits, CancellationToken cancellation) =>
        _committer.Commit(
            store,
            new KvBatch(),
            state => state.Exists
                ? throw new KvException(KvError.StoreExists, $"Store '{state.Name}' exists already. Choose another name, or remove it first with Remove-KvStore.", state.Name)
                : Describing(store, limits, isKept: true),
            cancellation);

    /// <inheritdoc/>
    public override void RemoveStore(string store, CancellationToken cancellation)
    {
        // A store that never was leaves no revision behind.
        StoreKeys keys = _keys.Of(store);
        if (_gateway.Read(new ReadOperation(keys.Revision), cancellation).Single is not null)
        {
            _committer.Commit(store, new KvBatch().DeleteNamespace(KvPath.Root), _ => new DeleteOperation(keys.Description), cancellation);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A store whose load fits into one request is one commit. A larger one is several, each as a whole: when one of them
    /// fails, those before it stay, and the load may be repeated. An item that exists already is found before the first.
    /// </remarks>
    public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation)
    {
        foreach (KvLoad load in KvLoad.Gather(entries, mode, cancellation))
        {
            KvStoreEntry store = load.Store;
            if ((store.IsKept || store.Limits is not null) && GetStore(store.Name, cancellation) is null)
            {
                CreateStore(store.Name, (store.Limits ?? KvLimits.Default).Within(Limits), cancellation);
            }

            KvBatch[] parts = [.. LoadParts.Split(load.Batch, _keys.Of(store.Name))];
            if (parts.Length > 1 && load.Batch.Conditions.Count > 0)
            {
                // What stands in the way is told before the first part is written.
                Array.ForEach(parts, part => _committer.Check(store.Name, part, cancellation).ThrowIfFailed());
            }

            Array.ForEach(parts, part => Commit(store.Name, part, cancellation).ThrowIfFailed());
        }
    }

    private PutOperation Describing(string store, KvLimits limits, bool isKept) =>
        new(_keys.Of(store).Description, Record.ToBytes(StoreRecord.Create(store, limits, isKept)));
}
