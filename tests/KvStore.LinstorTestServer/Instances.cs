// The controller's rules for instances and their properties, one modification at a time.
namespace KvStore.LinstorTestServer;

/// <summary>A modification that the controller refuses, with the number it gives.</summary>
public sealed class RefusedException(long code, string message) : Exception(message)
{
    /// <summary>The number: <c>ret_code</c>.</summary>
    public long Code { get; } = code;
}

/// <summary>An instance as it is at one moment.</summary>
/// <param name="Name">Its name as first spelled.</param>
/// <param name="Properties">Its properties.</param>
public sealed record Instance(string Name, IReadOnlyDictionary<string, string> Properties);

/// <summary>The instances of a controller. Safe for all threads.</summary>
public sealed class Instances
{
    // What fits the columns of the controller's database, in UTF-16 units.
    private const int LongestKey = 255;
    private const int LongestValue = 4096;

    private readonly Dictionary<string, Instance> _instances = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All instances.</summary>
    public IReadOnlyList<Instance> GetAll()
    {
        lock (_instances)
        {
            return [.. _instances.Values];
        }
    }

    /// <summary>An instance by its name in any case; null if there is none.</summary>
    public Instance? Get(string name)
    {
        lock (_instances)
        {
            return _instances.GetValueOrDefault(name);
        }
    }

    /// <summary>Deletes an instance; false if there is none.</summary>
    public bool Delete(string name)
    {
        lock (_instances)
        {
            return _instances.Remove(name);
        }
    }

    /// <summary>Sets, then deletes keys, then deletes namespaces: all of it, or nothing if something is refused.</summary>
    public void Modify(string name, IEnumerable<KeyValuePair<string, string>> sets, IEnumerable<string> deletes, IEnumerable<string> namespaces)
    {
        if (!IsName(name))
        {
            throw new RefusedException(-4611686018427387681, $"The given keyValueStore name '{name}' is invalid.");
        }

        lock (_instances)
        {
            Instance? old = _instances.GetValueOrDefault(name);
            var properties = new Dictionary<string, string>(old?.Properties ?? new Dictionary<string, string>(), StringComparer.Ordinal);
            foreach ((string key, string value) in sets)
            {
                if (value.Length > LongestValue)
                {
                    throw new RefusedException(-4611686018427386906, "Exception thrown.");
                }

                properties[Normalize(key)] = value;
            }

            foreach (string key in deletes)
            {
                properties.Remove(Normalize(key));
            }

            foreach (string path in namespaces)
            {
                string beneath = string.Concat(Split(path).Select(part => part + "/"));
                foreach (string key in properties.Keys.Where(key => key.StartsWith(beneath, StringComparison.Ordinal)).ToArray())
                {
                    properties.Remove(key);
                }
            }

            // An instance is born with its first property and vanishes with its last.
            _instances.Remove(name);
            if (properties.Count > 0)
            {
                _instances.Add(old?.Name ?? name, new Instance(old?.Name ?? name, properties));
            }
        }
    }

    private static bool IsName(string name) =>
        name.Length is >= 2 and <= 48 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.Any(char.IsAsciiLetter)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Normalize(string key)
    {
        string normalized = string.Join('/', Split(key));
        return normalized.Length is > 0 and <= LongestKey ? normalized : throw new RefusedException(-4611686018427387691, "Invalid key.");
    }
}
