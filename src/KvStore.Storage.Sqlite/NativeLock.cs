// Locks between processes that can be waited for in the system's own queue; .NET offers only those that fail at once.
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage.Sqlite;

/// <summary>An exclusive lock on a whole file: <c>flock</c> on Unix, <c>LockFileEx</c> on Windows. Both belong to the open file, not to the process.</summary>
internal static class NativeLock
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockUnlock = 8;
    private const int OpenReadWrite = 2;
    private const int NotPermitted = 1;
    private const int Interrupted = 4;
    private const int AccessRefused = 13;
    private const int ReadOnlyFileSystem = 30;
    private const uint WindowsFailImmediately = 1;
    private const uint WindowsExclusive = 2;
    private const int WindowsLockViolation = 33;

    /// <summary>Opens a file that exists. .NET's own way to open would take a shared lock and so fail while another process holds it.</summary>
    public static SafeFileHandle Open(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                return File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw FileFailure.OfWriting(e, file);
            }
        }

        // A child process must not inherit the lock.
        int closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : OperatingSystem.IsFreeBSD() ? 0x100000 : 0x80000;
        int descriptor = open(file, OpenReadWrite | closeOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(file);
    }

    /// <summary>Takes the lock if nobody holds it.</summary>
    public static bool TryLock(SafeFileHandle handle, string file)
    {
        if (OperatingSystem.IsWindows())
        {
            var overlapped = default(NativeOverlapped);
            return LockFileEx(handle, WindowsExclusive | WindowsFailImmediately, 0, 1, 0, ref overlapped)
                || (Marshal.GetLastPInvokeError() == WindowsLockViolation ? false : throw Failure(file));
        }

        return Flock(handle, LockExclusive | LockNonBlocking, file);
    }

    /// <summary>Takes the lock, waiting in the system's queue for as long as it takes.</summary>
    public static void Lock(SafeFileHandle handle, string file)
    {
        if (OperatingSystem.IsWindows())
        {
            var overlapped = default(NativeOverlapped);
            _ = LockFileEx(handle, WindowsExclusive, 0, 1, 0, ref overlapped) ? true : throw Failure(file);
            return;
        }

        Flock(handle, LockExclusive, file);
    }

    /// <summary>Lets the lock go.</summary>
    public static void Unlock(SafeFileHandle handle, string file)
    {
        if (OperatingSystem.IsWindows())
        {
            var overlapped = default(NativeOverlapped);
            _ = UnlockFileEx(handle, 0, 1, 0, ref overlapped) ? true : throw Failure(file);
            return;
        }

        Flock(handle, LockUnlock, file);
    }

    private static bool Flock(SafeFileHandle handle, int operation, string file)
    {
        while (flock(handle, operation) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            bool isHeld = error == (OperatingSystem.IsLinux() ? 11 : 35);
            if (isHeld && (operation & LockNonBlocking) != 0)
            {
                return false;
            }

            if (error != Interrupted)
            {
                throw Failure(file);
            }
        }

        return true;
    }

    private static KvException Failure(string file)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return cause.NativeErrorCode is NotPermitted or AccessRefused or ReadOnlyFileSystem && !OperatingSystem.IsWindows() ? SqliteFailure.ReadOnly(file, cause) : new KvException(
            KvError.StorageUnavailable,
            $"Lock file '{file}' cannot be used: {cause.Message}. Put the database where files can be locked and written by you.",
            file,
            cause);
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for three calls.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int flock(SafeFileHandle handle, int operation);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool LockFileEx(SafeFileHandle handle, uint flags, uint reserved, uint bytesLow, uint bytesHigh, ref NativeOverlapped overlapped);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool UnlockFileEx(SafeFileHandle handle, uint reserved, uint bytesLow, uint bytesHigh, ref NativeOverlapped overlapped);
#pragma warning restore SYSLIB1054
}
