// A provider path is the path as typed with its drive, "kv:/myKV/foo": only so can a PSPath, or a destination on another
// drive, lead back to the right storage, and only so can what Convert-Path gives be typed.
// Paths are taken apart and put together as text alone: the engine does so for every object that is written.
namespace KvStore.PowerShell;

/// <summary>The lexical side of provider paths: a drive's name with its colon, then components as a drive path shows them.</summary>
internal static class ProviderPath
{
    /// <summary>What the engine puts between components on this system; both slashes are understood everywhere.</summary>
    public static readonly char Separator = Path.DirectorySeparatorChar;

    private static readonly char Other = Separator == '/' ? '\\' : '/';
    private static readonly string Doubled = new(Separator, 2);

    /// <summary>A drive's root.</summary>
    public static string GetRoot(string driveName) => $"{driveName}:{Separator}";

    /// <summary>The name of the drive that a path begins with; null where it begins with none.</summary>
    public static string? GetDriveName(string path)
    {
        string normal = Normalize(path);
        return GetRootLength(normal) > 1 ? normal[..normal.IndexOf(':')] : null;
    }

    /// <summary>What follows the drive's root, without a slash at either end.</summary>
    public static string GetRest(string path)
    {
        string normal = Normalize(path);
        return normal[GetRootLength(normal)..];
    }

    /// <summary>A path and what lies beneath it.</summary>
    public static string Join(string? parent, string? child)
    {
        string normalParent = Normalize(parent);
        if (normalParent.Length == 0)
        {
            return Normalize(child);
        }

        // As Join-Path does everywhere: an empty child leaves a slash behind.
        string normalChild = Normalize(child).TrimStart(Separator);
        return normalParent[^1] == Separator ? normalParent + normalChild : $"{normalParent}{Separator}{normalChild}";
    }

    /// <summary>The path above; empty for a root, and for a path of one component. It is always shorter than the path: the engine loops until parents match.</summary>
    /// <param name="path">A path.</param>
    /// <param name="root">Where to stop; null for the drive's own root.</param>
    public static string GetParent(string path, string? root)
    {
        string normal = Normalize(path);
        int rootLength = GetRootLength(normal);
        if (normal.Length == rootLength || (!string.IsNullOrEmpty(root) && normal.Equals(Normalize(root), StringComparison.OrdinalIgnoreCase)))
        {
            return "";
        }

        int slash = normal.LastIndexOf(Separator);
        return slash < rootLength ? normal[..rootLength] : normal[..slash];
    }

    /// <summary>The last component; of a root the root itself.</summary>
    public static string GetName(string path)
    {
        string normal = Normalize(path);
        return normal.Length == GetRootLength(normal) ? normal : normal[(normal.LastIndexOf(Separator) + 1)..];
    }

    /// <summary>A path relative to another, without <c>.</c> and with <c>..</c> only at its beginning.</summary>
    /// <param name="path">Where it leads.</param>
    /// <param name="basePath">Where it begins; empty for nowhere, and the path stays absolute.</param>
    public static string GetRelative(string path, string basePath)
    {
        (string root, List<string> target) = Resolve(path);
        (string baseRoot, List<string> start) = Resolve(basePath);
        if (basePath.Length == 0 || !root.Equals(baseRoot, StringComparison.OrdinalIgnoreCase))
        {
            return root + string.Join(Separator, target);
        }

        // Component by component: "ab" does not lie in "a".
        int common = 0;
        while (common < target.Count && common < start.Count && target[common] == start[common])
        {
            common++;
        }

        // The place itself is told as its parent's child, as the file system does.
        if (common > 0 && common == target.Count && common == start.Count)
        {
            common--;
        }

        return string.Join(Separator, Enumerable.Repeat("..", start.Count - common).Concat(target.Skip(common)));
    }

    /// <summary>The path with single separators of this system only, and none at its end unless it is a root.</summary>
    private static string Normalize(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return "";
        }

        string result = path.Replace(Other, Separator);
        while (result.Contains(Doubled, StringComparison.Ordinal))
        {
            result = result.Replace(Doubled, Doubled[..1], StringComparison.Ordinal);
        }

        int rootLength = GetRootLength(result);
        return result.Length > rootLength ? result.TrimEnd(Separator)
            : result[^1] == ':' ? result + Separator
            : result;
    }

    // "kv:/", "kv:" typed for it, and a single slash are roots; in "a/b:/c" the colon belongs to a component.
    private static int GetRootLength(string path)
    {
        if (path.Length > 0 && path[0] == Separator)
        {
            return 1;
        }

        int colon = path.IndexOf(':');
        if (colon <= 0 || path.AsSpan(0, colon).Contains(Separator))
        {
            return 0;
        }

        return colon + 1 == path.Length ? path.Length
            : path[colon + 1] == Separator ? colon + 2
            : 0;
    }

    private static (string Root, List<string> Components) Resolve(string path)
    {
        string normal = Normalize(path);
        int rootLength = GetRootLength(normal);
        var components = new List<string>();
        foreach (string component in normal[rootLength..].Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            bool goesUp = component == "..";
            if (goesUp && components.Count > 0 && components[^1] != "..")
            {
                components.RemoveAt(components.Count - 1);
            }
            else if (component != "." && !(goesUp && rootLength > 0))
            {
                components.Add(component);
            }
        }

        return (normal[..rootLength], components);
    }
}
