// cinderlib's thirteen members over the storage contract alone, so that records work on every plugin.
namespace KvStore;

/// <summary>
/// The volumes, snapshots, connections and key values in a store, with the members of a cinderlib persistence plugin. Records
/// are items of the store (docs/records.md), found by name, backend or volume through index items written in the same commit.
/// As safe for several threads as its storage.
/// </summary>
public sealed partial class KvRecords
{
    private readonly KvStorage _storage;
    private readonly CancellationToken _cancellation;
    private KvRecords? _lasting;

    /// <summary>Opens the records of a store, which need not exist.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="cancellation">Cancels every call of this object.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidStoreName"/>.</exception>
    public KvRecords(KvStorage storage, string store, CancellationToken cancellation = default)
    {
        KvPath.CheckStoreName(store);
        _storage = CheckedStorage.Wrap(storage);
        _cancellation = cancellation;
        Store = store;
    }

    /// <summary>The storage: the handle that drivers are given (cinderlib's <c>db</c>).</summary>
    public KvStorage Storage => _storage;

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>Whether a delete only marks a record, which <see cref="KvRecordFilter.IncludeDeleted"/> then still finds.</summary>
    public bool SoftDeletes { get; init; }

    // A record outlives the call that read it, and with it the token of that call.
    private KvRecords Lasting => _lasting ??= _cancellation.CanBeCanceled ? new KvRecords(_storage, Store) : this;

    /// <summary>The volumes that pass all filters, lazily, ordered by id.</summary>
    /// <param name="id">The id; null or empty for any.</param>
    /// <param name="name">The name; null or empty for any.</param>
    /// <param name="backend">The backend's name; null or empty for any.</param>
    public IEnumerable<KvVolume> GetVolumes(string? id = null, string? name = null, string? backend = null) =>
        Find(KvRecordType.Volume, new KvRecordFilter { Id = id, Name = name, Backend = backend }).Cast<KvVolume>();

    /// <summary>The snapshots that pass all filters, lazily, ordered by id.</summary>
    /// <param name="id">The id; null or empty for any.</param>
    /// <param name="name">The name; null or empty for any.</param>
    /// <param name="volumeId">The volume's id; null or empty for any.</param>
    public IEnumerable<KvSnapshot> GetSnapshots(string? id = null, string? name = null, string? volumeId = null) =>
        Find(KvRecordType.Snapshot, new KvRecordFilter { Id = id, Name = name, VolumeId = volumeId }).Cast<KvSnapshot>();

    /// <summary>The connections that pass all filters, lazily, ordered by id.</summary>
    /// <param name="id">The id; null or empty for any.</param>
    /// <param name="volumeId">The volume's id; null or empty for any.</param>
    public IEnumerable<KvConnection> GetConnections(string? id = null, string? volumeId = null) =>
        Find(KvRecordType.Connection, new KvRecordFilter { Id = id, VolumeId = volumeId }).Cast<KvConnection>();

    /// <summary>The key values, lazily, ordered by key.</summary>
    /// <param name="key">The key; null or empty for any.</param>
    public IEnumerable<KvKeyValue> GetKeyValues(string? key = null) =>
        Find(KvRecordType.KeyValue, new KvRecordFilter { Id = key }).Cast<KvKeyValue>();

    /// <summary>Inserts or updates a volume (see <see cref="Set"/>).</summary>
    public void SetVolume(KvVolume volume) => Set(volume);

    /// <summary>Inserts or updates a snapshot (see <see cref="Set"/>).</summary>
    public void SetSnapshot(KvSnapshot snapshot) => Set(snapshot);

    /// <summary>Inserts or updates a connection (see <see cref="Set"/>).</summary>
    public void SetConnection(KvConnection connection) => Set(connection);

    /// <summary>Inserts or updates a key value (see <see cref="Set"/>).</summary>
    public void SetKeyValue(KvKeyValue keyValue) => Set(keyValue);

    /// <summary>Deletes a volume (see <see cref="Delete"/>). Its snapshots and connections stay.</summary>
    public void DeleteVolume(KvVolume volume) => Delete(volume);

    /// <summary>Deletes a snapshot (see <see cref="Delete"/>).</summary>
    public void DeleteSnapshot(KvSnapshot snapshot) => Delete(snapshot);

    /// <summary>Deletes a connection (see <see cref="Delete"/>).</summary>
    public void DeleteConnection(KvConnection connection) => Delete(connection);

    /// <summary>Deletes a key value (see <see cref="Delete"/>).</summary>
    public void DeleteKeyValue(KvKeyValue keyValue) => Delete(keyValue);

    /// <summary>The store and that it is its records.</summary>
    public override string ToString() => $"records of {Store}";
}
