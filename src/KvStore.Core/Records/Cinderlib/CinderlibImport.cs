// All or nothing in bounded memory: the document is read once to prove it, and once to stream it into the storage's load.
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Imports cinderlib documents: dumps of the library, of a backend, of an object, and lists of any of these.</summary>
public sealed class CinderlibImport
{

    private readonly KvRecords _records;
    private readonly CinderlibImportOptions _options;
    private readonly KvLoadMode _mode;
    private readonly CancellationToken _cancellation;

    // Only what is there already is noted: an import into a new store needs none of it.
    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);
    private readonly List<string> _staleKeys = [];
    private readonly HashSet<KvRecordType> _typesThere = [];
    private bool _isFormThere;

    private CinderlibImport(KvRecords records, KvLoadMode mode, CinderlibImportOptions options, CancellationToken cancellation)
    {
        (_records, _mode, _options, _cancellation) = (records, mode, options, cancellation);
    }

    /// <summary>
    /// Imports a document. A record takes the place of the one of its id; its attached properties stay. Importing a document
    /// again changes nothing.
    /// </summary>
    /// <param name="input">The document in UTF-8, from its current position; it must be seekable, is read twice, and stays open.</param>
    /// <param name="storage">The storage.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="mode">What happens to what is there: Replace empties the store first, NoClobber makes a record that exists an error.</param>
    /// <param name="options">What is taken from the document; null for the defaults.</param>
    /// <param name="cancellation">Cancels the import; nothing is written then.</param>
    /// <param name="progress">Told the number of records done and the number in all; 0 in all while the document is being checked.</param>
    /// <returns>The number of records imported.</returns>
    /// <exception cref="KvException">
    /// <see cref="KvError.InvalidDocument"/>, which names line, object and field; <see cref="KvError.ConditionFailed"/>; or a
    /// limit is broken. Nothing was written.
    /// </exception>
    public static long Load(
        Stream input,
        KvStorage storage,
        string store,
        KvLoadMode mode,
        CinderlibImportOptions? options = null,
        CancellationToken cancellation = default,
        Action<long, long>? progress = null)
    {
        var import = new CinderlibImport(new KvRecords(storage, store, cancellation), mode, options ?? new CinderlibImportOptions(), cancellation);
        long start = input.Position;
        long count = import.Survey(input, progress);
        input.Position = start;
        import._records.Storage.Load(import.GetEntries(input, count, progress), mode, cancellation);
        import.RemoveStale();
        return count;
    }

    // Reads all of it, so that what is malformed is known before anything is written, on whatever storage.
    private long Survey(Stream input, Action<long, long>? progress)
    {
        NoteWhatIsThere();
        long count = 0;
        var reader = new CinderlibReader(input, _options);
        foreach (CinderlibEntry entry in reader.Read())
        {
            _cancellation.ThrowIfCancellationRequested();
            if (entry is CinderlibRecord { Record: { } record, Properties: { } properties })
            {
                CheckSizes(reader, record, properties);
                SurveyStored(record);
                count++;
                progress?.Invoke(count, 0);
            }
            else if (entry is CinderlibBackend { Name: { } name } && _mode != KvLoadMode.Replace)
            {
                string key = CinderlibBackends.GetKey(name);
                if (CinderlibBackends.Read(_records, key) is { } backend)
                {
                    _positions[key] = backend.Position;
                }
            }
        }

        return count;
    }

    private void NoteWhatIsThere()
    {
        if (_mode == KvLoadMode.Replace)
        {
            return;
        }

        _isFormThere = _records.Storage.Get(_records.Store, RecordKeys.Backends, _cancellation) is not null;
        foreach (KvRecordType type in Enum.GetValues<KvRecordType>())
        {
            if (_records.Storage.Scan(_records.Store, KvRange.Beneath(RecordKeys.GetFolder(type)) with { Limit = 1, KeysOnly = true }, _cancellation).Any())
            {
                _typesThere.Add(type);
            }
        }
    }

    private void CheckSizes(CinderlibReader reader, KvRecord record, IReadOnlyDictionary<string, string> properties)
    {
        try
        {
            foreach (KvSet item in GetItems(record, properties, position: long.MaxValue / 1000))
            {
                _records.Limits.Check(item.FullKey, item.Value, $"store '{_records.Store}'");
            }
        }
        catch (KvException e)
        {
            throw new KvException(e.Error, reader.Error($"{record}: {e.Message}").Message, record.Id, e);
        }
    }

    private void SurveyStored(KvRecord record)
    {
        string component = RecordKeys.GetComponent(record.Id);
        if (!_typesThere.Contains(record.Type) || _records.Read(record.Type, component) is not { } stored)
        {
            return;
        }

        if (_mode == KvLoadMode.NoClobber)
        {
            throw new KvException(KvError.ConditionFailed, $"{record} exists already in store '{_records.Store}'; nothing was imported. Leave out NoClobber to overwrite it.", record.Id);
        }

        _positions[RecordKeys.GetRecord(record.Type, component)] = stored.Position;
        _staleKeys.AddRange(KvRecords.GetStaleKeys(stored, component, _records.GetItems(record, component, stored.Position)));
    }

    private IEnumerable<KvEntry> GetEntries(Stream input, long total, Action<long, long>? progress)
    {
        yield return new KvStoreEntry(_records.Store);

        // In a store without records the places are counted from 1: the same document then makes the same items everywhere.
        long next = _typesThere.Count == 0 ? 1 : KvTime.Now;
        long count = 0;
        foreach (CinderlibEntry entry in new CinderlibReader(input, _options).Read())
        {
            switch (entry)
            {
                case CinderlibRecord { Record: { } record, Properties: { } properties }:
                    long position = record.Type == KvRecordType.KeyValue ? 0 : GetPosition(RecordKeys.GetRecord(record.Type, RecordKeys.GetComponent(record.Id)), next++);
                    foreach (KvSet item in GetItems(record, properties, position))
                    {
                        yield return new KvItemEntry(item);
                    }

                    count++;
                    progress?.Invoke(count, total);
                    break;
                case CinderlibBackend { Name: { } name, Document: { } document } when !IsThereAlready(CinderlibBackends.GetKey(name)):
                    foreach (KvSet item in CinderlibBackends.GetItems(_records, name, document, GetPosition(CinderlibBackends.GetKey(name), next++)))
                    {
                        yield return new KvItemEntry(item);
                    }

                    break;
                case CinderlibEnd { IsBackend: bool isBackend } when !(_mode == KvLoadMode.NoClobber && _isFormThere):
                    yield return new KvItemEntry(CinderlibBackends.GetForm(isBackend));
                    break;
            }
        }
    }

    private IEnumerable<KvSet> GetItems(KvRecord record, IReadOnlyDictionary<string, string> properties, long position)
    {
        string component = RecordKeys.GetComponent(record.Id);
        return _records.GetItems(record, component, position)
            .Concat(properties.SelectMany(property => KvRecords.GetPropertyItems(record.Type, component, property.Key, property.Value)));
    }

    // A record keeps its place, so that importing a document again changes nothing.
    private long GetPosition(string key, long next) => _positions.TryGetValue(key, out long position) && position != 0 ? position : next;

    // That a backend is known already is no reason to refuse new volumes of it.
    private bool IsThereAlready(string backendKey) => _mode == KvLoadMode.NoClobber && _positions.ContainsKey(backendKey);

    // Stale index items are passed over by every search; they are only in the way.
    private void RemoveStale()
    {
        using var writer = new KvBatchWriter(_records.Storage, _records.Store, _cancellation);
        foreach (string key in _staleKeys)
        {
            writer.Delete(key);
        }

        writer.Flush();
    }
}
