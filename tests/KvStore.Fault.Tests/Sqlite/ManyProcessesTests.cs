// Several processes on one file: none loses anything, none meets an error, and readers see only what was committed whole.
namespace KvStore.Fault.Tests;

public sealed class ManyProcessesTests : SqliteTest
{
    private const string Shared = "shared";
    private const int Processes = 8;

    [Fact]
    public void Two_processes_that_write_a_thousand_items_each_lose_none()
    {
        ProbeProcess.RunTogether(processes: 2, i => new ProbeProcess("write", Database, $"p{i}", 1000));
        KvStoreInfo info = Open().GetStore(Shared, Token)!;
        Assert.Equal((2000, 2000), (info.ItemCount, info.Revision));
        Assert.Equal(2000, Open().Scan(Shared, KvRange.All, Token).Count());
    }

    [Fact]
    public void Eight_processes_that_increment_a_counter_by_condition_add_up()
    {
        const int Each = 500;
        ProbeProcess.RunTogether(Processes, _ => new ProbeProcess("increment", Database, "counter", Each));
        KvItem counter = Open().Get(Shared, "counter", Token)!;
        Assert.Equal(($"{Processes * Each}", Processes * Each), (counter.Value, counter.Version));
    }

    [Fact]
    public void Eight_processes_that_write_in_batches_meet_no_error_and_readers_see_only_whole_batches()
    {
        const int Readers = 2;
        int each = FaultRun.Times(100, 2000);

        // All write the same items, so that half a batch of one beside half a batch of another would be seen.
        ProbeProcess[] readers = [.. Enumerable.Range(0, Readers).Select(_ => new ProbeProcess("read-batches", Database, "all", 1))];
        try
        {
            ProbeProcess.BeginTogether(readers);
            string[][] told = ProbeProcess.RunTogether(Processes, _ => new ProbeProcess("batches", Database, "all", each));
            Array.ForEach(readers, reader => reader.Stop());
            int[] scans = [.. readers.Select(reader => int.Parse(reader.Finish()[^1], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.All(scans, count => Assert.NotEqual(0, count));
            Assert.Equal(Processes * each, Open().GetStore(Shared, Token)!.Revision);
            FaultRun.Tell($"The longest that a batch of one of {Processes} writers took, in milliseconds: {string.Join(", ", told.Select(lines => lines[^1].Replace("longest ", "", StringComparison.Ordinal)))}. {scans.Sum()} scans beside them.");
        }
        finally
        {
            Array.ForEach(readers, reader => reader.Dispose());
        }
    }
}
