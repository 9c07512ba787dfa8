// A plugin's packages must clash with nobody's: each folder is a load context of its own, and only Core is shared with it.
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace KvStore;

internal static class PluginLoader
{
    private static readonly ConcurrentDictionary<string, PluginLoadContext> Contexts = new(StringComparer.Ordinal);

    public static Type LoadType(string assemblyFile, string typeName)
    {
        Type type = Read(assemblyFile, path => FindType(LoadAssembly(path), typeName))
            ?? throw new KvException(KvError.InvalidPlugin, $"'{assemblyFile}' has no class '{typeName}'. Check the class name in the plugin's announcement.", assemblyFile);
        return StorageActivator.CheckStorageType(type);
    }

    public static IReadOnlyList<StoragePlugin> LoadFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new KvException(KvError.InvalidPlugin, $"There is no folder '{folder}' to load a storage plugin from.", folder);
        }

        // A plugin's own assembly is told from its dependencies by the deps.json that the SDK writes beside it.
        string[] withDependencies = [.. Directory.EnumerateFiles(folder, "*.deps.json").Select(file => file[..^".deps.json".Length] + ".dll").Where(File.Exists)];
        string[] candidates = withDependencies.Length > 0 ? withDependencies : [.. Directory.EnumerateFiles(folder, "*.dll").Where(IsAssembly)];
        StoragePlugin[] plugins = [.. candidates.SelectMany(file => Read(file, path => StoragePlugin.FromAssembly(LoadAssembly(path)).ToArray()))];
        return plugins.Length > 0
            ? plugins
            : throw new KvException(
                KvError.InvalidPlugin,
                $"Folder '{folder}' holds no storage plugin: a public class derived from KvStore.KvStorage that carries [StoragePlugin(\"name\")] is needed.",
                folder);
    }

    private static Assembly LoadAssembly(string path) => Contexts.GetOrAdd(path, static path => new PluginLoadContext(path)).LoadFromAssemblyPath(path);

    // Asked for without an exception, a class whose base class is missing would be taken for one that is not there.
    private static Type? FindType(Assembly assembly, string typeName)
    {
        try
        {
            return assembly.GetType(typeName, throwOnError: true);
        }
        catch (TypeLoadException e) when (e.TypeName == typeName)
        {
            return null;
        }
    }

    // A native library may lie beside a plugin.
    private static bool IsAssembly(string file) => Read(file, path =>
    {
        try
        {
            return AssemblyName.GetAssemblyName(path).Name is not null;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    });

    // Not only opening the file fails: what a class is derived from is looked for when the class is asked for.
    private static T Read<T>(string file, Func<string, T> read)
    {
        string path = Path.GetFullPath(file);
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException or TypeLoadException or InvalidOperationException or ArgumentException)
        {
            throw new KvException(KvError.InvalidPlugin, $"Storage plugin '{path}' cannot be loaded: {e.Message}", path, e);
        }
    }

    private sealed class PluginLoadContext(string assemblyFile) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(assemblyFile))
    {
        private readonly AssemblyDependencyResolver _resolver = new(assemblyFile);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            Assembly core = typeof(KvStorage).Assembly;
            if (assemblyName.Name == core.GetName().Name)
            {
                return core;
            }

            return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
