// A machine is never quiet: contenders work in turns, each turn gives a ratio, and the median of the ratios counts.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using KvStore.Storage.Sqlite;

namespace KvStore.Benchmarks;

/// <summary>Compares the SQLite storage and memory with what a user might pick instead, and prints a table of ratios.</summary>
/// <param name="args">Parts of the names of the rows to measure; all if there are none.</param>
internal sealed class StorageComparison(string[] args)
{
    public const string Store = StorageContender.Store;
    private const int Items = 100_000;

    // So few that most turns are over before the system gives the processor to somebody else.
    private const int Slice = 50;
    private const string SameTable = "C, same table";
    private const string BareTable = "C, bare table";
    private const string Ado = "Microsoft.Data.Sqlite, new commands";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly BenchmarkData _data = new(Items);
    private readonly string _folder = Directory.CreateTempSubdirectory("kvstore-benchmark-").FullName;

    /// <summary>Measures and prints.</summary>
    public void Run()
    {
        try
        {
            Console.WriteLine("| Operation | Against | KvStore's speed / the other's | Middle half of the turns | Target |");
            Console.WriteLine("|---|---|---|---|---|");
            CompareOnFiles();
            CompareWriters();
            CompareMemory();
            CompareStart();
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static double[] Sort(IEnumerable<double> ratios) => [.. ratios.Order()];

    private static void Print(string operation, string against, double[] sorted, double? target)
    {
        string goal = target?.ToString(CultureInfo.InvariantCulture) ?? "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {operation} | {against} | {sorted[sorted.Length / 2]:f2} | {sorted[sorted.Length / 4]:f2} to {sorted[sorted.Length * 3 / 4]:f2} | {goal} |"));
    }

    private bool IsWanted(string operation) => args.Length == 0 || args.Any(arg => operation.Contains(arg, StringComparison.OrdinalIgnoreCase));

    private void CompareOnFiles()
    {
        using var own = new StorageContender(new SqliteStorage($"sqlite:///{_folder}/own.db"), _data);
        var inside = new Dictionary<string, IContender>();
        var outside = new Dictionary<string, IContender>();
        own.Load(0, Items, turn: 0);
        if (NativeContender.IsThere)
        {
            inside.Add(SameTable, new NativeContender($"{_folder}/same.db", NativeContender.SameTable, _data));
            inside.Add(BareTable, new NativeContender($"{_folder}/bare.db", NativeContender.BareTable, _data));
        }

        inside.Add(Ado, new AdoContender($"{_folder}/ado.db", _data));
        if (LmdbContender.IsThere)
        {
            inside.Add("LMDB", new LmdbContender($"{_folder}/lmdb", _data));
        }

        File.WriteAllLines($"{_folder}/keys", _data.Shuffled);
        ProcessContender.Add(outside, _folder, _data);
        Dictionary<string, IContender> others = inside.Concat(outside).ToDictionary();
        foreach (IContender other in others.Values)
        {
            other.Load(0, Items, turn: 0);
        }

        var gets = new Dictionary<string, double?> { [SameTable] = 0.8, [Ado] = 2.5 };
        Compare("get", own, inside, 1001, gets, (contender, turn) => contender.Get(turn * Slice % Items, Slice));
        Compare("get", own, outside, 101, [], (contender, turn) => contender.Get(turn * 500 % Items, 500));
        CompareSnapshot(others);
        MeasureAllocation(own);
        Compare("scan of a prefix", own, others, 15, new() { [SameTable] = 0.35 }, (contender, _) => contender.Scan());
        Compare("durable put", own, others, 61, new() { [SameTable] = 0.9 }, (contender, turn) => contender.Put(turn * 10 % Items, 10, turn));
        Compare("batch load over existing items", own, others, 9, new() { [SameTable] = 0.8 }, (contender, turn) => contender.Load(0, Items / 2, turn));
        Compare("batch load of new items", own, others, 9, new() { [SameTable] = 0.8 }, (contender, turn) =>
        {
            contender.Clear();
            return contender.Load(0, Items / 2, turn);
        });
        foreach (IContender other in others.Values)
        {
            other.Dispose();
        }
    }

    private void Compare(string operation, IContender own, Dictionary<string, IContender> others, int turns, Dictionary<string, double?> targets, Func<IContender, int, double> work)
    {
        if (!IsWanted(operation))
        {
            return;
        }

        // Until the runtime has compiled what it finds hot. Each other contender works between two of ours: what is slow for a while is slow for both.
        var ratios = others.Keys.ToDictionary(name => name, _ => new List<double>());
        var warmUp = Stopwatch.StartNew();
        int turn = 1;
        for (; warmUp.Elapsed < WarmUp; turn++)
        {
            work(own, turn);
            others.Values.ToList().ForEach(other => work(other, turn));
        }

        for (int last = turn + turns; turn < last; turn++)
        {
            foreach ((string name, IContender other) in others)
            {
                double ours = work(own, turn);
                ratios[name].Add(work(other, turn) / ours);
            }
        }

        foreach ((string name, List<double> found) in ratios)
        {
            Print(operation, name, Sort(found), targets.GetValueOrDefault(name));
        }
    }

