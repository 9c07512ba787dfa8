// A file or folder that may only be read is read, and a write says why it cannot be.

namespace KvStore.Fault.Tests;

public sealed class ReadOnlyTests : SqliteTest
{
    private const UnixFileMode ReadOnlyFile = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ReadOnlyFolder = ReadOnlyFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode OpenFolder = ReadOnlyFolder | UnixFileMode.UserWrite | UnixFileMode.OtherWrite;

    public override void Dispose()
    {
        SetMode(Folder, OpenFolder);
        base.Dispose();
    }

    [Fact]
    public void A_read_only_file_in_a_read_only_folder_is_read()
    {
        Make();
        SetMode(Database, ReadOnlyFile);
        SetMode(Folder, ReadOnlyFolder);
        OtherUser.Run(CheckReading);
        Assert.Equal(["kv.db", "kv.db-lock", "kv.db-turn"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_read_only_file_in_an_open_folder_is_read()
    {
        Make();
        File.Delete(Database + "-lock");
        File.Delete(Database + "-turn");
        SetMode(Database, ReadOnlyFile);
        SetMode(Folder, OpenFolder);
        OtherUser.Run(CheckReading);
    }

    [Fact]
    public void A_read_only_database_beside_a_writer_is_read_as_it_changes()
    {
        using var writer = new Storage.Sqlite.SqliteStorage(Database);
        Set(writer, "key0000", "value-of-0000");
        foreach (string file in Directory.GetFiles(Folder))
        {
            SetMode(file, ReadOnlyFile);
        }

        SetMode(Folder, ReadOnlyFolder);
        OtherUser.Run(() =>
        {
            Assert.Equal("value-of-0000", Get(Open(), "key0000"));
            CheckRefusal();
        });
        Set(writer, "key0000", "changed");
        OtherUser.Run(() => Assert.Equal("changed", Get(Open(), "key0000")));
    }

    [Fact]
    public void A_disk_that_becomes_read_only_under_an_open_storage_is_read_and_written_again_once_it_may_be()
    {
        using var disk = new SmallDisk(Path.Combine(Folder, "disk"), "4m");
        string database = Path.Combine(disk.Path, "kv.db");
        using (KvStorage writer = CheckedStorage.Wrap(new Storage.Sqlite.SqliteStorage(database)))
        {
            Set(writer, "key0000", "value-of-0000");
        }

        // No file may be open for writing at that moment, so that the storage has only read so far.
        using KvStorage storage = CheckedStorage.Wrap(new Storage.Sqlite.SqliteStorage(database));
        disk.Remount("ro");
        Assert.Equal("value-of-0000", Get(storage, "key0000"));
        KvException error = Throws(KvError.ReadOnly, () => Set(storage, "key0001", "value"));
        Assert.Contains(database, error.Message, StringComparison.Ordinal);
        Assert.Equal(["key0000"], Keys(storage));
        disk.Remount("rw");
        Set(storage, "key0001", "value");
        Assert.Equal(["key0000", "key0001"], Keys(storage));
    }

    [Fact]
    public void A_new_file_in_a_read_only_folder_is_refused()
    {
        SetMode(Folder, ReadOnlyFolder);
        OtherUser.Run(() =>
        {
            Assert.Null(Get(Open(), "key"));
            CheckRefusal();
        });
    }

    [Fact]
    public void A_new_folder_in_a_read_only_folder_is_refused()
    {
        SetMode(Folder, ReadOnlyFolder);
        OtherUser.Run(() => Throws(KvError.ReadOnly, () => Set(Open(database: Path.Combine(Folder, "new", "kv.db")), "key", "value")));
    }

    [Fact]
    public void A_file_that_may_not_even_be_read_is_refused_and_not_taken_for_empty()
    {
        Make();
        SetMode(Folder, OpenFolder);
        OtherUser.Run(() =>
        {
            KvException error = Assert.Throws<KvException>(() => Get(Open(), "key0000"));
            Assert.Contains(error.Error, new[] { KvError.StorageUnavailable, KvError.AccessDenied });
            Assert.Throws<KvException>(() => Set(Open(), "key0000", "value"));
        });
        SetMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        OtherUser.Run(() => Assert.Throws<KvException>(() => Get(Open(), "key0000")));
    }

    private void CheckReading()
    {
        KvStorage storage = Open();
        Assert.Equal("value-of-0001", Get(storage, "key0001"));
        Assert.Equal(3, Keys(storage).Length);
        Assert.Equal(3, storage.GetChildren(Store, "", Token).Count());
        Assert.Equal(3, storage.GetStore(Store, Token)!.ItemCount);
        CheckRefusal();
        Assert.Equal("value-of-0001", Get(storage, "key0001"));
    }

    private void CheckRefusal()
    {
        KvException error = Throws(KvError.ReadOnly, () => Set(Open(), "key", "value"));
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
