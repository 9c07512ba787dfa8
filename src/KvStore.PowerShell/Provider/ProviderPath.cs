// Provider paths are taken apart and put together as text alone: the engine does so for every object that is written, and
// must never reach the storage by it.
namespace KvStore.PowerShell;

/// <summary>The lexical side of provider paths: a drive's name, then components as a drive path shows them.</summary>
internal static class ProviderPath
{
    /// <summary>What the engine puts between components on this system; both slashes are understood everywhere.</summary>
    public static readonly char Separator = Path.DirectorySeparatorChar;

    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>The drive's name, with which a path begins.</summary>
    public static string GetDriveName(string path) => path.Split(Separators, 2, StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first.TrimEnd(':') : "";

    /// <summary>What follows the drive's name.</summary>
    public static string GetRest(string path) =>
        path.TrimStart(Separators).Split(Separators, 2) is [_, var rest] ? rest : "";

    /// <summary>A path and one component beneath it.</summary>
    public static string Join(string parent, string name) => $"{parent.TrimEnd(Separators)}{Separator}{name}";

    /// <summary>The path above; empty above the drive, and above a root that is given. It is always shorter than the path: the engine loops until parents match.</summary>
    public static string GetParent(string path, string? root)
    {
        string trimmed = path.TrimEnd(Separators);
        int separator = trimmed.LastIndexOfAny(Separators);
        if (separator < 0 || (!string.IsNullOrEmpty(root) && trimmed.Length <= root.TrimEnd(Separators).Length))
        {
            return "";
        }

        // A leading slash is a path of its own: the parent of "/a" is "/".
        return trimmed[..separator].TrimEnd(Separators) is { Length: > 0 } parent ? parent : trimmed[..1];
    }

    /// <summary>The last component.</summary>
    public static string GetName(string path) => Split(path) is [.., var last] ? last : "";

    /// <summary>A path relative to another, without <c>.</c> and with <c>..</c> only at its beginning.</summary>
    public static string GetRelative(string path, string basePath)
    {
        string[] target = Resolve(path);
        string[] start = Resolve(basePath);
        int common = 0;
        while (common < target.Length && common < start.Length && IsSame(target[common], start[common], isDrive: common == 0))
        {
            common++;
        }

        // A path that does not even share the drive is relative already.
        return common == 0 && start.Length > 0 && target.Length > 0
            ? string.Join(Separator, target)
            : string.Join(Separator, Enumerable.Repeat("..", start.Length - common).Concat(target[common..]));
    }

    private static bool IsSame(string left, string right, bool isDrive) => left.Equals(right, isDrive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string[] Split(string path) => path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static string[] Resolve(string path)
    {
        var components = new List<string>();
        foreach (string component in Split(path))
        {
            if (component == "..")
            {
                components.RemoveRange(Math.Max(0, components.Count - 1), Math.Min(1, components.Count));
            }
            else if (component != ".")
            {
                components.Add(component);
            }
        }

        return [.. components];
    }
}
