// What is known of a plugin before any of its code is loaded: enough to choose it.
namespace KvStore;

/// <summary>A storage plugin: how it is chosen, and where its class comes from. The class is loaded when it is first used.</summary>
public sealed class StoragePlugin
{
    private readonly Lazy<Type> _type;

    /// <summary>A plugin whose class is loaded already.</summary>
    /// <param name="name">The name by which it is chosen, without regard to case.</param>
    /// <param name="type">A class derived from <see cref="KvStorage"/>.</param>
    /// <param name="schemes">URL schemes by which it is chosen, without a driver.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPlugin"/>: the type is no storage class.</exception>
    public StoragePlugin(string name, Type type, params string[] schemes)
        : this(name, schemes, StorageActivator.CheckStorageType(type).Assembly.GetName().Name ?? "", () => type)
    {
    }

    private StoragePlugin(string name, IReadOnlyList<string> schemes, string source, Func<Type> load)
    {
        Name = name;
        Schemes = schemes;
        Source = source;
        _type = new Lazy<Type>(load, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The name by which it is chosen.</summary>
    public string Name { get; }

    /// <summary>The URL schemes by which it is chosen.</summary>
    public IReadOnlyList<string> Schemes { get; }

    /// <summary>The file or assembly that it comes from.</summary>
    public string Source { get; }

    /// <summary>The storage class; loads its assembly at the first call.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPlugin"/>: the assembly or the class cannot be loaded.</exception>
    public Type Type => _type.Value;

    /// <summary>A plugin in an assembly of its own, loaded with its dependencies from its folder when first used.</summary>
    /// <param name="name">The name by which it is chosen.</param>
    /// <param name="assemblyFile">The assembly's file.</param>
    /// <param name="typeName">The full name of its storage class.</param>
    /// <param name="schemes">URL schemes by which it is chosen.</param>
    public static StoragePlugin FromAssembly(string name, string assemblyFile, string typeName, params string[] schemes) =>
        new(name, schemes, assemblyFile, () => PluginLoader.LoadType(assemblyFile, typeName));

    /// <summary>The plugins of an assembly already loaded: its public classes that carry a <see cref="StoragePluginAttribute"/>.</summary>
    public static IEnumerable<StoragePlugin> FromAssembly(System.Reflection.Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(FromType);

    /// <summary>The plugins that a class announces by its <see cref="StoragePluginAttribute"/>s; none if it has none.</summary>
    public static IEnumerable<StoragePlugin> FromType(Type type) =>
        from StoragePluginAttribute attribute in type.GetCustomAttributes(typeof(StoragePluginAttribute), inherit: false)
        select new StoragePlugin(attribute.Name, type, attribute.Schemes);

    /// <summary>The plugins in a folder, whose assemblies are loaded at once to ask them.</summary>
    /// <param name="folder">The folder; nothing is loaded from anywhere else.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPlugin"/>: there is no such folder, or no plugin in it.</exception>
    public static IReadOnlyList<StoragePlugin> FromFolder(string folder) => PluginLoader.LoadFolder(folder);
}
