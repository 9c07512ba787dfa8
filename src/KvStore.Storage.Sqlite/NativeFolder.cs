// A file that was renamed is under its new name after a power cut only if its folder was written too; .NET cannot ask for that.
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage.Sqlite;

internal static class NativeFolder
{
    /// <summary>Waits until a folder's names are on disk; Windows sees to that itself.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(open(folder, flags: 0), ownsHandle: true);
        if (handle.IsInvalid || fsync(handle) != 0)
        {
            throw new IOException($"Folder '{folder}' cannot be written to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for two calls.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(SafeFileHandle handle);
#pragma warning restore SYSLIB1054
}
