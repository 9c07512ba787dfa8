// Changes of several callers share a transaction and a wait for the disk, but neither their errors nor their fate.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteGroupCommitTests : SqliteTest
{
    [Fact]
    public void A_change_that_fails_takes_none_of_its_group_with_it()
    {
        Make();
        KvStorage storage = Open();
        using var other = new LockFile(Database);
        Assert.True(other.TryAcquire(TimeSpan.FromSeconds(5), Token));

        // They gather while the lock file is held, and are committed together.
        var commits = new List<Task<KvCommit>>();
        for (int i = 0; i < 30; i++)
        {
            KvBatch batch = (i % 3) switch
            {
                0 => new KvBatch().Set($"good{i:D2}", "x").Set("shared", $"{i}"),
                1 => new KvBatch().Set($"half{i:D2}", "x").Set($"bad{i:D2}", new string('x', 5000)),
                _ => new KvBatch().RequireAbsent("key0000").Set($"bad{i:D2}", "x"),
            };
            commits.Add(Task.Factory.StartNew(() => storage.Commit(Store, batch, Token), Token, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        Thread.Sleep(300);
        other.Release();
        for (int i = 0; i < commits.Count; i++)
        {
            Task<KvCommit> commit = commits[i];
            switch (i % 3)
            {
                case 0:
                    Assert.True(commit.GetAwaiter().GetResult().Succeeded);
                    break;
                case 1:
                    Throws(KvError.ValueTooLong, () => commit.GetAwaiter().GetResult());
                    break;
                default:
                    Assert.Equal("key0000", commit.GetAwaiter().GetResult().Current?.FullKey);
                    break;
            }
        }

        string[] keys = Keys(storage);
        Assert.Equal(10, keys.Count(key => key.StartsWith("good", StringComparison.Ordinal)));
        Assert.DoesNotContain(keys, key => key.StartsWith("bad", StringComparison.Ordinal) || key.StartsWith("half", StringComparison.Ordinal));
        Assert.Equal(10, storage.Get(Store, "shared", Token)!.Version);
        Assert.Equal(11, storage.GetStore(Store, Token)!.Revision);
    }

    [Fact]
    public void A_load_beside_other_writers_is_run_by_its_own_thread()
    {
        KvStorage storage = Open();
        var threads = new HashSet<int>();
        IEnumerable<KvEntry> Source()
        {
            yield return new KvStoreEntry("loaded");
            for (int i = 0; i < 2000; i++)
            {
                threads.Add(Environment.CurrentManagedThreadId);
                yield return new KvItemEntry(new KvSet($"key{i}", "x"));
            }
        }

        Task[] writers = Enumerable.Range(0, 4).Select(w => Task.Run(
            () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    Set(storage, $"w{w}/{i}", "x");
                }
            },
            Token)).ToArray();
        storage.Load(Source(), KvLoadMode.Merge, Token);
        Assert.True(Task.WaitAll(writers, 30_000, Token));
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
        Assert.Equal(200, Keys(storage).Length);
        Assert.Equal(2000, storage.GetStore("loaded", Token)!.ItemCount);
    }

    [Theory]
    [InlineData("sqlite://")]
    [InlineData("kv.db")]
    public void A_load_may_read_from_the_storage_that_it_loads(string connection)
    {
        using KvStorage storage = CheckedStorage.Wrap(new SqliteStorage(connection, baseFolder: Folder));
        for (int i = 0; i < 10; i++)
        {
            Set(storage, $"key{i}", $"{i}");
        }

        storage.Load(
            storage.Scan(Store, KvRange.All, Token).Select(item => (KvEntry)new KvItemEntry(new KvSet("copy/" + item.FullKey, item.Value))).Prepend(new KvStoreEntry(Store)),
            KvLoadMode.Merge,
            Token);
        Assert.Equal(20, Keys(storage).Length);
        Assert.Equal("7", Get(storage, "copy/key7"));
    }

    [Fact]
    public void A_source_that_writes_to_the_storage_that_it_loads_is_an_error_and_no_deadlock()
    {
        KvStorage storage = Open();
        IEnumerable<KvEntry> Source()
        {
            yield return new KvStoreEntry(Store);
            Set(storage, "key", "value");
            yield return new KvItemEntry(new KvSet("a", "x"));
        }

        Assert.Throws<InvalidOperationException>(() => storage.Load(Source(), KvLoadMode.Merge, Token));
        Assert.Empty(Keys(storage));
        Set(storage, "key", "value");
    }

    [Fact]
    public void Closing_waits_for_the_writes_that_have_begun()
    {
        for (int round = 0; round < 10; round++)
        {
            KvStorage storage = Open();
            int written = 0;
            Task[] writers = Enumerable.Range(0, 4).Select(w => Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        for (int i = 0; i < 1000; i++)
                        {
                            Set(storage, $"r{round}/w{w}/{i}", "x");
                            Interlocked.Increment(ref written);
                        }
                    }
                    catch (KvException e) when (e.Error == KvError.StorageUnavailable)
                    {
                        // Closed meanwhile.
                    }
                },
                Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            Thread.Sleep(20);
            Close();
            Task.WaitAll(writers, Token);
            Assert.Equal(written, Open().Scan(Store, KvRange.Beneath($"r{round}"), Token).Count());
            Close();
        }
    }

    [Fact]
    public void A_log_that_grows_is_brought_home()
    {
        KvStorage storage = Open();
        for (int i = 0; i < 60; i++)
        {
            var batch = new KvBatch();
            for (int j = 0; j < 100; j++)
            {
                batch.Set($"{j}", $"{i}{new string('x', 4000)}");
            }

            storage.Commit(Store, batch, Token);
        }

        // 60 times some 200 pages were written, but the log is begun again after some 4,000.
        Assert.InRange(new FileInfo(Database + "-wal").Length, 1, 5500 * 4120);
    }
}