    /// <summary>Gets within one read transaction, as a listing makes them: the storage has no other use for it.</summary>
    private void CompareSnapshot(Dictionary<string, IContender> others)
    {
        if (!IsWanted("get in a snapshot") || !others.TryGetValue(SameTable, out IContender? native))
        {
            return;
        }

        using Session session = new DatabaseFile($"{_folder}/own.db", SqliteSettings.Create("FULL", 30), Schema.Current).OpenForReading(out _)!;
        var c = (NativeContender)native;
        IEnumerable<double> ratios = Enumerable.Range(0, 601).Select(turn =>
        {
            int first = turn * Slice % Items;
            session.Begin();
            double own = Watch.Time(() =>
            {
                for (int i = first; i < first + Slice; i++)
                {
                    session.Get(Store, _data.Shuffled[i]);
                }
            });
            session.Rollback();
            c.Execute("BEGIN");
            double theirs = c.Get(first, Slice);
            c.Execute("COMMIT");
            return theirs / own;
        });
        Print("get in a snapshot", SameTable, Sort(ratios.Skip(100)), 0.7);
    }

    private void MeasureAllocation(StorageContender own)
    {
        if (!IsWanted("allocation"))
        {
            return;
        }

        const int Count = 10_000;
        own.Get(0, Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        own.Get(0, Count);
        double perGet = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Count;

        // Text of 100 characters: its head, its length, two bytes for each and the end.
        const int Text = 8 + 8 + 4 + (2 * BenchmarkData.ValueSize) + 2 + 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| allocation of a get | the value's text of {Text} bytes | {perGet - Text:f0} bytes more | | 64 bytes |"));
    }

    private void CompareWriters()
    {
        if (!IsWanted("writers"))
        {
            return;
        }

        using var own = new StorageContender(new SqliteStorage($"sqlite:///{_folder}/writers.db"), _data);
        own.Load(0, Items, turn: 0);
        var ratios = new Dictionary<int, List<double>> { [8] = [], [64] = [] };
        for (int turn = -1; turn <= 25; turn++)
        {
            foreach ((int writers, List<double> found) in ratios)
            {
                double one = own.Put(0, 40, turn + 2) / 40;
                int each = 320 / writers;
                double all = Watch.Time(() => RunTogether(writers, writer => own.Put(writer * each, each, turn + 2))) / (writers * each);
                if (turn > 0)
                {
                    found.Add(one / all);
                }
            }
        }

        Print("durable puts of 8 writers", "one writer", Sort(ratios[8]), 2.5);
        Print("durable puts of 64 writers", "one writer", Sort(ratios[64]), 3.5);
    }

    private static void RunTogether(int count, Action<int> work)
    {
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => work(i)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private void CompareMemory()
    {
        if (!IsWanted("memory"))
        {
            return;
        }

        using var own = new StorageContender(new MemoryStorage(), _data);
        own.Load(0, Items, turn: 0);
        var dictionary = new ConcurrentDictionary<string, string>(_data.Keys.Select((key, i) => KeyValuePair.Create(key, _data.GetValue(i, 0))), StringComparer.Ordinal);
        IEnumerable<double> ratios = Enumerable.Range(0, 1001).Select(turn =>
        {
            int first = turn * 2000 % Items;
            double ours = own.Get(first, 2000);
            return Watch.Time(() =>
            {
                int found = 0;
                for (int i = first; i < first + 2000; i++)
                {
                    found += dictionary.TryGetValue(_data.Shuffled[i], out string? value) && value.Length == BenchmarkData.ValueSize ? 1 : 0;
                }

                Watch.Expect(2000, found);
            }) / ours;
        });
        Print("get from memory", "ConcurrentDictionary", Sort(ratios.Skip(200)), 0.5);
    }

    private void CompareStart()
    {
        if (!IsWanted("first get"))
        {
            return;
        }

        using (var own = new StorageContender(new SqliteStorage($"sqlite:///{_folder}/first.db"), _data))
        {
            own.Load(0, Items, turn: 0);
        }

        using (var ado = new AdoContender($"{_folder}/first-ado.db", _data))
        {
            ado.Load(0, Items, turn: 0);
        }

        var own15 = new List<double>();
        var ratios = new List<double>();
        for (int turn = 0; turn < 15; turn++)
        {
            own15.Add(StartAndGet("kvstore", $"{_folder}/first.db"));
            ratios.Add(StartAndGet("ado", $"{_folder}/first-ado.db") / own15[^1]);
        }

        Print("first get after Main", "Microsoft.Data.Sqlite", Sort(ratios), null);
        double[] sorted = Sort(own15);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| first get after Main | a clock | {sorted[7]:f0} ms | {sorted[3]:f0} to {sorted[11]:f0} | 80 ms |"));
    }

    private static double StartAndGet(string contender, string file)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(FirstGet).Assembly.Location);
        }

        start.ArgumentList.Add("first-get");
        start.ArgumentList.Add(contender);
        start.ArgumentList.Add(file);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
