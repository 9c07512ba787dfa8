// cinderlib's persistence_config: which storage, and the options that its plugin takes by name.
using System.Collections;

namespace KvStore;

/// <summary>Which storage to open, and with what: the form of cinderlib's <c>persistence_config</c>.</summary>
public sealed class StorageConfiguration
{
    private readonly Dictionary<string, object?> _options = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Describes a storage.</summary>
    /// <param name="storage">Null or empty for the plugin of the connection's scheme, or else memory; a plugin's name; a class derived from <see cref="KvStorage"/>; an instance of one.</param>
    /// <param name="connection">Where the data lives, usually a URL; null for a plugin that needs none.</param>
    public StorageConfiguration(object? storage = null, string? connection = null)
    {
        Storage = storage;
        if (connection is not null)
        {
            _options[ConnectionOption] = connection;
        }
    }

    /// <summary>The name of the option that says where the data lives.</summary>
    public const string ConnectionOption = "connection";

    /// <summary>A plugin's name, a class, an instance, or null.</summary>
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
    public static StorageConfiguration FromDictionary(IDictionary entries, string baseFolder, bool isReadOnly = false)
    {
        object? storage = null;
        var options = new List<(string Name, object? Value)>();
        foreach (DictionaryEntry entry in entries)
        {
            string name = entry.Key.ToString()!;
            if (name.Equals("storage", StringComparison.OrdinalIgnoreCase))
            {
                storage = entry.Value;
            }
            else
            {
                options.Add((name, entry.Value));
            }
        }

        var configuration = new StorageConfiguration(storage) { BaseFolder = baseFolder, IsReadOnly = isReadOnly };
        options.ForEach(option => configuration.With(option.Name, option.Value));
        return configuration;
    }
}
