// A writer may die at any moment, while the log is brought home too: what it acknowledged stays, and no batch is half there.
using System.Globalization;

namespace KvStore.Fault.Tests;

public sealed class KilledWriterTests : SqliteTest
{
    private const int BatchSize = 20;
    private const string Shared = "shared";

    [Fact]
    public void A_writer_killed_at_any_moment_leaves_what_it_acknowledged_and_no_half_of_a_batch()
    {
        Lane[] lanes = KillAndCheck("batches-closing", FaultRun.Times(100, 10_000));
        FaultRun.Tell($"{lanes.Sum(lane => lane.Killed)} writers killed, {lanes.Sum(lane => lane.KilledWhileClosing)} of them while they brought the log home or just after; {lanes.Sum(lane => lane.Acknowledged)} batches acknowledged, {lanes.Sum(lane => lane.Unheard)} more were there.");
        Assert.NotEqual(0, lanes.Sum(lane => lane.KilledWhileClosing));
    }

    [Theory]
    [InlineData("batches-early", "were acknowledged")]
    [InlineData("batches-torn", "Half a batch")]
    public void A_writer_that_acknowledges_too_early_or_tears_its_batches_is_found_out(string command, string complaint)
    {
        Exception found = Assert.ThrowsAny<Exception>(() => KillAndCheck(command, rounds: 60));
        Assert.Contains(complaint, found.ToString(), StringComparison.Ordinal);
    }

    // Kills in several files at a time, in each again and again.
    private Lane[] KillAndCheck(string command, int rounds)
    {
        int count = Math.Clamp(Environment.ProcessorCount, 2, 8);
        Lane[] lanes = [.. Enumerable.Range(0, count).Select(i => new Lane(command, Path.Combine(Folder, $"{command}{i}.db"), FaultRun.NewRandom(i)))];
        Parallel.ForEach(lanes, new ParallelOptions { MaxDegreeOfParallelism = count }, (lane, all) =>
        {
            for (int round = 0; round < rounds / count && !all.IsExceptional; round++)
            {
                lane.KillAndCheck(round);
            }
        });
        return lanes;
    }

    /// <summary>A file, and what its writers acknowledged.</summary>
    private sealed class Lane(string command, string database, Random random)
    {
        private readonly Dictionary<string, int> _expected = [];

        public int Killed { get; private set; }

        public int KilledWhileClosing { get; private set; }

        public long Acknowledged { get; private set; }

        public int Unheard { get; private set; }

        public void KillAndCheck(int round)
        {
            // Mostly one writer; sometimes two that die one after the other, the second while it may have recovered the file.
            // A name comes again after forty rounds; its items are then written over, from the first number on.
            int writers = random.Next(4) == 0 ? 2 : 1;
            ProbeProcess[] running = [.. Enumerable.Range(0, writers).Select(i => new ProbeProcess(command, database, $"r{round % 40:D2}w{i}", 1_000_000))];
            try
            {
                ProbeProcess.BeginTogether(running);
                int[] heard = [.. running.Select((writer, i) => Kill(writer, isFirst: i == 0))];
                Check(round, heard);
            }
            finally
            {
                Array.ForEach(running, writer => writer.Dispose());
            }
        }

        // Reads what the writer acknowledges up to a random moment: after some batches, or just when the log is brought home.
        private int Kill(ProbeProcess writer, bool isFirst)
        {
            int last = isFirst ? random.Next(40) : random.Next(5);
            bool atClosing = command == "batches-closing" && random.Next(3) == 0;
            int acknowledged = 0;
            string? line = null;
            while (acknowledged < last || (atClosing && line != "closing"))
            {
                line = writer.ReadLine() ?? throw new InvalidOperationException($"The writer ended by itself after {acknowledged} batches: {string.Concat(writer.Finish())}");
                acknowledged = ToNumber(line) ?? acknowledged;
            }

            Thread.Sleep(random.Next(atClosing ? 2 : 5));
            Thread.SpinWait(random.Next(50_000));
            writer.Kill();
            foreach (string rest in writer.ReadToEnd())
            {
                line = rest;
                acknowledged = ToNumber(rest) ?? acknowledged;
            }

            Killed++;
            KilledWhileClosing += line == "closing" ? 1 : 0;
            Acknowledged += acknowledged;
            return acknowledged;
        }

        private void Check(int round, int[] heard)
        {
            using KvStorage storage = CheckedStorage.Wrap(new Storage.Sqlite.SqliteStorage(database));
            ILookup<string, KvItem> found = storage.Scan(Shared, KvRange.All, Token).ToLookup(item => KvPath.GetParent(item.FullKey));
            for (int i = 0; i < heard.Length; i++)
            {
                string name = $"r{round % 40:D2}w{i}";
                int there = NumberOf(name, found);
                if (heard[i] > 0 || there != _expected.GetValueOrDefault(name))
                {
                    Assert.True(there == heard[i] || there == heard[i] + 1, $"Round {round}, {name}: {heard[i]} batches were acknowledged, {there} are there.");
                    Unheard += there - heard[i];
                    _expected[name] = there;
                }
            }

            foreach ((string name, int number) in _expected)
            {
                Assert.True(number == NumberOf(name, found), $"Round {round}: batch {number} of {name} was lost.");
            }

            Assert.Equal(_expected.Count, found.Count);
            KvDamage[] damages = [.. storage.Check(store: null, Token)];
            Assert.True(damages.Length == 0, $"Round {round}: the file fails its check: {string.Join(' ', damages.Select(damage => damage.Problem))}");
        }

        // The number that all items of a name carry; 0 if there are none.
        private static int NumberOf(string name, ILookup<string, KvItem> found)
        {
            KvItem[] items = [.. found[name]];
            if (items.Length == 0)
            {
                return 0;
            }

            int[] numbers = [.. items.Select(item => int.Parse(item.Value.Split(' ')[0], CultureInfo.InvariantCulture)).Distinct()];
            Assert.True(items.Length == BatchSize && numbers.Length == 1 && items.DistinctBy(item => item.ModRevision).Count() == 1, $"Half a batch of {name}: {items.Length} items of batches {string.Join(", ", numbers)}.");
            return numbers[0];
        }

        private static int? ToNumber(string? line) => int.TryParse(line, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
