// The storages that can be chosen: built in, shipped beside the module, announced by other modules, registered by hand.
using System.Runtime.ExceptionServices;
using System.Text.RegularExpressions;

namespace KvStore;

/// <summary>The storage plugins of a process, and the creation of storages from a configuration. Safe for all threads.</summary>
public sealed partial class StorageRegistry
{
    // Takes a connection that is no URL for the path of a file.
    private const string FilePlugin = "db";

    private readonly object _gate = new();
    private readonly List<StoragePlugin> _plugins = [.. StoragePlugin.FromType(typeof(MemoryStorage))];
    private readonly object _asking = new();
    private readonly Queue<Func<IEnumerable<StoragePlugin>>> _sources = new();

    /// <summary>The plugins of this process.</summary>
    public static StorageRegistry Shared { get; } = new();

    /// <summary>Every plugin known; asks all sources that were not asked yet. One that fails is left out: its error is told to who looks for a plugin in vain.</summary>
    public IReadOnlyList<StoragePlugin> GetPlugins()
    {
        Ask(isEnough: () => false);
        lock (_gate)
        {
            return [.. _plugins.OrderBy(plugin => plugin.Name, StringComparer.OrdinalIgnoreCase)];
        }
    }

    /// <summary>Registers a plugin for the rest of the process. It takes the place of one with the same name and schemes.</summary>
    public void Register(StoragePlugin plugin)
    {
        lock (_gate)
        {
            _plugins.RemoveAll(other => IsNamed(other, plugin.Name) && other.Schemes.SequenceEqual(plugin.Schemes, StringComparer.OrdinalIgnoreCase));
            _plugins.Add(plugin);
        }
    }

    /// <summary>Adds a place to look for plugins, asked only when no plugin known so far fits, and once: one that fails with a <see cref="KvException"/> stands in nobody's way and is asked again.</summary>
    public void AddSource(Func<IEnumerable<StoragePlugin>> source)
    {
        lock (_gate)
        {
            _sources.Enqueue(source);
        }
    }

    /// <summary>Opens a storage by cinderlib's rules.</summary>
    /// <param name="configuration">Which storage, and its options.</param>
    /// <returns>The storage with all checks before it.</returns>
    /// <exception cref="KvException">
    /// <see cref="KvError.StorageNotFound"/>: no plugin of that name or scheme; <see cref="KvError.InvalidConfiguration"/>: an
    /// option is missing, unknown or malformed, or what is named is no storage; <see cref="KvError.InvalidPlugin"/>.
    /// </exception>
    public KvStorage Create(StorageConfiguration configuration)
    {
        switch (configuration.Storage)
        {
            case KvStorage instance when configuration.Options.Count == 0:
                return CheckedStorage.Wrap(instance);
            case KvStorage:
                throw new KvException(KvError.InvalidConfiguration, "A storage that is there already takes no options. Give them when it is created.", configuration.Options.Keys.First());
            case Type type when typeof(KvStorage).IsAssignableFrom(type):
                return CheckedStorage.Wrap(StorageActivator.Create(type, type.Name, configuration));
            case null or string:
                StoragePlugin plugin = Find(configuration);
                return CheckedStorage.Wrap(StorageActivator.Create(plugin.Type, plugin.Name, configuration));
            default:
                // The type stands for the object, which may hold a password.
                string typeName = configuration.Storage.GetType().Name;
                throw new KvException(KvError.InvalidConfiguration, $"Invalid storage: a name, a class derived from KvStore.KvStorage or an instance of one is needed, not a {typeName}.", typeName);
        }
    }

    /// <summary>The name of the plugin that <see cref="Create(StorageConfiguration)"/> chooses; of a class or an instance that of the class.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageNotFound"/>: no plugin of that name or scheme.</exception>
    public string GetPluginName(StorageConfiguration configuration) => configuration.Storage switch
    {
        null or string => Find(configuration).Name,
        Type type => type.Name,
        object instance => instance.GetType().Name,
    };

