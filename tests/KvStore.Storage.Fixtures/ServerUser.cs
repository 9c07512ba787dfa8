// No database server runs as root, and tests often do: such a server has another user, who must be able to reach its folder.
namespace KvStore.Storage.Fixtures;

/// <summary>The user whose servers those of the tests are, and where their folders may be.</summary>
internal static class ServerUser
{
    // The path of a Unix socket in the folder must stay below 108 bytes.
    private const int LongestFolder = 90;

    private static readonly string[] Unprivileged = ["postgres", "mysql", "nobody"];

    private static readonly string? Name = FindName();

    /// <summary>What comes before a command that is to run as the user; nothing where it does anyway.</summary>
    public static string[] Prefix { get; } = Name is null ? [] : ["setpriv", $"--reuid={Name}", $"--regid={GroupOf(Name)}", "--clear-groups", "--"];

    // Where folders may be made: usually that for all temporary files, but it may be another's alone, or its path too long.
    private static readonly string? Root = new[] { Path.GetTempPath(), "/tmp" }.FirstOrDefault(CanUse);

    /// <summary>Why there can be no server here; null if there can.</summary>
    public static string? WhySkipped =>
        Environment.IsPrivilegedProcess && Name is null ? "No user but root is known here (postgres, mysql or nobody), and no database server runs as root."
        : Root is null ? $"A database server does not run as root, and {Name ?? "its user"} reaches no folder for it in {Path.GetTempPath()} or /tmp by setpriv."
        : null;

    /// <summary>Makes an empty folder of the user.</summary>
    public static string NewFolder() => NewFolder(Root!);

    private static string NewFolder(string root)
    {
        string folder = Path.Combine(root, $"kvstore-server-{Guid.NewGuid():N}"[..22]);
        ServerProcess.Run("mkdir", "-m", "700", folder);
        if (Name is not null)
        {
            ServerProcess.Run("chown", $"{Name}:{GroupOf(Name)}", folder);
        }

        return folder;
    }

    private static bool CanUse(string root)
    {
        string? folder = null;
        try
        {
            folder = NewFolder(root);
            string[] probe = [.. Prefix, "touch", Path.Combine(folder, "probe")];
            ServerProcess.Run(probe[0], probe[1..]);
            return folder.Length <= LongestFolder;
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string? FindName() => !Environment.IsPrivilegedProcess
        ? null
        : Unprivileged.FirstOrDefault(name => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal)));

    private static string GroupOf(string user) => ServerProcess.Run("id", "-gn", user).Trim();
}
