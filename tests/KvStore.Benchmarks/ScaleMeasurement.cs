// What a storage becomes like when it is filled: the cost of a million items, and whether getting and listing stay as quick.
using System.Diagnostics;
using System.Globalization;
using KvStore.Storage.Etcd;
using KvStore.Storage.Fixtures;
using KvStore.Storage.Sqlite;

namespace KvStore.Benchmarks;

/// <summary>Fills two databases of a kind, a small one and a large one, and compares them in turns.</summary>
internal static class ScaleMeasurement
{
    private const string Store = "myKV";

    /// <summary>Measures: <c>scale sqlite|postgresql|etcd small large</c>.</summary>
    public static void Run(string[] args)
    {
        int small = int.Parse(args[1], CultureInfo.InvariantCulture);
        int large = int.Parse(args[2], CultureInfo.InvariantCulture);
        switch (args[0])
        {
            case "sqlite":
                MeasureSqlite(small, large);
                break;
            case "postgresql":
                MeasurePostgreSql(small, large);
                break;
            case "etcd":
                MeasureEtcd(small, large);
                break;
            default:
                throw new ArgumentException("scale sqlite|postgresql|etcd <small> <large>", nameof(args));
        }
    }

    private static void MeasureSqlite(int small, int large)
    {
        string folder = Directory.CreateTempSubdirectory("kvstore-scale-").FullName;
        try
        {
            Measure(
                [small, large],
                items => CheckedStorage.Wrap(new SqliteStorage($"sqlite:///{folder}/{items}.db")),
                items => new FileInfo($"{folder}/{items}.db").Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void MeasurePostgreSql(int small, int large)
    {
        using var server = new PostgreSqlServer();
        (string smallDatabase, string largeDatabase) = (server.NewDatabase(), server.NewDatabase());
        Measure(
            [small, large],
            items => CheckedStorage.Wrap(server.Open(items == small ? smallDatabase : largeDatabase, timeout: 1000)),
            items => long.Parse(server.Query(DatabaseServer.DatabaseOf(items == small ? smallDatabase : largeDatabase), "SELECT pg_database_size(current_database())"), CultureInfo.InvariantCulture));
    }

    // All members of a cluster share their quota: the large one holds both. Three members that share a disk may pause for long.
    private static void MeasureEtcd(int small, int large)
    {
        using var cluster = new EtcdCluster(3, certificates: null, "--quota-backend-bytes", "8589934592", "--auto-compaction-retention", "0");
        Measure(
            [small, large],
            items => CheckedStorage.Wrap(new EtcdStorage(cluster.Connection($"scale{items}"), timeout: TimeSpan.FromSeconds(60), retryTime: TimeSpan.FromSeconds(120))),
            items => items * long.Parse(
                cluster.Ctl("endpoint", "status", "-w", "fields").Split('\n').First(line => line.StartsWith("\"DBSize\"", StringComparison.Ordinal)).Split(" : ")[1],
                CultureInfo.InvariantCulture) / (small + large));
    }

    private static void Measure(int[] sizes, Func<int, KvStorage> open, Func<int, long> getBytes)
    {
        double[] seconds = [.. sizes.Select(size =>
        {
            // Closed after the load, so that what it left to be done later (SQLite's log) is done, and counts.
            var watch = Stopwatch.StartNew();
            using (KvStorage storage = open(size))
            {
                Fill(storage, size);
            }

            return watch.Elapsed.TotalSeconds;
        })];
        KvStorage[] storages = [.. sizes.Select(open)];
        for (int i = 0; i < sizes.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sizes[i]} items: {seconds[i]:f1} s, {seconds[i] / sizes[i] * 1e6:f1} s a million, {getBytes(sizes[i]) / (double)sizes[i]:f0} bytes an item, peak memory {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load, per item: {seconds[1] / sizes[1] / (seconds[0] / sizes[0]):f2} of the small one's time"));

        // Both from memory: what the system's cache holds after a load is a matter of chance.
        double[] scans = [.. sizes.Select((size, i) => Watch.Time(() => Watch.Expect(size, storages[i].Scan(Store, KvRange.All, default).Count())) / size)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"scan of the whole, per item: {scans[1] / scans[0]:f2} of the small one's time"));
        var random = new Random(Seed: 1);
        Compare("get", storages, sizes, (storage, size) => _ = storage.Get(Store, BenchmarkData.GetKey(random.Next(size)), default) ?? throw new InvalidOperationException("An item is missing."));
        Compare("listing of a namespace of 100", storages, sizes, (storage, size) =>
        {
            int count = storage.GetChildren(Store, BenchmarkData.GetNamespace(random.Next(size / BenchmarkData.KeysPerNamespace)), default).Count();
            if (count != BenchmarkData.KeysPerNamespace)
            {
                throw new InvalidOperationException($"{count} children.");
            }
        });
        Compare("first 10 of the namespaces beside each other", storages, sizes, (storage, _) => _ = storage.GetChildren(Store, "hosts", default).Take(10).Count());
        Compare("put", storages, sizes, (storage, size) => storage.Commit(Store, new KvBatch().Set(BenchmarkData.GetKey(random.Next(size)), Guid.NewGuid().ToString()), default).ThrowIfFailed(), turns: 41);
        Array.ForEach(storages, storage => storage.Dispose());
    }

    private static void Fill(KvStorage storage, int items)
    {
        var data = new BenchmarkData(1);
        var watch = Stopwatch.StartNew();
        long reported = 0;
        IEnumerable<(string Key, string Value)> source = Enumerable.Range(0, items).Select(i =>
        {
            if (i > 0 && i % 1_000_000 == 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {i}: {(watch.ElapsedMilliseconds - reported) / 1000.0:f1} s for the last million"));
                reported = watch.ElapsedMilliseconds;
            }

            return (BenchmarkData.GetKey(i), data.GetValue(i, turn: 0));
        });
        if (storage.Capabilities.HasFlag(KvCapabilities.Loading))
        {
            storage.Load(BenchmarkData.Entries(Store, source), KvLoadMode.Replace, default);
            return;
        }

        foreach ((string Key, string Value)[] part in source.Chunk(Math.Min(storage.MaximumBatchCount, 1000)))
        {
            var batch = new KvBatch();
            Array.ForEach(part, item => batch.Set(item.Key, item.Value));
            storage.Commit(Store, batch, default).ThrowIfFailed();
        }
    }

    private static void Compare(string what, KvStorage[] storages, int[] sizes, Action<KvStorage, int> operation, int turns = 301)
    {
        const int Operations = 10;
        double[] ratios = [.. Enumerable.Range(0, turns).Select(_ => Time(1) / Time(0)).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {ratios[turns / 2]:f2} of the small one's time ({ratios[turns / 4]:f2} to {ratios[turns * 3 / 4]:f2})"));

        double Time(int index)
        {
            var watch = Stopwatch.StartNew();
            for (int i = 0; i < Operations; i++)
            {
                operation(storages[index], sizes[index]);
            }

            return watch.Elapsed.TotalMilliseconds;
        }
    }
}
