// cinderlib's dumps, read as a stream: one volume with its snapshots and connections is in memory at a time.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore;

/// <summary>Reads the parts of a cinderlib document: a dump of the library, of a backend, of an object, or a list of any of these.</summary>
/// <param name="input">The document in UTF-8.</param>
/// <param name="options">What is taken from it.</param>
internal sealed partial class CinderlibReader(Stream input, CinderlibImportOptions options)
{
    public const string Class = "class";
    public const string Backend = "backend";
    public const string VersionedObject = "ovo";
    public const string Volumes = "volumes";
    public const string KeyValues = "key_values";
    public const string BackendClass = "Backend";

    private readonly JsonTokens _tokens = new(input);

    /// <summary>The parts of the document, lazily.</summary>
    /// <exception cref="KvException">While enumerating: <see cref="KvError.InvalidDocument"/>, which names the line, the object and the field.</exception>
    public IEnumerable<CinderlibEntry> Read()
    {
        JsonTree.Advance(_tokens);
        bool isList = _tokens.Kind == JsonTokenType.StartArray;
        bool isBackend = false;
        if (isList)
        {
            for (JsonTree.Advance(_tokens); _tokens.Kind != JsonTokenType.EndArray; JsonTree.Advance(_tokens))
            {
                foreach (CinderlibEntry entry in ReadObject())
                {
                    yield return entry;
                }
            }
        }
        else
        {
            foreach (CinderlibEntry entry in ReadObject())
            {
                isBackend |= entry is CinderlibBackend;
                yield return entry;
            }
        }

        // Asking once more makes the JSON reader refuse what follows the document.
        _tokens.Read();
        yield return new CinderlibEnd(isBackend);
    }

    /// <summary>The error of what was read last.</summary>
    public KvException Error(string what, Exception? cause = null) => _tokens.Error(what, cause);

    private IEnumerable<CinderlibEntry> ReadObject()
    {
        if (_tokens.Kind != JsonTokenType.StartObject)
        {
            throw Error("a cinderlib document is an object or a list of objects.");
        }

        var document = new JsonObject();
        for (JsonTree.Advance(_tokens); _tokens.Kind != JsonTokenType.EndObject; JsonTree.Advance(_tokens))
        {
            string name = _tokens.Text;

            // Only these two grow without bound. Where they stand before the class, as cinderlib never writes them, they are gathered.
            bool isStreamed = name is Volumes or KeyValues && RecordValue.ToPlainText(document[Class]) == BackendClass;
            if (!isStreamed)
            {
                document[name] = JsonTree.ReadNext(_tokens);
                continue;
            }

            foreach (CinderlibEntry entry in name == Volumes ? ReadVolumes() : ReadKeyValues())
            {
                yield return entry;
            }
        }

        foreach (CinderlibEntry entry in GetEntries(document))
        {
            yield return entry;
        }
    }

    private IEnumerable<CinderlibEntry> ReadVolumes()
    {
        JsonTree.Advance(_tokens);
        if (_tokens.Kind == JsonTokenType.Null)
        {
            yield break;
        }

        if (_tokens.Kind != JsonTokenType.StartArray)
        {
            throw Error($"'{Volumes}' of a backend must be an array.");
        }

        while (true)
        {
            JsonNode? volume = null;
            JsonTree.Advance(_tokens);
            if (_tokens.Kind == JsonTokenType.EndArray)
            {
                yield break;
            }

            volume = JsonTree.ReadCurrent(_tokens);
            foreach (CinderlibEntry entry in GetVolume(volume))
            {
                yield return entry;
            }
        }
    }

    private IEnumerable<CinderlibEntry> ReadKeyValues()
    {
        JsonTree.Advance(_tokens);
        if (_tokens.Kind != JsonTokenType.StartObject)
        {
            throw Error($"'{KeyValues}' of a backend must be an object.");
        }

        for (JsonTree.Advance(_tokens); _tokens.Kind != JsonTokenType.EndObject; JsonTree.Advance(_tokens))
        {
            string key = _tokens.Text;
            yield return GetKeyValue(key, JsonTree.ReadNext(_tokens));
        }
    }
}
