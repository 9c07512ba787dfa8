// Several processes on one file: none loses anything, whatever befalls the others.
using System.Diagnostics;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteProcessTests : SqliteTest
{
    [Fact]
    public void Two_processes_that_write_a_thousand_items_each_lose_none()
    {
        RunTogether("write", processes: 2, count: 1000);
        KvStorage storage = Open();
        Assert.Equal(2000, Keys(storage).Length);
        Assert.Equal(2000, storage.GetStore("shared", Token)!.Revision);
    }

    [Fact]
    public void Eight_processes_that_write_meet_no_error()
    {
        RunTogether("write", processes: 8, count: 100);
        Assert.Equal(800, Open().GetStore("shared", Token)!.ItemCount);
    }

    [Fact]
    public void Processes_that_increment_a_counter_by_condition_add_up()
    {
        RunTogether("increment", processes: 3, count: 200, name: _ => "counter");
        Assert.Equal("600", Open().Get("shared", "counter", Token)?.Value);
    }

    [Fact]
    public void A_writer_killed_at_any_moment_leaves_what_it_acknowledged_and_no_half_of_a_batch()
    {
        var random = new Random(Seed: 4);
        for (int round = 0; round < 8; round++)
        {
            string name = $"r{round}";
            using Process writer = Start("batches", name, 1_000_000);
            Assert.Equal("ready", writer.StandardOutput.ReadLine());
            writer.StandardInput.WriteLine();
            int acknowledged = 0;
            int last = 5 + random.Next(200);
            while (acknowledged < last)
            {
                acknowledged = int.Parse(writer.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
            }

            Thread.Sleep(random.Next(5));
            writer.Kill();
            while (writer.StandardOutput.ReadLine() is { } line)
            {
                acknowledged = int.TryParse(line, out int number) ? Math.Max(number, acknowledged) : acknowledged;
            }

            writer.WaitForExit();
            KvItem[] items = Open().Scan("shared", KvRange.Beneath(name), Token).ToArray();
            Assert.Equal(20, items.Length);
            int found = int.Parse(Assert.Single(items.Select(item => item.Value.Split(' ')[0]).Distinct()), System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(found, acknowledged, acknowledged + 2);
            Assert.Equal(0, QueryNumber("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"));
            Close();
        }
    }

    private static new string[] Keys(KvStorage storage) => storage.Scan("shared", KvRange.All, Token).Select(item => item.FullKey).ToArray();

    private void RunTogether(string command, int processes, int count, Func<int, string>? name = null)
    {
        Process[] running = Enumerable.Range(0, processes).Select(i => Start(command, name?.Invoke(i) ?? $"p{i}", count)).ToArray();
        Array.ForEach(running, process => Assert.Equal("ready", process.StandardOutput.ReadLine()));
        Array.ForEach(running, process => process.StandardInput.WriteLine());
        foreach (Process process in running)
        {
            using (process)
            {
                string errors = process.StandardError.ReadToEnd();
                process.WaitForExit();
                Assert.True(process.ExitCode == 0, errors);
            }
        }
    }
}
