// A disk that fills up: an error, nothing half written, nothing lost, and all well again once there is space.
using System.Diagnostics;

namespace KvStore.Fault.Tests;

public sealed class SqliteFullDiskTests : SqliteTest
{
    [Fact]
    public void A_full_disk_is_reported_and_nothing_acknowledged_is_lost()
    {
        string disk = Path.Combine(Folder, "disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "kvstore-test", disk), "A small disk can only be mounted by root on Linux.");
        try
        {
            string database = Path.Combine(disk, "kv.db");
            KvStorage storage = Open(database: database);
            var acknowledged = new List<string>();
            KvException error = Assert.Throws<KvException>(() =>
            {
                for (int i = 0; i < 100_000; i++)
                {
                    storage.Commit(Store, new KvBatch().Set($"a{i:D5}", new string('x', 3000)).Set($"b{i:D5}", new string('y', 3000)), Token);
                    acknowledged.Add($"{i:D5}");
                }
            });
            Assert.True(error.Error == KvError.StorageFull, error.Message);
            Assert.Contains(database, error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(acknowledged);
            Assert.Equal(acknowledged.Select(i => "a" + i).Concat(acknowledged.Select(i => "b" + i)), Keys(storage));

            Assert.True(Run("mount", "-o", "remount,size=8m", disk));
            Set(storage, "c", "there is space again");
            Assert.Equal((acknowledged.Count * 2) + 1, Keys(storage).Length);
            Close();
            Assert.Equal((acknowledged.Count * 2) + 1, Keys(Open(database: database)).Length);
        }
        finally
        {
            Close();
            Run("umount", disk);
        }
    }

    [Fact]
    public void A_database_cannot_be_made_on_a_full_disk()
    {
        string disk = Path.Combine(Folder, "disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=16k", "kvstore-test", disk), "A small disk can only be mounted by root on Linux.");
        try
        {
            File.WriteAllBytes(Path.Combine(disk, "filler"), new byte[12 * 1024]);
            Throws(KvError.StorageFull, () => Set(Open(database: Path.Combine(disk, "kv.db")), "key", "value"));
        }
        finally
        {
            Close();
            Run("umount", disk);
        }
    }

    private static bool Run(string command, params string[] arguments)
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
