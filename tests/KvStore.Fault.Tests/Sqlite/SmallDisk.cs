// A disk that is full or read-only is made of memory: only root can mount one, and only on Linux.
using System.Diagnostics;

namespace KvStore.Fault.Tests;

/// <summary>A small disk, unmounted when disposed; the test is skipped where there can be none.</summary>
internal sealed class SmallDisk : IDisposable
{
    /// <summary>Mounts a disk.</summary>
    /// <param name="folder">Where; made if it is not there.</param>
    /// <param name="size">Its size, as <c>1m</c>.</param>
    public SmallDisk(string folder, string size)
    {
        Path = folder;
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(OperatingSystem.IsLinux() && TryRun("mount", "-t", "tmpfs", "-o", $"size={size}", "kvstore-test", folder), "A small disk can only be mounted by root on Linux.");
    }

    /// <summary>Its folder.</summary>
    public string Path { get; }

    /// <summary>Mounts it anew with other options, as <c>size=8m</c> or <c>ro</c>, under those who use it.</summary>
    public void Remount(string options) => Assert.True(TryRun("mount", "-o", $"remount,{options}", Path), $"The disk could not be mounted anew with {options}.");

    /// <inheritdoc/>
    public void Dispose() => TryRun("umount", Path);

    private static bool TryRun(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
