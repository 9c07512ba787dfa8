// cinderlib's persistence_config: which storage, and the options that its plugin takes by name.
using System.Collections;

namespace KvStore;

/// <summary>Which storage to open, and with what: the form of cinderlib's <c>persistence_config</c>.</summary>
public sealed class StorageConfiguration
{
    private readonly Dictionary<string, object?> _options = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Describes a storage.</summary>
    /// <param name="storage">Null or empty for the plugin of the connection's scheme, or else memory; a plugin's name; a class derived from <see cref="KvStorage"/>; an instance of one; a URL, which is the connection then.</param>
    /// <param name="connection">Where the data lives, usually a URL; null for a plugin that needs none.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the storage is a URL, and there is a connection, too.</exception>
    public StorageConfiguration(object? storage = null, string? connection = null)
    {
        // A URL may hold a password: as a plugin's name it would be shown.
        bool isUrl = storage is string text && StorageUrl.GetScheme(text) is not null;
        if (isUrl && !string.IsNullOrEmpty(connection))
        {
            throw new KvException(KvError.InvalidConfiguration, "The storage is a URL, and a connection is given beside it. Leave out one, or name the storage's plugin.", ConnectionOption);
        }

        Storage = isUrl ? null : storage;
        if ((isUrl ? storage : connection) is string place)
        {
            _options[ConnectionOption] = place;
        }
    }

    /// <summary>The name of the option that says where the data lives.</summary>
    public const string ConnectionOption = "connection";

    /// <summary>A plugin's name, a class, an instance, or null. Never a URL: that is the connection.</summary>
    public object? Storage { get; }

    /// <summary>Where the data lives; null for a plugin that needs no place.</summary>
    public string? Connection => _options.GetValueOrDefault(ConnectionOption) as string;

    /// <summary>What the plugin's constructor is given, by parameter name without regard to case and underscores. May hold secrets.</summary>
    public IReadOnlyDictionary<string, object?> Options => _options;

    /// <summary>The folder that relative file names of a connection start from.</summary>
    public string BaseFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Whether every change is refused.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Adds or replaces an option.</summary>
    public StorageConfiguration With(string option, object? value)
    {
        _options[option] = value;
        return this;
    }

    /// <summary>Reads cinderlib's form: a <c>storage</c> entry, every other entry an option.</summary>
    /// <param name="entries">A dictionary with text keys.</param>
    /// <param name="baseFolder">The folder that relative file names start from.</param>
    /// <param name="isReadOnly">Whether every change is refused.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the storage is a URL, and there is a connection, too.</exception>
    public static StorageConfiguration FromDictionary(IDictionary entries, string baseFolder, bool isReadOnly = false)
    {
        object? storage = null;
        string? connection = null;
        var options = new List<(string Name, object? Value)>();
        foreach (DictionaryEntry entry in entries)
        {
            string name = entry.Key.ToString()!;
            if (name.Equals("storage", StringComparison.OrdinalIgnoreCase))
            {
                storage = entry.Value;
            }
            else if (entry.Value is string place && name.Equals(ConnectionOption, StringComparison.OrdinalIgnoreCase))
            {
                connection = place;
            }
            else
            {
                options.Add((name, entry.Value));
            }
        }

        var configuration = new StorageConfiguration(storage, connection) { BaseFolder = baseFolder, IsReadOnly = isReadOnly };
        options.ForEach(option => configuration.With(option.Name, option.Value));
        return configuration;
    }
}
