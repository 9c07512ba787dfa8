// A file that is deleted, moved or replaced under an open storage: what is there now counts, and nobody is the worse for it.
using KvStore.Storage.Sqlite;

namespace KvStore.Fault.Tests;

public sealed class LostFileTests : SqliteTest
{
    [Fact]
    public void A_file_that_is_deleted_under_an_open_storage_is_made_anew_by_the_next_write()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete open files.");
        KvStorage storage = Open();
        Set(storage, "old", "value");
        Assert.Equal("value", Get(storage, "old"));
        foreach (string file in Directory.GetFiles(Folder))
        {
            File.Delete(file);
        }

        Set(storage, "new", "value");
        Assert.True(File.Exists(Database));
        Assert.Equal(["new"], Keys(storage));
        Close();
        Assert.Equal(["new"], Keys(Open()));
    }

    [Fact]
    public void A_deleted_file_reads_as_empty_soon()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete open files.");
        KvStorage storage = Open();
        Set(storage, "old", "value");
        Assert.Equal("value", Get(storage, "old"));
        Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        Assert.True(SpinWait.SpinUntil(() => Get(storage, "old") is null, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_file_that_is_replaced_under_an_open_storage_is_read_and_written_as_it_is_now()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace open files.");
        string other = MakeOther();
        KvStorage storage = Open();
        Set(storage, "old", "value");
        Assert.Equal("value", Get(storage, "old"));
        Replace(other);
        Set(storage, "new", "value");
        Assert.Equal(["new", "other"], Keys(storage));
    }

    [Fact]
    public void Writers_whose_file_is_deleted_again_and_again_go_on_and_lose_nothing_that_came_after()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not delete open files.");
        const int Writers = 4;
        Random random = FaultRun.NewRandom();
        KvStorage storage = Open();
        using var stop = new CancellationTokenSource();
        int[] reached = new int[Writers];
        var refused = new System.Collections.Concurrent.ConcurrentBag<KvError>();
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        Set(storage, $"w{writer}/{reached[writer] + 1:D6}", "value");
                        reached[writer]++;
                    }
                    catch (KvException e)
                    {
                        refused.Add(e.Error);
                    }
                }
            },
            TaskCreationOptions.LongRunning))];
        int deletions = FaultRun.Times(20, 1000);
        for (int round = 0; round < deletions; round++)
        {
            Thread.Sleep(random.Next(50));
            foreach (string file in Directory.GetFiles(Folder).OrderBy(_ => random.Next()))
            {
                File.Delete(file);
            }
        }

        // The writers have noticed when each has written again; what follows must stay.
        int[] before = new int[Writers];
        void Await(int more)
        {
            before = [.. reached];
            Assert.True(SpinWait.SpinUntil(() => Enumerable.Range(0, Writers).All(writer => Volatile.Read(ref reached[writer]) >= before[writer] + more), TimeSpan.FromSeconds(30)));
        }

        Await(more: 2);
        int[] since = [.. reached];
        Await(more: 20);
        stop.Cancel();
        Task.WaitAll(writing, Token);
        Close();
        HashSet<string> keys = [.. Keys(Open())];
        for (int writer = 0; writer < Writers; writer++)
        {
            Assert.All(Enumerable.Range(since[writer] + 1, reached[writer] - since[writer]), number => Assert.Contains($"w{writer}/{number:D6}", keys));
        }

        Assert.True(PassesCheck(Database));
        FaultRun.Tell($"{deletions} deletions, {reached.Sum()} writes; refused were {string.Join(", ", refused.GroupBy(error => error).Select(error => $"{error.Count()} {error.Key}"))}.");
    }
}
