// Changing: a record, its parts and its index items go in one commit, which holds only for what was read before it.
using System.Text.Json.Nodes;

namespace KvStore;

public sealed partial class KvRecords
{
    private KvLimits? _limits;

    /// <summary>The limits of the store, or those it would be created with.</summary>
    internal KvLimits Limits => _limits ??= ReadLimits();

    /// <summary>
    /// Inserts a record, or updates the one of its id: by the fields that were changed since it was read, or by all that it has
    /// if none was. Fields that it does not have stay. It is up to date with the storage afterwards, and nothing counts as changed.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="expectedVersion">The version that the stored record must have; 0: there must be none; null for any.</param>
    /// <exception cref="KvException">
    /// <see cref="KvError.ConditionFailed"/>: the stored record has another version; <see cref="KvError.InvalidValue"/>: cinderlib
    /// could not load it, as with a malformed time; or a limit is broken. Nothing was written.
    /// </exception>
    public void Set(KvRecord record, long? expectedVersion = null)
    {
        string component = RecordKeys.GetComponent(record.Id);
        string recordKey = RecordKeys.GetRecord(record.Type, component);
        bool isOfThisStore = record.Source is { } source && source._storage == _storage && source.Store.Equals(Store, StringComparison.OrdinalIgnoreCase);
        while (true)
        {
            KvRecord? stored = Read(record.Type, component);
            JsonObject document = record.GetMerged(stored, isOfThisStore);
            Check(record.Type, document);
            long position = record.Type == KvRecordType.KeyValue ? 0 : stored?.Position ?? KvTime.Now;
            KvBatch batch = GetChange(stored, KvRecord.FromDocument(record.Type, document), component, position);
            SetProperties(batch, record, recordKey, isOfThisStore);
            bool isExpected = expectedVersion is not null;
            _ = isExpected ? Require(batch, recordKey, expectedVersion!.Value) : Guard(batch, recordKey, stored);
            KvCommit commit = _storage.Commit(Store, batch, _cancellation);
            if (isExpected)
            {
                commit.ThrowIfFailed();
            }

            if (commit.Succeeded)
            {
                IReadOnlyDictionary<string, string> properties = record.Properties;
                KvItem? written = commit.Items.FirstOrDefault(item => item.FullKey == recordKey);
                record.SetStored(Lasting, document, position, (written?.Version, written?.ModRevision), properties, []);
                return;
            }

            // Another writer changed the record since it was read: its change must not be lost, nor its index items stay.
        }
    }

    /// <summary>
    /// Deletes a record with its properties; one that is not there is no error. The object is marked as deleted, as cinderlib
    /// does; with <see cref="SoftDeletes"/> so is what is stored, and kept.
    /// </summary>
    /// <param name="record">The record; only its type and id say what is deleted.</param>
    public void Delete(KvRecord record)
    {
        string component = RecordKeys.GetComponent(record.Id);
        string recordKey = RecordKeys.GetRecord(record.Type, component);
        KvRecord? deleted;
        KvBatch batch;
        do
        {
            KvRecord? stored = Read(record.Type, component);
            deleted = SoftDeletes && record.Type != KvRecordType.KeyValue && stored is not null ? KvRecord.FromDocument(record.Type, stored.Document.DeepClone().AsObject()) : null;
            deleted?.MarkDeleted();
            batch = deleted is null ? GetRemoval(stored, component, recordKey) : GetChange(stored, deleted, component, stored!.Position);
            Guard(batch, recordKey, stored);
        }
        while (batch.Count > 0 && !_storage.Commit(Store, batch, _cancellation).Succeeded);

        if (record.Type != KvRecordType.KeyValue)
        {
            record.MarkDeleted();
            record.SetStored(Lasting, record.Document, record.Position, (null, null), record.StoredProperties, []);
        }
    }

    /// <summary>All items of a record: its own, the pieces of its fields, and its index items.</summary>
    internal IEnumerable<KvSet> GetItems(KvRecord record, string component, long position)
    {
        string value = RecordKeys.FormatPosition(position);
        return RecordItems.Write(RecordKeys.GetRecord(record.Type, component), record.Document, document => KvRecord.GetData(record.Type, document), position, Limits.MaximumValueSize)
            .Concat(GetIndexKeys(record, component, position).Select(key => new KvSet(key, value)));
    }

