// A file name typed while standing in kv: means a file, not an item (a path without a drive resolves against the current location).
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>File names given to parameters -Path.</summary>
internal static class FilePath
{
    /// <summary>The full name of a file or folder, which need not exist.</summary>
    /// <param name="state">The command's session state.</param>
    /// <param name="path">A path of the file system, relative or not, or one on a drive of the file system.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: it leads elsewhere than into the file system.</exception>
    public static string Resolve(SessionState state, string path)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
        {
            return Path.GetFullPath("." + path[1..], Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        }

        if (!state.Path.IsPSAbsolute(path, out _))
        {
            return Path.GetFullPath(path, KvSession.GetFileSystemFolder(state));
        }

        string file = state.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? file
            : throw new KvException(KvError.InvalidPath, $"'{path}' is not in the file system but on a drive of {provider.Name}. Give a file name.", path);
    }

    /// <summary>Runs what works on a file; a failure of the file becomes the one error for it.</summary>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>: the system refused.</exception>
    public static T Use<T>(string file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KvException(KvError.FileUnavailable, $"File '{file}' cannot be used: {e.Message}", file, e);
        }
    }
}
