// Who watches sees what other processes do, each change once and in order, though connections break and watchers die.
namespace KvStore.Fault.Tests;

public sealed class WatchTests : SqliteTest
{
    private const string Shared = "shared";
    private const int Writers = 3;

    // Of one to ten changes each, 10,065 in all.
    private const int CommitsEach = 610;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public void Ten_thousand_changes_of_three_processes_on_SQLite_are_seen_once_each_in_order_by_watchers_that_are_killed_too()
    {
        KvStorage storage = Open();
        storage.CreateStore(Shared, storage.Limits, Token);
        storage.SetHistoryPeriod(Shared, TimeSpan.MaxValue, Token);
        using var steady = new Watcher(Database);
        using var mortal = new Watcher(Database, watcher => watcher.KillAndResume(), FaultRun.NewRandom());
        Check(storage, _ => Database, steady, mortal);
        Assert.NotEqual(0, mortal.Disturbances);
    }

    [Fact]
    public void Ten_thousand_changes_of_three_processes_on_etcd_are_seen_once_each_in_order_over_connections_that_break_and_by_watchers_that_are_killed()
    {
        Assert.SkipWhen(EtcdCluster.WhySkipped is not null, EtcdCluster.WhySkipped ?? "");
        string prefix = $"watched-{Guid.NewGuid():N}";
        string[] servers = SharedEtcdCluster.Cluster.Servers.Split(',');
        using var proxy = new TestProxy(int.Parse(servers[0].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        using KvStorage storage = CheckedStorage.Wrap(new Storage.Etcd.EtcdStorage(SharedEtcdCluster.Cluster.Connection(prefix)));
        using var cut = new Watcher($"etcd://{proxy.Address}/{prefix}", _ => proxy.Break(), FaultRun.NewRandom());
        using var mortal = new Watcher(SharedEtcdCluster.Cluster.Connection(prefix), watcher => watcher.KillAndResume(), FaultRun.NewRandom(part: 1));
        Check(storage, i => $"etcd://{string.Join(',', servers[i..].Concat(servers[..i]))}/{prefix}", cut, mortal);
        Assert.NotEqual(0, cut.Disturbances);
        Assert.NotEqual(0, mortal.Disturbances);
    }

    private static void Check(KvStorage storage, Func<int, string> connect, params Watcher[] watchers)
    {
        Task[] watching = [.. watchers.Select(watcher => Task.Factory.StartNew(watcher.ReadToLast, TaskCreationOptions.LongRunning))];
        List<string> written = [.. ProbeProcess.RunTogether(Writers, i => new ProbeProcess("changes", connect(i), $"p{i}", CommitsEach)).SelectMany(lines => lines)];
        Assert.True(written.Count >= 10_000, $"Only {written.Count} changes were made.");

        // What came twice at the end would come before this.
        written.Add($"{storage.Commit(Shared, new KvBatch().Set(Watcher.LastKey, "x"), Token).Revision} {Watcher.LastKey} x");
        bool isInTime = Task.WaitAll(watching, (int)Patience.TotalMilliseconds, Token);
        Assert.True(isInTime, $"Of {written.Count} changes {string.Join(" and ", watchers.Select(watcher => watcher.Seen.Count))} came within {Patience}.");
        FaultRun.Tell($"{written.Count} changes; disturbances: {string.Join(" and ", watchers.Select(watcher => watcher.Disturbances))}.");
        Assert.All(watchers, watcher => Assert.Null(WatchChecker.FindViolation(written, watcher.Seen)));
    }

    /// <summary>A watch in another process, disturbed now and then.</summary>
    private sealed class Watcher : IDisposable
    {
        public const string LastKey = "the-last";

        private readonly string _connection;
        private readonly Action<Watcher>? _disturb;
        private readonly Random? _random;
        private ProbeProcess _process;

        /// <summary>Begins to watch.</summary>
        public Watcher(string connection, Action<Watcher>? disturb = null, Random? random = null)
        {
            (_connection, _disturb, _random) = (connection, disturb, random);
            _process = Start(from: "-");
        }

        public List<string> Seen { get; } = [];

        public int Disturbances { get; private set; }

        /// <summary>Reads what the watch sees, up to the change of the last key.</summary>
        public void ReadToLast()
        {
            int left = NextDisturbance();
            while (Seen.Count == 0 || Seen[^1].Split(' ')[1] != LastKey)
            {
                Seen.Add(_process.ReadLine() ?? throw new InvalidOperationException($"The watch ended: {string.Join(' ', _process.Finish())}"));
                if (--left == 0)
                {
                    _disturb?.Invoke(this);
                    Disturbances++;
                    left = NextDisturbance();
                }
            }
        }

        /// <summary>Kills the process, and lets another go on from the last revision that was seen.</summary>
        public void KillAndResume()
        {
            _process.Kill();
            _process.Dispose();

            // Perhaps only some changes of that revision were seen: all of them come again.
            long last = WatchChecker.RevisionOf(Seen[^1]);
            Seen.RemoveAll(line => WatchChecker.RevisionOf(line) == last);
            _process = Start($"{last}");
        }

        public void Dispose() => _process.Dispose();

        private int NextDisturbance() => _random?.Next(500, 3000) ?? -1;

        private ProbeProcess Start(string from)
        {
            var process = new ProbeProcess("watch", _connection, from, int.MaxValue);
            ProbeProcess.BeginTogether(process);
            return process.ReadLine() == "watching" ? process : throw new InvalidOperationException($"The watch did not begin: {string.Join(' ', process.Finish())}");
        }
    }
}
