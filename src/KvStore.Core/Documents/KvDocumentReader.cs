// The export document, read as a stream: what it holds goes into a storage while the rest is still on disk.
using System.Globalization;
using System.Text.Json;

namespace KvStore;

/// <summary>Reads the JSON document that <see cref="KvDocumentWriter"/> writes.</summary>
public static class KvDocumentReader
{
    /// <summary>What a document holds, for <see cref="KvStorage.Load"/>.</summary>
    /// <param name="input">The document in UTF-8, with or without a byte-order mark; stays open.</param>
    /// <returns>Each store followed by what it holds, lazily.</returns>
    /// <exception cref="KvException">While enumerating: <see cref="KvError.InvalidDocument"/>, which says what is wrong and in which line.</exception>
    public static IEnumerable<KvEntry> Read(Stream input) => Read(new JsonTokens(input));

    /// <summary>Loads a document into a storage, all or nothing (see <see cref="KvStorage.Load"/>).</summary>
    /// <param name="input">The document in UTF-8, with or without a byte-order mark; stays open.</param>
    /// <param name="storage">The storage.</param>
    /// <param name="mode">What happens to what is there already.</param>
    /// <param name="cancellation">Cancels the load; nothing is written then.</param>
    /// <param name="read">Told the number of items read so far, after each.</param>
    /// <returns>The number of items loaded.</returns>
    /// <exception cref="KvException">As <see cref="Read(Stream)"/>, or an item breaks a limit: the message says in which line; or <see cref="KvError.ConditionFailed"/>. Nothing was written.</exception>
    public static long Load(Stream input, KvStorage storage, KvLoadMode mode, CancellationToken cancellation, Action<long>? read = null)
    {
        var tokens = new JsonTokens(input);
        long count = 0;
        IEnumerable<KvEntry> entries = Read(tokens).Select(entry =>
        {
            if (entry is KvItemEntry)
            {
                count++;
                read?.Invoke(count);
            }

            return entry;
        });
        try
        {
            CheckedStorage.Wrap(storage).Load(entries, mode, cancellation);
            return count;
        }
        catch (KvException e) when (e.Error is KvError.KeyTooLong or KvError.ValueTooLong or KvError.InvalidKey or KvError.InvalidText or KvError.NotSupported)
        {
            throw new KvException(e.Error, $"Line {tokens.Line} of the document: {e.Message} Nothing was imported.", e.Target, e);
        }
    }

    private static IEnumerable<KvEntry> Read(JsonTokens tokens)
    {
        Expect(tokens, JsonTokenType.StartObject, "an export document");
        bool hasFormat = false;
        bool hasVersion = false;
        bool hasStores = false;
        while (NextProperty(tokens) is { } property)
        {
            switch (property)
            {
                case KvDocument.Format:
                    hasFormat = ReadText(tokens, property) == KvDocument.FormatName
                        ? true
                        : throw tokens.Error($"the format is '{KvException.Shorten(tokens.Text)}', not '{KvDocument.FormatName}'.");
                    break;
                case KvDocument.Version:
                    hasVersion = ReadNumber(tokens, property) <= KvDocument.FormatVersion
                        ? true
                        : throw tokens.Error($"the document has format version {tokens.Text}; this version of KvStore reads up to {KvDocument.FormatVersion}. Update KvStore.");
                    break;
                case KvDocument.Stores when hasFormat && hasVersion && !hasStores:
                    hasStores = true;
                    Expect(tokens, JsonTokenType.StartArray, property);
                    while (NextElement(tokens, JsonTokenType.StartObject, "a store"))
                    {
                        foreach (KvEntry entry in ReadStore(tokens))
                        {
                            yield return entry;
                        }
                    }

                    break;
                case KvDocument.Stores:
                    throw tokens.Error($"'{KvDocument.Stores}' must stand once, behind '{KvDocument.Format}' and '{KvDocument.Version}'.");
                default:
                    throw Unknown(tokens, property, "the document");
            }
        }

        if (!hasStores)
        {
            throw tokens.Error($"the document has no '{KvDocument.Stores}'.");
        }

        // Asking once more makes the JSON reader refuse what follows the document.
        tokens.Read();
    }

    private static IEnumerable<KvEntry> ReadStore(JsonTokens tokens)
    {
        string? name = null;
        int? maximumKeySize = null;
        int? maximumValueSize = null;
        bool isKept = false;
        bool isAnnounced = false;
        while (NextProperty(tokens) is { } property)
        {
            switch (property)
            {
                case KvDocument.Name when !isAnnounced:
                    name = ReadText(tokens, property);
                    break;
                case KvDocument.MaximumKeySize when !isAnnounced:
                    maximumKeySize = ReadNumber(tokens, property);
                    break;
                case KvDocument.MaximumValueSize when !isAnnounced:
                    maximumValueSize = ReadNumber(tokens, property);
                    break;
                case KvDocument.IsKept when !isAnnounced:
                    isKept = ReadBoolean(tokens, property);
                    break;
                case KvDocument.Namespaces or KvDocument.Items:
                    if (!isAnnounced)
                    {
                        isAnnounced = true;
                        yield return GetStore(tokens, name, maximumKeySize, maximumValueSize, isKept);
                    }

                    Expect(tokens, JsonTokenType.StartArray, property);
                    foreach (KvEntry entry in property == KvDocument.Items ? ReadItems(tokens) : ReadNamespaces(tokens))
                    {
                        yield return entry;
                    }

                    break;
                case KvDocument.Name or KvDocument.MaximumKeySize or KvDocument.MaximumValueSize or KvDocument.IsKept:
                    throw tokens.Error($"'{property}' must stand before '{KvDocument.Namespaces}' and '{KvDocument.Items}'.");
                default:
                    throw Unknown(tokens, property, "a store");
            }
        }

        if (!isAnnounced)
        {
            yield return GetStore(tokens, name, maximumKeySize, maximumValueSize, isKept);
        }
    }

