// Test explorers list cases before anything runs, so a Pester file's cases are read from its text, without pwsh.
using System.Reflection;
using System.Text.RegularExpressions;

namespace KvStore.PowerShell.Tests;

/// <summary>A Pester file and the titles of its cases.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Titles">The titles of its <c>It '…'</c> blocks, in their order, as many times as they occur.</param>
public sealed partial record PesterFile(string Path, IReadOnlyList<string> Titles)
{
    /// <summary>The folder of the Pester files: this project's own.</summary>
    public static string Folder { get; } = typeof(PesterFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "PesterFolder").Value!;

    /// <summary>The file's name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>All Pester files of the folder, by name.</summary>
    public static IEnumerable<PesterFile> FindAll() =>
        Directory.EnumerateFiles(Folder, "*.Tests.ps1").Order(StringComparer.Ordinal).Select(Read);

    private static PesterFile Read(string path) =>
        new(path, [.. CaseTitle().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal))]);

    [GeneratedRegex(@"^[ \t]*It[ \t]+'((?:[^'\r\n]|'')*)'", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CaseTitle();
}