    [GeneratedRegex(@"^[^:/\\@]{2,}:[^/\\]*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserAndHost();

    // A URL names its plugin; what is no URL is the file of a database.
    private StoragePlugin Find(StorageConfiguration configuration)
    {
        string? scheme = StorageUrl.GetScheme(configuration.Connection);
        string? name = configuration.Storage is string { Length: > 0 } named ? named
            : configuration.Connection is null ? "memory"
            : scheme is null ? FilePlugin
            : null;
        if (scheme is null && configuration.Connection is { } file && FilePlugin.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            RefuseHalfUrl(file);
        }

        return Find(name, scheme);
    }

    // "memory:" would make a file of that name, which nobody asked for. What follows the colon may be a password.
    private void RefuseHalfUrl(string connection)
    {
        if (connection.IndexOf(':', StringComparison.Ordinal) is not (> 1 and int colon))
        {
            return;
        }

        string scheme = connection[..colon];
        StoragePlugin? plugin = GetPlugins().FirstOrDefault(plugin => IsNamed(plugin, scheme) || plugin.Schemes.Contains(scheme.Split('+')[0], StringComparer.OrdinalIgnoreCase));
        string? way = plugin is not null
            ? plugin.Schemes.Count > 0 ? $"Write '{scheme}://…'" : $"Name the storage '{scheme}', without a colon"
            : UserAndHost().IsMatch(connection) ? "Put the scheme and '://' before the user"
            : null;
        if (way is not null)
        {
            throw new KvException(
                KvError.InvalidConfiguration,
                $"A connection that begins with '{scheme}:' is no URL, and hardly a file's name. {way}; a file of such a name is './{scheme}:…'.",
                scheme);
        }
    }

    private StoragePlugin Find(string? name, string? scheme)
    {
        if (FindKnown(name, scheme) is { } known)
        {
            return known;
        }

        KvException? failure = Ask(() => FindKnown(name, scheme) is not null);
        if (FindKnown(name, scheme) is { } found)
        {
            return found;
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        StoragePlugin[] named = [.. GetPlugins().Where(plugin => name is null || IsNamed(plugin, name))];
        string names = string.Join(", ", GetPlugins().Select(plugin => plugin.Name).Distinct(StringComparer.OrdinalIgnoreCase));
        string schemes = string.Join(", ", named.SelectMany(plugin => plugin.Schemes).Distinct(StringComparer.OrdinalIgnoreCase));
        if (name is not null && named.Length == 0)
        {
            string shown = StorageUrl.Redact(name);
            throw new KvException(KvError.StorageNotFound, $"There is no storage plugin '{shown}'; known are: {names}. Register-KvStorage adds one; a connection of that name is made by Connect-KvStorage -Name; a file or a server goes with -Connection.", shown);
        }

        throw new KvException(KvError.StorageNotFound, $"No storage plugin serves a connection with the URL scheme '{scheme}'; known schemes are: {schemes}. A plugin without schemes is named as the storage, as in Connect-KvStorage memory.", scheme);
    }

    // One plugin may go by its name alone; where several share a name ("db"), the connection's scheme decides.
    private StoragePlugin? FindKnown(string? name, string? scheme)
    {
        StoragePlugin[] named;
        lock (_gate)
        {
            named = [.. _plugins.Where(plugin => name is null || IsNamed(plugin, name))];
        }

        return Array.Find(named, plugin => scheme is not null && plugin.Schemes.Contains(scheme, StringComparer.OrdinalIgnoreCase))
            ?? (name is null ? null : Array.Find(named, plugin => scheme is null || plugin.Schemes.Count == 0));
    }

    private static bool IsNamed(StoragePlugin plugin, string name) => plugin.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    // Gives the first failure of a source. Who comes while another asks waits for the answer.
    private KvException? Ask(Func<bool> isEnough)
    {
        lock (_asking)
        {
            KvException? failure = null;
            var unanswered = new List<Func<IEnumerable<StoragePlugin>>>();
            try
            {
                while (!isEnough() && TakeSource() is { } source)
                {
                    unanswered.Add(source);
                    try
                    {
                        Add([.. source()]);
                        unanswered.Remove(source);
                    }
                    catch (KvException e)
                    {
                        failure ??= e;
                    }
                }
            }
            finally
            {
                // Forgotten, a source would make the next caller believe that there is no such plugin.
                unanswered.ForEach(AddSource);
            }

            return failure;
        }
    }

    private Func<IEnumerable<StoragePlugin>>? TakeSource()
    {
        lock (_gate)
        {
            return _sources.TryDequeue(out Func<IEnumerable<StoragePlugin>>? source) ? source : null;
        }
    }

    // What was registered by hand comes first: a source only fills gaps.
    private void Add(StoragePlugin[] found)
    {
        lock (_gate)
        {
            _plugins.AddRange(found.Where(plugin => !_plugins.Exists(other => IsNamed(other, plugin.Name) && other.Schemes.SequenceEqual(plugin.Schemes, StringComparer.OrdinalIgnoreCase))));
        }
    }
}
