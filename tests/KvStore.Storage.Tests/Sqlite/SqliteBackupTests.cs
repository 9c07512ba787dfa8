// A backup is one moment of a storage that others write, and comes back whole or not at all.
using KvStore.Storage.Probe;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteBackupTests : SqliteTest
{
    private string Copy => Path.Combine(Folder, "copy.db");

    [Fact]
    public void A_backup_beside_four_writers_is_one_moment_and_checks_clean()
    {
        Make(items: 3000);
        KvStorage storage = Open();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] writers = Enumerable.Range(0, 4).Select(i => Task.Run(
            () =>
            {
                for (int n = 0; !ending.IsCancellationRequested; n++)
                {
                    var batch = new KvBatch();
                    for (int k = 0; k < 20; k++)
                    {
                        batch.Set($"w{i}/{k:D2}", $"{n}");
                    }

                    storage.Commit(Store, batch, Token);
                }
            },
            Token)).ToArray();
        var shares = new List<double>();
        for (int round = 0; round < 3; round++)
        {
            string copy = $"{Copy}{round}";
            storage.Backup(copy, new Progress(shares.Add), Token);
            using KvStorage opened = CheckedStorage.Wrap(new SqliteStorage(copy));
            Assert.Empty(opened.Check(store: null, Token));
            foreach (IGrouping<string, KvItem> batch in opened.Scan(Store, new KvRange { Prefix = "w" }, Token).GroupBy(item => item.FullKey[..2]))
            {
                Assert.Single(batch.Select(item => (item.Value, item.ModRevision)).Distinct());
                Assert.Equal(20, batch.Count());
            }
        }

        ending.Cancel();
        Task.WaitAll(writers, Token);
        Assert.Equal(1, shares[^1]);
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
        Assert.Empty(storage.Check(store: null, Token));
        Assert.Empty(Directory.GetFiles(Folder, "*.part"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(Copy + "0"));
        }
    }

    [Fact]
    public void A_backup_overwrites_nothing_and_leaves_nothing_when_it_fails()
    {
        Make();
        KvStorage storage = Open();
        File.WriteAllText(Copy, "mine");
        Throws(KvError.FileUnavailable, () => storage.Backup(Copy, progress: null, Token));
        Assert.Equal("mine", File.ReadAllText(Copy));
        Throws(KvError.FileUnavailable, () => storage.Backup(Path.Combine(Folder, "missing", "copy.db"), progress: null, Token));
        using var cancelled = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => storage.Backup(Copy + "2", new Progress(_ => cancelled.Cancel()), cancelled.Token));
        Assert.False(File.Exists(Copy + "2"));
        Assert.Empty(Directory.GetFiles(Folder, "*.part"));
    }

    [Fact]
    public void A_backup_that_no_restore_would_take_is_not_written()
    {
        Make(items: 300);
        byte[] contents = File.ReadAllBytes(Database);
        contents[contents.AsSpan().IndexOf("value-of-0123"u8)] ^= 1;
        File.WriteAllBytes(Database, contents);
        KvStorage storage = Open();
        Assert.Contains("key0123", Throws(KvError.StorageDamaged, () => storage.Backup(Copy, progress: null, Token)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Copy));
        Assert.Empty(Directory.GetFiles(Folder, "*.part"));
        storage.Commit(Store, new KvBatch().Delete("key0123"), Token);
        storage.Backup(Copy, progress: null, Token);
        storage.Restore(Copy, progress: null, Token);
        Assert.Equal(299, Keys(storage).Length);
    }

    [Fact]
    public void Memory_is_backed_up_and_restored_too()
    {
        using KvStorage memory = CheckedStorage.Wrap(new MemoryDbStorage());
        Set(memory, "a", "1");
        memory.Backup(Copy, progress: null, Token);
        Set(memory, "a", "2");
        memory.Commit("other", new KvBatch().Set("b", "1"), Token);
        memory.Restore(Copy, progress: null, Token);
        Assert.Equal("1", Get(memory, "a"));
        Assert.Null(memory.GetStore("other", Token));
        Assert.Empty(memory.Check(store: null, Token));
        Assert.Equal("1", Get(Open(database: Copy), "a"));
    }

    [Fact]
    public void A_storage_without_a_file_is_backed_up_as_an_empty_one()
    {
        Open().Backup(Copy, progress: null, Token);
        Assert.False(File.Exists(Database));
        Assert.Empty(Open(database: Copy).GetStores(Token));
        KvStorage storage = Open();
        Set(storage, "a", "1");
        storage.Restore(Copy, progress: null, Token);
        Assert.Empty(storage.GetStores(Token));
    }

    [Fact]
    public void A_new_file_gets_all_of_a_backup_its_past_too()
    {
        KvStorage storage = Open();
        Set(storage, "a", "1");
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        storage.Commit(Store, new KvBatch().Set("a", "2").Set("b", "1").AddNamespace("n"), Token);
        storage.Commit(Store, new KvBatch().Delete("b"), Token);
        storage.CreateStore("kept", new KvLimits(100, 200), Token);
        storage.Backup(Copy, progress: null, Token);
        KvStorage other = Open(database: Path.Combine(Folder, "new.db"));
        other.Commit("first", new KvBatch().Set("x", "1"), Token);
        other.Restore(Copy, progress: null, Token);
        Assert.Equal(Describe(storage), Describe(other));
        Assert.Equal(["a = 2", "b = 1"], other.ScanAt(Store, KvRange.All, 2, Token).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal(["2", "1"], other.GetHistory(Store, "a", Token).Select(change => change.Value));
        Assert.Null(other.GetStore("first", Token));
        Assert.Empty(other.Check(store: null, Token));
    }

    [Fact]
    public void A_restore_is_one_change_that_other_processes_see_and_no_condition_takes_for_what_was()
    {
        KvStorage storage = Open();
        storage.Commit("shared", new KvBatch().Set("same", "1").Set("a", "old").Set("gone", "1"), Token);
        storage.Backup(Copy, progress: null, Token);
        storage.Commit("shared", new KvBatch().Set("a", "new").Delete("gone").Set("added", "1"), Token);
        storage.Commit("other", new KvBatch().Set("x", "1"), Token);
        KvItem read = storage.Get("shared", "a", Token)!;
        using var watcher = new ProbeProcess("watch", Database, "-", 3);
        ProbeProcess.BeginTogether(watcher);
        Assert.Equal("watching", watcher.ReadLine());
        storage.Restore(Copy, progress: null, Token);
        Assert.Equal(["3 a old", "3 added ", "3 gone 1"], Enumerable.Range(0, 3).Select(_ => watcher.ReadLine()));
        Assert.Empty(watcher.Finish());
        Assert.Equal(["a = old", "gone = 1", "same = 1"], storage.Scan("shared", KvRange.All, Token).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal(1, storage.Get("shared", "same", Token)!.ModRevision);
        Assert.True(storage.Get("shared", "a", Token)!.Version > read.Version);
        Assert.False(storage.Commit("shared", new KvBatch().Set("a", "lost").RequireVersion("a", read.VersionNumber), Token).Succeeded);
        Assert.Null(storage.GetStore("other", Token));
        Assert.True(storage.Commit("other", new KvBatch().Set("x", "2"), Token).Revision > 1);
        Assert.Empty(storage.Check(store: null, Token));
    }

    [Fact]
    public void What_has_expired_in_a_backup_does_not_stay_as_it_is_now()
    {
        KvStorage storage = Open();
        DateTimeOffset end = DateTimeOffset.UtcNow.AddSeconds(1);
        storage.Commit(Store, new KvBatch().Set("a", "old", end).Set("b", "1"), Token);
        storage.Backup(Copy, progress: null, Token);
        storage.Commit(Store, new KvBatch().Set("a", "new"), Token);
        while (DateTimeOffset.UtcNow <= end)
        {
            Thread.Sleep(20);
        }

        storage.Restore(Copy, progress: null, Token);
        Assert.Equal(["b"], Keys(storage));
        Assert.Empty(storage.Check(store: null, Token));
    }

    [Fact]
    public void A_watch_that_waits_for_a_store_sees_it_come_out_of_a_backup()
    {
        KvStorage storage = Open();
        Set(storage, "a", "1");
        Set(storage, "b", "1");
        storage.Backup(Copy, progress: null, Token);
        KvStorage other = Open(database: Path.Combine(Folder, "new.db"));
        using IEnumerator<KvChange> changes = other.Watch(Store, "", fromRevision: null, Token).GetEnumerator();
        other.Restore(Copy, progress: null, Token);
        var seen = new List<string>();
        while (seen.Count < 2 && changes.MoveNext())
        {
            seen.Add($"{changes.Current.Kind} {changes.Current.FullKey}");
        }

        Assert.Equal(["Set a", "Set b"], seen);
        Assert.Empty(other.Check(store: null, Token));
    }

    [Fact]
    public void Another_storage_that_knows_the_stores_reads_the_right_ones_after_a_restore()
    {
        KvStorage made = Open(database: Path.Combine(Folder, "made.db"));
        made.Commit("two", new KvBatch().Set("k", "two"), Token);
        made.Commit("one", new KvBatch().Set("k", "one"), Token);
        made.Backup(Copy, progress: null, Token);
        KvStorage storage = Open();
        storage.Commit("one", new KvBatch().Set("k", "1"), Token);
        storage.Commit("two", new KvBatch().Set("k", "2"), Token);
        KvStorage other = Open();
        Assert.Equal("1", other.Get("one", "k", Token)?.Value);
        Assert.Equal("2", other.Get("two", "k", Token)?.Value);
        storage.Restore(Copy, progress: null, Token);
        Assert.Equal("one", other.Get("one", "k", Token)?.Value);
        Assert.Equal("two", other.Get("two", "k", Token)?.Value);
    }

    [Fact]
    public void What_is_no_whole_backup_is_refused_and_changes_nothing()
    {
        Make(items: 300);
        KvStorage storage = Open();
        storage.Backup(Copy, progress: null, Token);
        Set(storage, "added", "1");
        byte[] contents = File.ReadAllBytes(Copy);
        for (int position; (position = contents.AsSpan().IndexOf("value-of-0123"u8)) >= 0;)
        {
            contents[position] ^= 1;
        }

        File.WriteAllBytes(Copy + "-bad", contents);
        Assert.Contains("key0123", Throws(KvError.StorageDamaged, () => storage.Restore(Copy + "-bad", progress: null, Token)).Message, StringComparison.Ordinal);
        File.WriteAllText(Copy + "-text", "Dear diary, this is no backup.");
        Throws(KvError.ForeignDatabase, () => storage.Restore(Copy + "-text", progress: null, Token));
        File.WriteAllText(Copy + "-empty", "");
        Throws(KvError.ForeignDatabase, () => storage.Restore(Copy + "-empty", progress: null, Token));
        Throws(KvError.FileUnavailable, () => storage.Restore(Copy + "-missing", progress: null, Token));
        Assert.Equal(301, Keys(storage).Length);
    }

    [Fact]
    public void A_cancelled_restore_changes_nothing()
    {
        Make(items: 3000);
        KvStorage storage = Open();
        storage.Backup(Copy, progress: null, Token);
        storage.RemoveStore(Store, Token);
        Set(storage, "a", "1");
        using var cancelled = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => storage.Restore(Copy, new Progress(_ => cancelled.Cancel()), cancelled.Token));
        Assert.Equal(["a"], Keys(storage));
        storage.Restore(Copy, progress: null, Token);
        Assert.Equal(3000, Keys(storage).Length);
    }

    [Fact]
    public void A_backup_of_version_1_is_restored_and_left_as_it_is()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "data", "sqlite-v1.db"), Copy);
        byte[] before = File.ReadAllBytes(Copy);
        KvStorage storage = Open();
        storage.Restore(Copy, progress: null, Token);
        Assert.Equal("naïve ☃", storage.Get("myKV", "b/c", Token)?.Value);
        Assert.Equal(before, File.ReadAllBytes(Copy));
    }

    private static string[] Describe(KvStorage storage) =>
        storage.GetStores(Token)
            .SelectMany(info => storage.Scan(info.Name, KvRange.All, Token).Select(item => $"{item} {item.Version} {item.CreateRevision} {item.ModRevision} {item.Created:O} {item.Modified:O}")
                .Concat(storage.GetKeptNamespaces(info.Name, "", Token)).Prepend($"{info}"))
            .ToArray();

    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
