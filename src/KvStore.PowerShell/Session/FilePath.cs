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
        if (!state.Path.IsPSAbsolute(path, out _))
        {
            return Path.GetFullPath(path, state.Path.CurrentFileSystemLocation.ProviderPath);
        }

        string file = state.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? file
            : throw new KvException(KvError.InvalidPath, $"'{path}' is not in the file system but on a drive of {provider.Name}. Give a file name.", path);
    }
}
