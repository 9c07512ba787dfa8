// The lock file: whose files it is laid beside, which file it is taken for, and what becomes of a lock that cannot be let go.
using System.Runtime.InteropServices;
using KvStore.Storage.Sqlite;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteLockFileTests : SqliteTest
{
    [Fact]
    public void Nothing_is_laid_beside_a_folder_that_is_taken_for_a_database()
    {
        Directory.CreateDirectory(Database);
        KvException error = Throws(KvError.StorageUnavailable, () => Set(Open(), "key", "value"));
        Assert.Contains("is a folder", error.Message, StringComparison.Ordinal);
        Assert.Equal(["kv.db"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Nothing_is_laid_beside_a_database_of_another_program()
    {
        Execute("CREATE TABLE theirs (x)");
        string[] before = Directory.GetFileSystemEntries(Folder);
        Throws(KvError.ForeignDatabase, () => Set(Open(), "key", "value"));
        Assert.Equal(before, Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void A_file_that_is_replaced_while_a_writer_waits_for_the_lock_gets_the_write()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace open files.");
        string other = MakeOther();
        KvStorage storage = Open();
        Set(storage, "old", "value");
        using LockFile held = Hold();
        Task write = Task.Factory.StartNew(() => Set(storage, "new", "value"), Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        AwaitQueue(isEmpty: false);
        Replace(other);
        held.Release();
        Assert.True(write.Wait(30_000, Token));
        Assert.Equal(["new", "other"], Keys(Open()));
    }

    [Fact]
    public void A_lock_that_nobody_wants_any_more_and_that_cannot_be_let_go_does_not_end_the_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Exchanges what lies behind a descriptor, as Linux can.");
        using LockFile held = Hold();
        HashSet<int> before = FindDescriptors();
        using var waiting = new LockFile(Database);
        Assert.False(waiting.TryAcquire(TimeSpan.FromMilliseconds(50), Token));
        AwaitQueue(isEmpty: false);

        // The wait goes on with the file, and ends with a descriptor that can be neither locked nor unlocked.
        const int OpenPathOnly = 0x200000;
        int unusable = open(Folder, OpenPathOnly);
        Assert.True(unusable >= 0);
        using (var handle = new SafeFileHandle(unusable, ownsHandle: true))
        {
            Assert.All(FindDescriptors().Except(before), descriptor => Assert.Equal(descriptor, dup2(unusable, descriptor)));
        }

        held.Release();
        AwaitQueue(isEmpty: true);
        Assert.True(held.TryAcquire(TimeSpan.FromSeconds(30), Token));
        Throws(KvError.StorageUnavailable, () => waiting.TryAcquire(TimeSpan.FromSeconds(30), Token));
    }

    private LockFile Hold()
    {
        var held = new LockFile(Database);
        Assert.True(held.TryAcquire(TimeSpan.FromSeconds(30), Token));
        return held;
    }

    // Who waits for the lock holds the turn meanwhile.
    private void AwaitQueue(bool isEmpty)
    {
        using SafeFileHandle turn = NativeLock.Open(Database + "-turn");
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                bool isFree = NativeLock.TryLock(turn, Database + "-turn");
                if (isFree)
                {
                    NativeLock.Unlock(turn, Database + "-turn");
                }

                return isFree == isEmpty;
            },
            TimeSpan.FromSeconds(30)));
    }

    private HashSet<int> FindDescriptors() =>
        [.. Directory.GetFiles("/proc/self/fd").Where(link => GetTarget(link) == Database + "-lock").Select(link => int.Parse(Path.GetFileName(link), System.Globalization.CultureInfo.InvariantCulture))];

    // Other tests close theirs meanwhile.
    private static string? GetTarget(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

#pragma warning disable SYSLIB1054 // Source-generated imports would need unsafe code for two calls.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int dup2(int source, int target);
#pragma warning restore SYSLIB1054
}
