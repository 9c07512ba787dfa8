// Finding: an index item only says where to look. The record itself decides, so that a stale index item can do no harm.
using System.Text.Json.Nodes;

namespace KvStore;

public sealed partial class KvRecords
{
    private const int ReadAttempts = 5;

    /// <summary>The records of a type that pass all filters, lazily, ordered by id. Filters by id, name, backend, volume or property read no more than what they find.</summary>
    /// <param name="type">The type.</param>
    /// <param name="filter">Which records.</param>
    /// <exception cref="KvException">While enumerating: <see cref="KvError.StorageDamaged"/>, an item is not a record.</exception>
    public IEnumerable<KvRecord> Find(KvRecordType type, KvRecordFilter filter)
    {
        IEnumerable<KvRecord> candidates = GetIndexes(type, filter) is { } indexes
            ? ReadAll(type, GetComponents(indexes))
            : !string.IsNullOrEmpty(filter.Id) ? ReadAll(type, [RecordKeys.GetComponent(filter.Id)])
            : ReadAll(type);
        return candidates.Where(filter.Matches);
    }

    /// <summary>Brings a record up to date with its storage; changes that were not set are lost.</summary>
    /// <returns>False if it is not there any more; it stays as it is then.</returns>
    public bool Refresh(KvRecord record)
    {
        if (Read(record.Type, RecordKeys.GetComponent(record.Id)) is not { } stored)
        {
            return false;
        }

        record.SetStored(Lasting, stored.Document, stored.Position, (stored.Version, stored.ModRevision), stored.StoredProperties, stored.PartKeys);
        return true;
    }

    /// <summary>A record as it is stored; null if it is not there.</summary>
    internal KvRecord? Read(KvRecordType type, string component, KvNode? found = null)
    {
        string recordKey = RecordKeys.GetRecord(type, component);
        KvItem? item = found?.Item;
        for (int attempt = 1; ; attempt++)
        {
            item ??= _storage.Get(Store, recordKey, _cancellation);
            if (item is null)
            {
                return null;
            }

            KvItem[] beneath = found is { IsNamespace: false } ? [] : [.. _storage.Scan(Store, KvRange.Beneath(recordKey), _cancellation)];
            if (RecordItems.TryRead(item, beneath, document => KvRecord.GetData(type, document), out JsonObject document, out long position))
            {
                KvRecord record = KvRecord.FromDocument(type, document);
                string properties = KvPath.Join(recordKey, RecordKeys.Properties);
                record.SetStored(
                    Lasting,
                    document,
                    position,
                    (item.Version, item.ModRevision),
                    beneath.Where(part => KvPath.IsBeneath(part.FullKey, properties)).ToDictionary(part => KvPath.GetRelative(part.FullKey, properties), part => part.Value),
                    [.. beneath.Select(part => part.FullKey)]);
                return record;
            }

            if (attempt == ReadAttempts)
            {
                throw new KvException(
                    KvError.StorageDamaged,
                    $"The parts of record '{KvException.Shorten(recordKey)}' of store '{Store}' do not belong together: one was changed by other means than Set-KvRecord. Remove the item '{recordKey}' with Remove-KvItem, and set the record again.",
                    recordKey);
            }

            (item, found) = (null, null);
        }
    }

    /// <summary>A volume's snapshots or connections, in the order of the documents.</summary>
    internal IEnumerable<KvRecord> ReadInOrder(KvRecordType type, string volumeId) =>
        ReadInOrderOf(type, RecordKeys.GetIndex(type, RecordTerm.Volume, volumeId, isDeleted: false));

    /// <summary>The snapshots or connections that a namespace of index items by volume leads to, in the order of the documents.</summary>
    internal IEnumerable<KvRecord> ReadInOrderOf(KvRecordType type, string volumeIndex) =>
        ReadAll(type, _storage.Scan(Store, KvRange.Beneath(volumeIndex), _cancellation)
            .OrderBy(item => item.Value, StringComparer.Ordinal).Select(item => KvPath.GetName(item.FullKey)))
        .Where(record => !record.IsDeleted && RecordKeys.GetIndex(type, RecordTerm.Volume, record.GetTerm(RecordTerm.Volume)!, isDeleted: false) == volumeIndex);

    /// <summary>A backend's volumes in the order of the documents.</summary>
    internal IEnumerable<KvVolume> ReadVolumesInOrder(string orderIndex) =>
        from item in _storage.Scan(Store, KvRange.Beneath(orderIndex) with { KeysOnly = true }, _cancellation)
        let component = RecordKeys.GetOrdered(item.FullKey)
        let volume = Read(KvRecordType.Volume, component) as KvVolume
        where volume is { IsDeleted: false } && RecordKeys.GetOrder(volume.DocumentBackend, volume.Position, component) == item.FullKey
        select volume;

    private IEnumerable<KvRecord> ReadAll(KvRecordType type) =>
        from node in _storage.GetChildren(Store, RecordKeys.GetFolder(type), _cancellation)
        where node.Item is not null
        let record = Read(type, node.Name, node)
        where record is not null
        select record;

    private IEnumerable<KvRecord> ReadAll(KvRecordType type, IEnumerable<string> components) =>
        from component in components
        let record = Read(type, component)
        where record is not null
        select record;

    // The namespaces of the index items to go through, for live records and for deleted ones; null where there are none for the filter.
    private static string[]? GetIndexes(KvRecordType type, KvRecordFilter filter)
    {
        if (!string.IsNullOrEmpty(filter.Id))
        {
            return null;
        }

        if (filter.Properties.Count > 0)
        {
            return [RecordKeys.GetPropertyIndex(filter.Properties.First().Key, type)];
        }

        (RecordTerm Term, string? Value)[] terms = [(RecordTerm.Volume, filter.VolumeId), (RecordTerm.Name, filter.Name), (RecordTerm.Backend, filter.Backend)];
        (RecordTerm Term, string? Value) wanted = Array.Find(terms, term => !string.IsNullOrEmpty(term.Value));
        return wanted.Value is null ? null
            : filter.IncludeDeleted ? [RecordKeys.GetIndex(type, wanted.Term, wanted.Value, isDeleted: false), RecordKeys.GetIndex(type, wanted.Term, wanted.Value, isDeleted: true)]
            : [RecordKeys.GetIndex(type, wanted.Term, wanted.Value, isDeleted: false)];
    }

    private IEnumerable<string> GetComponents(string[] indexes)
    {
        IEnumerable<string>[] found = [.. indexes.Select(index => _storage.Scan(Store, KvRange.Beneath(index) with { KeysOnly = true }, _cancellation).Select(item => KvPath.GetName(item.FullKey)))];
        return found.Length == 1 ? found[0] : found.SelectMany(components => components).Distinct(StringComparer.Ordinal).Order(KvOrder.Instance);
    }
}