    /// <summary>The items of an attached property: itself, and the one it is found by.</summary>
    internal static IEnumerable<KvSet> GetPropertyItems(KvRecordType type, string component, string propertyKey, string value) =>
    [
        new(RecordKeys.GetProperty(RecordKeys.GetRecord(type, component), propertyKey), value),
        new($"{RecordKeys.GetPropertyIndex(propertyKey, type)}/{component}", ""),
    ];

    /// <summary>The keys that a stored record leaves behind when others take the place of its items.</summary>
    internal static IEnumerable<string> GetStaleKeys(KvRecord stored, string component, IEnumerable<KvSet> items)
    {
        string fields = KvPath.Join(RecordKeys.GetRecord(stored.Type, component), RecordKeys.Fields);
        return GetIndexKeys(stored, component, stored.Position)
            .Concat(stored.PartKeys.Where(key => KvPath.IsBeneath(key, fields)))
            .Except(items.Select(item => item.FullKey), StringComparer.Ordinal);
    }

    private static IEnumerable<string> GetIndexKeys(KvRecord record, string component, long position)
    {
        if (record.Type == KvRecordType.KeyValue)
        {
            yield break;
        }

        foreach (RecordTerm term in Enum.GetValues<RecordTerm>())
        {
            // A snapshot without a volume is found by the empty one; a name or a backend that is empty is none.
            if (record.GetTerm(term) is { } value && (value.Length > 0 || term == RecordTerm.Volume))
            {
                yield return $"{RecordKeys.GetIndex(record.Type, term, value, record.IsDeleted)}/{component}";
            }
        }

        if (record.Type == KvRecordType.Volume && !record.IsDeleted)
        {
            yield return RecordKeys.GetOrder(record.DocumentBackend, position, component);
        }
    }

    // What is stored must be fit to be exported.
    private static void Check(KvRecordType type, JsonObject document)
    {
        if (type != KvRecordType.KeyValue && CinderlibRules.FindFault(type, document["ovo"]) is { } fault)
        {
            throw new KvException(KvError.InvalidValue, $"{char.ToUpperInvariant(fault[0])}{fault[1..]} Nothing was written.", fault);
        }
    }

    private KvBatch GetChange(KvRecord? stored, KvRecord changed, string component, long position)
    {
        KvSet[] items = [.. GetItems(changed, component, position)];
        var batch = new KvBatch();
        foreach (string key in stored is null ? [] : GetStaleKeys(stored, component, items))
        {
            batch.Delete(key);
        }

        foreach (KvSet item in items)
        {
            batch.Set(item.FullKey, item.Value);
        }

        return batch;
    }

    private static KvBatch GetRemoval(KvRecord? stored, string component, string recordKey)
    {
        var batch = new KvBatch();
        if (stored is null)
        {
            return batch;
        }

        batch.Delete(recordKey).DeleteNamespace(recordKey);
        foreach (string key in GetIndexKeys(stored, component, stored.Position).Concat(stored.StoredProperties.Keys.Select(key => $"{RecordKeys.GetPropertyIndex(key, stored.Type)}/{component}")))
        {
            batch.Delete(key);
        }

        return batch;
    }

    private static void SetProperties(KvBatch batch, KvRecord record, string recordKey, bool isOfThisStore)
    {
        string component = KvPath.GetName(recordKey);

        // A record that comes from another store brings all of its properties.
        IEnumerable<KeyValuePair<string, string?>> unchanged = isOfThisStore ? [] : record.StoredProperties.Select(property => KeyValuePair.Create(property.Key, (string?)property.Value));
        foreach ((string key, string? value) in unchanged.Concat(record.ChangedProperties))
        {
            foreach (KvSet item in GetPropertyItems(record.Type, component, key, value ?? ""))
            {
                _ = value is null ? batch.Delete(item.FullKey) : batch.Set(item.FullKey, item.Value);
            }
        }
    }

    // Without conditions or versions a storage takes the last writer's word; index items that go stale so do no harm.
    private KvBatch Guard(KvBatch batch, string recordKey, KvRecord? stored) =>
        stored is not null ? batch.RequireUnchanged(recordKey, stored.Version, stored.ModRevision, _storage.Capabilities)
        : _storage.Capabilities.HasFlag(KvCapabilities.Conditions) ? batch.RequireAbsent(recordKey)
        : batch;

    private static KvBatch Require(KvBatch batch, string recordKey, long version) =>
        version == 0 ? batch.RequireAbsent(recordKey) : batch.RequireVersion(recordKey, version);

    private KvLimits ReadLimits() => _storage.GetLimits(Store, wanted: null, _cancellation);
}