    private static KvStoreEntry GetStore(JsonTokens tokens, string? name, int? maximumKeySize, int? maximumValueSize, bool isKept)
    {
        if (name is null)
        {
            throw tokens.Error($"a store has no '{KvDocument.Name}' before what it holds.");
        }

        Check(tokens, () => KvPath.CheckStoreName(name));
        bool hasLimits = maximumKeySize is not null || maximumValueSize is not null;
        KvLimits? limits = hasLimits
            ? new KvLimits(maximumKeySize ?? KvLimits.Default.MaximumKeySize, maximumValueSize ?? KvLimits.Default.MaximumValueSize)
            : null;
        return new KvStoreEntry(name, limits, isKept);
    }

    private static IEnumerable<KvEntry> ReadNamespaces(JsonTokens tokens)
    {
        while (NextElement(tokens, JsonTokenType.String, "a namespace"))
        {
            string namespacePath = tokens.Text;
            Check(tokens, () => KvPath.CheckKey(namespacePath, int.MaxValue, ""));
            yield return new KvNamespaceEntry(namespacePath);
        }
    }

    private static IEnumerable<KvEntry> ReadItems(JsonTokens tokens)
    {
        while (NextElement(tokens, JsonTokenType.StartObject, "an item"))
        {
            string? key = null;
            string? value = null;
            long expires = 0;
            while (NextProperty(tokens) is { } property)
            {
                switch (property)
                {
                    case KvDocument.Key:
                        key = ReadText(tokens, property);
                        break;
                    case KvDocument.Value:
                        value = ReadText(tokens, property);
                        break;
                    case KvDocument.Expires:
                        expires = ReadTime(tokens, property);
                        break;
                    default:
                        throw Unknown(tokens, property, "an item");
                }
            }

            if (key is null || value is null)
            {
                throw tokens.Error(key is null ? $"an item has no '{KvDocument.Key}'." : $"item '{KvException.Shorten(key)}' has no '{KvDocument.Value}'.");
            }

            Check(tokens, () => KvPath.CheckKey(key, int.MaxValue, ""));
            yield return new KvItemEntry(new KvSet(key, value, expires));
        }
    }

    private static void Check(JsonTokens tokens, Action check)
    {
        try
        {
            check();
        }
        catch (KvException e)
        {
            throw tokens.Error(e.Message, e);
        }
    }

    private static void Expect(JsonTokens tokens, JsonTokenType kind, string what)
    {
        if (!tokens.Read())
        {
            throw tokens.Error("it ends too early.");
        }

        if (tokens.Kind != kind)
        {
            throw tokens.Error($"{what} must be {Describe(kind)}, not {Describe(tokens.Kind)}.");
        }
    }

    private static string? NextProperty(JsonTokens tokens)
    {
        if (!tokens.Read())
        {
            throw tokens.Error("it ends too early.");
        }

        return tokens.Kind == JsonTokenType.EndObject ? null : tokens.Text;
    }

    private static bool NextElement(JsonTokens tokens, JsonTokenType kind, string what)
    {
        if (tokens.Read() && tokens.Kind == JsonTokenType.EndArray)
        {
            return false;
        }

        return tokens.Kind == kind ? true : throw tokens.Error($"{what} must be {Describe(kind)}, not {Describe(tokens.Kind)}.");
    }

    private static string ReadText(JsonTokens tokens, string property)
    {
        Expect(tokens, JsonTokenType.String, $"'{property}'");
        return tokens.Text;
    }

    private static int ReadNumber(JsonTokens tokens, string property)
    {
        Expect(tokens, JsonTokenType.Number, $"'{property}'");
        return int.TryParse(tokens.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw tokens.Error($"'{property}' must be a whole number from 1 to {int.MaxValue}, not {KvException.Shorten(tokens.Text)}.");
    }

    private static bool ReadBoolean(JsonTokens tokens, string property)
    {
        if (tokens.Read() && tokens.Kind is JsonTokenType.True or JsonTokenType.False)
        {
            return tokens.Kind == JsonTokenType.True;
        }

        throw tokens.Error($"'{property}' must be true or false.");
    }

    private static long ReadTime(JsonTokens tokens, string property) =>
        DateTimeOffset.TryParse(ReadText(tokens, property), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? KvTime.FromDateTime(time)
            : throw tokens.Error($"'{property}' must be a time such as 2030-01-31T12:00:00Z, not '{KvException.Shorten(tokens.Text)}'.");

    private static KvException Unknown(JsonTokens tokens, string property, string where) =>
        tokens.Error($"{where} has no property '{KvException.Shorten(property)}'.");

    private static string Describe(JsonTokenType kind) => kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
