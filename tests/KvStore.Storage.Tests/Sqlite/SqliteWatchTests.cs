// Watching a file: what other processes do is seen too, and what a watch cannot see it says.
using KvStore.Storage.Probe;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteWatchTests : SqliteTest
{
    [Fact]
    public void Changes_of_other_processes_are_seen_once_each_and_in_order()
    {
        const int Writers = 3;
        const int Each = 200;
        KvStorage storage = Open();
        using IEnumerator<KvChange> watch = Watch(storage, "shared");
        ProbeProcess[] writers = [.. Enumerable.Range(0, Writers).Select(i => new ProbeProcess("write", Database, $"p{i}", Each))];
        ProbeProcess.BeginTogether(writers);
        var seen = new List<KvChange>();
        while (seen.Count < Writers * Each && watch.MoveNext())
        {
            seen.Add(watch.Current);
        }

        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(i => (long)i), seen.Select(change => change.Revision));
        Assert.Equal(Writers * Each, seen.Select(change => change.FullKey).Distinct().Count());
        foreach (ProbeProcess writer in writers)
        {
            writer.Finish();
            writer.Dispose();
        }
    }

    [Fact]
    public void Another_process_sees_what_this_one_writes_and_its_death_harms_nobody()
    {
        KvStorage storage = Open();
        using var watcher = new ProbeProcess("watch", Database, "-", 1_000_000);
        ProbeProcess.BeginTogether(watcher);
        Assert.Equal("watching", watcher.ReadLine());
        for (int i = 1; i <= 100; i++)
        {
            storage.Commit("shared", new KvBatch().Set("key", $"{i}"), Token);
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i} key {i}"), Enumerable.Range(0, 100).Select(_ => watcher.ReadLine()));
        watcher.Kill();
        Assert.Empty(watcher.ReadToEnd());
        storage.Commit("shared", new KvBatch().Set("key", "last"), Token);
        Assert.Equal("last", storage.Get("shared", "key", Token)?.Value);
    }

    [Fact]
    public void Nothing_is_logged_where_nobody_watches_and_no_history_is_kept()
    {
        KvStorage storage = Open();
        Set(storage, "a", "1");
        Set(storage, "a", "2");
        storage.Commit(Store, new KvBatch().Delete("a"), Token);
        using (IEnumerator<KvChange> watch = Watch(storage, "other"))
        {
            Set(storage, "a", "3");
            Assert.Equal(0, QueryNumber("SELECT count(*) FROM change"));
            storage.Commit("other", new KvBatch().Set("a", "1"), Token);
            Assert.Equal(1, QueryNumber("SELECT count(*) FROM change"));
            Assert.True(watch.MoveNext());
        }

        storage.Commit("other", new KvBatch().Set("a", "2"), Token);
        Assert.Equal(1, QueryNumber("SELECT count(*) FROM change"));
        Assert.Equal(0, QueryNumber("SELECT count(*) FROM watch"));
    }

    [Fact]
    public void The_end_of_one_watch_cuts_no_other_short()
    {
        KvStorage storage = Open();
        using IEnumerator<KvChange> stays = Watch(storage);
        Watch(storage).Dispose();
        using (IEnumerator<KvChange> ends = Watch(storage))
        {
            Set(storage, "a", "1");
            Assert.True(ends.MoveNext());
        }

        Set(storage, "a", "2");
        Assert.Equal(["1", "2"], Take(stays, 2).Select(change => change.Value));
    }

    [Fact]
    public void A_watch_that_was_held_up_until_changes_were_lost_says_so()
    {
        KvStorage storage = Open();
        using IEnumerator<KvChange> watch = Watch(storage);
        Set(storage, "a", "1");
        Assert.True(watch.MoveNext());

        // As if this process had stood still for longer than its lease.
        Execute("UPDATE watch SET until = until - 70 * 1000000");
        Watch(storage).Dispose();
        Set(storage, "a", "2");
        KvException error = Throws(KvError.RevisionGone, () => watch.MoveNext());
        Assert.Contains("stood still", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_slow_watch_has_not_read_yet_is_kept()
    {
        KvStorage storage = Open();
        using IEnumerator<KvChange> watch = Watch(storage);
        for (int i = 1; i <= 700; i++)
        {
            storage.Commit(Store, new KvBatch().Set("a", $"{i}").Set("b", $"{i}"), Token);
        }

        storage.Compress(Store, TimeSpan.Zero, Token);
        Assert.Equal(Enumerable.Range(1, 700).SelectMany(i => new[] { $"a = {i}", $"b = {i}" }), Take(watch, 1400).Select(change => $"{change.FullKey} = {change.Value}"));
    }

    [Fact]
    public void A_log_that_all_have_read_does_not_grow()
    {
        KvStorage storage = Open();
        Watch(storage).Dispose();
        storage.SetHistoryPeriod(CreateStore(storage), TimeSpan.FromTicks(10), Token);
        for (int i = 0; i < 400; i++)
        {
            storage.Commit(Store, new KvBatch().Set("a", $"{i}").Set($"b{i % 7}", "x").Delete($"b{(i + 3) % 7}"), Token);
        }

        Assert.InRange(QueryNumber("SELECT count(*) FROM change"), 1, 200);
    }

    [Fact]
    public void A_deleted_file_ends_the_watch()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a file go that is open.");
        KvStorage storage = Open();
        using IEnumerator<KvChange> watch = Watch(storage);
        Array.ForEach(Directory.GetFiles(Folder), File.Delete);
        Throws(KvError.StorageUnavailable, () => watch.MoveNext());
    }

    [Fact]
    public void A_replaced_file_ends_the_watch()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a file go that is open.");
        KvStorage storage = Open();
        Set(storage, "a", "1");
        using IEnumerator<KvChange> watch = Watch(storage);
        Array.ForEach(Directory.GetFiles(Folder), File.Delete);
        using (var other = new SqliteStorage(Database))
        {
            other.Commit(Store, new KvBatch().Set("b", "1"), Token);
        }

        Throws(KvError.RevisionGone, () => watch.MoveNext());
    }

    [Fact]
    public void A_closed_storage_ends_the_watch()
    {
        KvStorage storage = Open();
        using IEnumerator<KvChange> watch = Watch(storage);
        storage.Dispose();
        Throws(KvError.StorageUnavailable, () => watch.MoveNext());
    }

    [Fact]
    public void A_read_only_file_cannot_be_watched()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes of files are Unix's.");
        Make();
        OtherUser.Run(() => Throws(KvError.ReadOnly, () => Open().Watch(Store, "", fromRevision: null, Token)));
    }

    private static string CreateStore(KvStorage storage)
    {
        storage.CreateStore(Store, KvLimits.Default, Token);
        return Store;
    }

    private static IEnumerator<KvChange> Watch(KvStorage storage, string store = Store) =>
        storage.Watch(store, "", fromRevision: null, Token).GetEnumerator();

    private static List<KvChange> Take(IEnumerator<KvChange> watch, int count)
    {
        var taken = new List<KvChange>();
        while (taken.Count < count && watch.MoveNext())
        {
            taken.Add(watch.Current);
        }

        return taken;
    }
}
