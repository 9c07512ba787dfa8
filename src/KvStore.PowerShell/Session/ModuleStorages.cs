// A module announces its storages in its manifest (PrivateData.KvStore.Storages), so that they are found by name without
// importing it. KvStore's own storages take the same road.
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace KvStore.PowerShell;

/// <summary>Finds storage plugins in module manifests.</summary>
internal static class ModuleStorages
{
    private static bool s_isAnnounced;

    /// <summary>Lets a registry ask this module's manifest first, then those of all modules on <c>PSModulePath</c>.</summary>
    public static void Announce(StorageRegistry registry)
    {
        if (s_isAnnounced)
        {
            return;
        }

        s_isAnnounced = true;
        registry.AddSource(ReadOwnManifest);
        registry.AddSource(() => AddManifestsOnModulePath(registry));
    }

    /// <summary>The storages that a manifest announces; none if it is no data file or announces none.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPlugin"/>: an announcement lacks a part.</exception>
    public static IEnumerable<StoragePlugin> ReadManifest(string manifestFile)
    {
        ScriptBlockAst manifest = Parser.ParseFile(manifestFile, out _, out ParseError[] errors);
        if (errors.Length > 0 || manifest.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false) is not HashtableAst data)
        {
            return [];
        }

        // Only the announcement is evaluated: the rest of a manifest may hold expressions that are not constant.
        return FindValue(data, "PrivateData") is HashtableAst privateData && FindValue(privateData, "KvStore") is HashtableAst announcement
            && FindValue(announcement, "Storages") is { } storages
            ? [.. AsList(GetConstant(storages, manifestFile)).Select(entry => ReadStorage(entry, manifestFile))]
            : [];
    }

    private static IEnumerable<StoragePlugin> ReadOwnManifest()
    {
        string bin = Path.GetDirectoryName(typeof(ModuleStorages).Assembly.Location)!;
        return ReadManifest(Path.Combine(Path.GetDirectoryName(bin)!, "KvStore.psd1"));
    }

    // Each is a source of its own: one that is malformed, in somebody else's module, must not hide the others.
    private static StoragePlugin[] AddManifestsOnModulePath(StorageRegistry registry)
    {
        string modulePath = Environment.GetEnvironmentVariable("PSModulePath") ?? "";
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true };
        foreach (string folder in modulePath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(Directory.Exists))
        {
            foreach (string manifest in Directory.EnumerateFiles(folder, "*.psd1", options).Where(file => Mentions(file, "KvStore")))
            {
                registry.AddSource(() => ReadManifest(manifest));
            }
        }

        return [];
    }

    // Parsing every manifest on a machine would take seconds; a plain search leaves a handful.
    private static bool Mentions(string file, string word)
    {
        try
        {
            return File.ReadAllText(file).Contains(word, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's module that cannot be read announces nothing to this user.
            return false;
        }
    }

    private static Ast? FindValue(HashtableAst table, string key) =>
        table.KeyValuePairs.FirstOrDefault(pair => pair.Item1 is StringConstantExpressionAst name && name.Value.Equals(key, StringComparison.OrdinalIgnoreCase))?.Item2
            is PipelineAst { PipelineElements: [CommandExpressionAst { Expression: var expression }] } ? expression : null;

    private static object? GetConstant(Ast value, string manifestFile)
    {
        try
        {
            return value.SafeGetValue();
        }
        catch (InvalidOperationException e)
        {
            throw new KvException(KvError.InvalidPlugin, $"The storages announced in '{manifestFile}' are not constant: PrivateData.KvStore.Storages may hold text, arrays and hashtables only.", manifestFile, e);
        }
    }

    private static IEnumerable<object?> AsList(object? value) => value is IEnumerable list and not (string or IDictionary) ? list.Cast<object?>() : [value];

    private static StoragePlugin ReadStorage(object? entry, string manifestFile)
    {
        var table = entry as IDictionary;
        string Read(string key) => table?[key] as string ?? throw new KvException(
            KvError.InvalidPlugin,
            $"A storage announced in '{manifestFile}' has no '{key}': each entry of PrivateData.KvStore.Storages needs Name, Assembly and Type, and may have Schemes.",
            manifestFile);

        // As manifests are written everywhere, "bin\My.dll" is a path on every system.
        string assembly = Path.Combine(Path.GetDirectoryName(manifestFile)!, Read("Assembly").Replace('\\', '/'));
        string[] schemes = [.. AsList(table?["Schemes"]).OfType<string>()];
        return StoragePlugin.FromAssembly(Read("Name"), assembly, Read("Type"), schemes);
    }
}
