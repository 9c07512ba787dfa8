// The life of a database file: when it is made, what opening does to it, and what happens when somebody takes it away.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteFileTests : SqliteTest
{
    [Fact]
    public void A_missing_file_reads_as_empty_and_is_made_by_the_first_write()
    {
        string database = Path.Combine(Folder, "new", "folder", "kv.db");
        KvStorage storage = Open(database: database);
        Assert.Null(storage.Get(Store, "key", Token));
        Assert.Empty(storage.Scan(Store, KvRange.All, Token));
        Assert.Empty(storage.GetStores(Token));
        storage.RemoveStore(Store, Token);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));

        Set(storage, "key", "value");
        Assert.True(File.Exists(database));
        Assert.Equal("value", Get(storage, "key"));
    }

    [Fact]
    public void An_empty_file_reads_as_empty_and_can_be_written()
    {
        File.Create(Database).Dispose();
        KvStorage storage = Open();
        Assert.Empty(Keys(storage));
        Set(storage, "key", "value");
        Assert.Equal("value", Get(storage, "key"));
    }

    [Fact]
    public void Data_survives_closing_and_opening()
    {
        KvStorage storage = Open();
        KvItem written = storage.Commit(Store, new KvBatch().Set("a", "1").AddNamespace("n"), Token).Items[0];
        storage.CreateStore("Kept", new KvLimits(100, 200), Token);
        Close();

        storage = Open();
        KvItem read = storage.Get(Store, "a", Token)!;
        Assert.Equal((written.Value, written.Version, written.ModRevision, written.Created), (read.Value, read.Version, read.ModRevision, read.Created));
        Assert.Equal(["n"], storage.GetKeptNamespaces(Store, "", Token));
        Assert.Equal(["Kept", Store], storage.GetStores(Token).Select(info => info.Name));
        Assert.Equal(new KvLimits(100, 200), storage.GetStore("kept", Token)!.Limits);
    }

    [Fact]
    public void Data_survives_a_storage_that_was_never_closed()
    {
        // Not disposed, as when a process ends: what was acknowledged is in the log.
        KvStorage abandoned = Open();
        Set(abandoned, "key", "value");
        File.Copy(Database, Database + ".copy");
        File.Copy(Database + "-wal", Database + ".copy-wal");
        Assert.Equal("value", Get(Open(database: Database + ".copy"), "key"));
    }

    [Fact]
    public void Closing_leaves_one_file_and_its_lock()
    {
        Make();
        Assert.Equal(["kv.db", "kv.db-lock", "kv.db-turn"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Opening_and_reading_does_not_write_to_the_file()
    {
        Make();
        byte[] before = File.ReadAllBytes(Database);
        DateTime modified = File.GetLastWriteTimeUtc(Database);
        KvStorage storage = Open();
        Assert.Equal(3, Keys(storage).Length);
        Assert.Null(storage.GetStore("other", Token));
        Close();
        Assert.Equal(modified, File.GetLastWriteTimeUtc(Database));
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void Files_and_folders_are_for_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists, which a new file inherits from its folder.");
        string folder = Path.Combine(Folder, "new", "folder");
        KvStorage storage = Open(database: Path.Combine(folder, "kv.db"));
        Set(storage, "key", "value");
        foreach (string file in Directory.GetFiles(folder))
        {
            Assert.Equal((Path.GetFileName(file), UnixFileMode.UserRead | UnixFileMode.UserWrite), (Path.GetFileName(file), ModeOf(file)));
        }

        Assert.Equal(["kv.db", "kv.db-lock", "kv.db-shm", "kv.db-turn", "kv.db-wal"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(folder));
    }

    [Fact]
    public void A_link_and_its_target_are_one_database_with_one_lock()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Make();
        string link = Path.Combine(Folder, "link.db");
        File.CreateSymbolicLink(link, Database);
        Set(Open(database: link), "by-link", "value");
        Assert.Equal("value", Get(Open(), "by-link"));
        Assert.False(File.Exists(link + "-lock"));
    }

    [Fact]
    public void A_closed_storage_says_so()
    {
        KvStorage storage = Open();
        Set(storage, "key", "value");
        Close();
        Throws(KvError.StorageUnavailable, () => Get(storage, "key"));
        Throws(KvError.StorageUnavailable, () => Set(storage, "key", "value"));
        storage.Dispose();
    }

    [Fact]
    public void A_scan_that_is_open_when_its_storage_is_closed_may_be_finished()
    {
        Make(items: 100);
        KvStorage storage = Open();
        using IEnumerator<KvItem> scan = storage.Scan(Store, KvRange.All, Token).GetEnumerator();
        Assert.True(scan.MoveNext());
        Close();
        int rest = 0;
        while (scan.MoveNext())
        {
            rest++;
        }

        Assert.Equal(99, rest);
    }

    [Fact]
    public void Enumerations_that_are_abandoned_are_collected()
    {
        Make(items: 100);
        KvStorage storage = Open();
        for (int i = 0; i < 300; i++)
        {
            Abandon(storage);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(100, Keys(storage).Length);
        if (OperatingSystem.IsLinux())
        {
            int open = Directory.GetFiles("/proc/self/fd").Count(descriptor => GetTarget(descriptor) == Database);
            Assert.InRange(open, 0, 20);
        }
    }

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

    [Fact]
    public void Enumerations_that_are_abandoned_in_memory_hold_up_nobody()
    {
        using KvStorage storage = CheckedStorage.Wrap(new MemoryDbStorage());
        for (int i = 0; i < 100; i++)
        {
            Set(storage, $"key{i:D2}", "value");
        }

        for (int i = 0; i < 300; i++)
        {
            Abandon(storage);
            Set(storage, "key00", $"{i}");
            if (i % 50 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.Equal(100, Keys(storage).Length);
    }

    [Fact]
    public void Two_storages_of_one_file_share_an_object_and_others_do_not()
    {
        Assert.Equal(new Sharing(Database).Key, new Sharing("sqlite:///" + Uri.EscapeDataString(Database)).Key);
        Assert.NotEqual(new Sharing(Database).Key, new Sharing(Database + "2").Key);
        Assert.NotEqual(new Sharing(Database).Key, new Sharing(Database, "OFF").Key);
        Assert.Null(new Sharing("sqlite://").Key);
    }

    [Fact]
    public void What_could_cost_data_is_remarked_upon()
    {
        Assert.Contains(new SqliteStorage(Database, "OFF").Remarks, remark => remark.Contains("power cut", StringComparison.Ordinal));
        bool hasResetBug = SqliteLibrary.Version < new Version(3, 51, 3);
        Assert.Equal(hasResetBug, new SqliteStorage(Database).Remarks.Any(remark => remark.Contains("kv.db-lock", StringComparison.Ordinal)));
        Assert.Empty(new MemoryDbStorage().Remarks);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Abandon(KvStorage storage) => Assert.True(storage.Scan(Store, KvRange.All, Token).GetEnumerator().MoveNext());

    private sealed class Sharing(string connection, string synchronous = "FULL") : SqliteStorage(connection, synchronous)
    {
        public object? Key => SharingKey;
    }
}
