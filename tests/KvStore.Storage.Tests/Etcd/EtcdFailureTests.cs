// Servers that are dead, silent, cut off in the middle of an answer, or killed while they lead: nothing is lost, nothing done
// twice, and nobody waits for ever.
using System.Diagnostics;
using System.Globalization;
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdFailureTests
{
    private const string Store = "failing";

    private static EtcdCluster Cluster => SharedEtcdCluster.Cluster;

    private static int FirstPort => int.Parse(Cluster.Servers.Split(',')[0].Split(':')[1], CultureInfo.InvariantCulture);

    [EtcdFact]
    public void Every_acknowledged_write_is_there_once_after_the_leader_was_killed()
    {
        const int Threads = 8;
        const int Each = 250;
        using var cluster = new EtcdCluster();
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}?retryTime=30&timeout=3");
        var acknowledged = new long[Threads * Each];
        int done = 0;
        TestThread[] writers = TestThread.Start(Threads, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                acknowledged[(thread * Each) + i] = storage.Commit($"store{thread % 4}", new KvBatch().Set($"t{thread}/{i}", $"value {i}"), default).Revision!.Value;
                Interlocked.Increment(ref done);
            }
        });
        TestThread.Await(() => Volatile.Read(ref done) >= 300, writers, "300 writes");
        int leader = cluster.FindLeader();
        cluster.Kill(leader);
        TestThread.Join(writers);

        Assert.Equal(2000, done);
        cluster.Restart(leader);
        for (int store = 0; store < 4; store++)
        {
            KvItem[] items = [.. storage.Scan($"store{store}", KvRange.All, default)];
            Assert.Equal(500, items.Length);
            Assert.All(items, item => Assert.Equal(1, item.Version));
            foreach (KvItem item in items)
            {
                string[] parts = item.FullKey[1..].Split('/');
                int index = (int.Parse(parts[0], CultureInfo.InvariantCulture) * Each) + int.Parse(parts[1], CultureInfo.InvariantCulture);
                Assert.Equal(($"value {parts[1]}", (long?)acknowledged[index]), (item.Value, item.ModRevision));
            }

            // As many revisions as writes: none was applied twice.
            Assert.Equal(500, storage.GetStore($"store{store}", default)?.Revision);
        }
    }

    [EtcdFact]
    public void A_leader_that_stands_still_and_wakes_up_again_neither_stops_writers_nor_repeats_their_writes()
    {
        using var cluster = new EtcdCluster();
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}?retryTime=30&timeout=1.5");
        storage.Commit(Store, new KvBatch().Set("counter", "0"), default);
        int leader = cluster.FindLeader();
        cluster.Freeze(leader, isStill: true);
        storage.Commit(Store, new KvBatch().Set("counter", "1"), default);
        storage.Commit(Store, new KvBatch().Set("counter", "2"), default);
        cluster.Freeze(leader, isStill: false);
        storage.Commit(Store, new KvBatch().Set("counter", "3"), default);
        cluster.WaitUntilServing();
        Assert.Equal(("3", 4L, 4L), (storage.Get(Store, "counter", default)!.Value, storage.Get(Store, "counter", default)!.Version, storage.GetStore(Store, default)!.Revision));
    }

    [EtcdFact]
    public void A_commit_whose_answer_is_lost_is_applied_once()
    {
        using var proxy = new TestProxy(FirstPort);
        using var storage = new EtcdStorage($"etcd://{proxy.Address}/lost");
        int lost = 0;
        proxy.LosesAnswer = text => text.Contains("\"compare\"", StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1;
        KvCommit commit = storage.Commit(Store, new KvBatch().RequireAbsent("a").Set("a", "1"), default);
        Assert.True(commit.Succeeded);
        Assert.Equal(2, lost);
        Assert.Equal((1L, 1L), (storage.GetStore(Store, default)!.Revision, storage.Get(Store, "a", default)!.Version));
        storage.RemoveStore(Store, default);
    }

    [EtcdFact]
    public void A_commit_whose_answer_is_lost_is_found_behind_the_commits_of_others()
    {
        using var proxy = new TestProxy(FirstPort);
        using var storage = new EtcdStorage($"etcd://{proxy.Address}/behind");
        using var other = new EtcdStorage(Cluster.Connection("behind"));
        other.Commit(Store, new KvBatch().Set("b", "1"), default);
        int seen = 0;
        proxy.LosesAnswer = text =>
        {
            if (!text.Contains("\"compare\"", StringComparison.Ordinal))
            {
                return false;
            }

            // The second attempt comes after the first was applied, and before it is looked at others commit.
            if (++seen == 2)
            {
                other.Commit(Store, new KvBatch().Set("b", "2"), default);
                other.Commit(Store, new KvBatch().Set("b", "3"), default);
            }

            return seen == 1;
        };
        Assert.Equal(2, storage.Commit(Store, new KvBatch().Set("a", "1"), default).Revision);
        Assert.Equal((2, 1L, 4L), (seen, storage.Get(Store, "a", default)!.Version, storage.GetStore(Store, default)!.Revision));
        storage.RemoveStore(Store, default);
    }

    [EtcdFact]
    public void A_commit_whose_answers_are_all_lost_says_that_it_may_have_been_applied()
    {
        using var proxy = new TestProxy(FirstPort);
        using var storage = new EtcdStorage($"etcd://{proxy.Address}/doubt?retryTime=0.5");
        proxy.LosesAnswer = text => text.Contains("\"compare\"", StringComparison.Ordinal);
        KvException e = Assert.Throws<KvException>(() => storage.Commit(Store, new KvBatch().Set("a", "1"), default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.True(e.MayBeApplied);
        Assert.Contains("is not known", e.Message, StringComparison.Ordinal);
        Assert.Equal("1", storage.Get(Store, "a", default)?.Value);
        proxy.LosesAnswer = _ => false;
        storage.RemoveStore(Store, default);
    }

    [EtcdFact]
    public void A_dead_first_server_is_passed_over()
    {
        using var storage = new EtcdStorage($"etcd://127.0.0.1:{FreePorts.Get(1)[0]},{Cluster.Servers}/dead?retryTime=0");
        storage.Commit(Store, new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", storage.Get(Store, "a", default)?.Value);
        storage.RemoveStore(Store, default);
    }

    [EtcdFact]
    public void A_silent_first_server_is_passed_over_after_the_timeout()
    {
        using var silent = new TestProxy(server: null);
        using var storage = new EtcdStorage($"etcd://{silent.Address},{Cluster.Servers}/silent?timeout=0.5&retryTime=5");
        storage.Commit(Store, new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", storage.Get(Store, "a", default)?.Value);
        storage.RemoveStore(Store, default);
    }

    [Fact]
    public void A_stopped_server_is_an_error_when_the_retry_time_is_over()
    {
        string address = $"127.0.0.1:{FreePorts.Get(1)[0]}";
        using var storage = new EtcdStorage($"etcd://me:s3cret@{address}?retryTime=0.5");
        var watch = Stopwatch.StartNew();
        KvException e = Assert.Throws<KvException>(() => storage.Commit(Store, new KvBatch().Set("a", "1"), default));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 8);
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.False(e.MayBeApplied);
        Assert.Contains(address, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_storage_says_so()
    {
        var storage = new EtcdStorage("etcd://127.0.0.1:1");
        storage.Dispose();
        KvException e = Assert.Throws<KvException>(() => storage.Get(Store, "a", default));
        Assert.Equal((KvError.StorageUnavailable, false), (e.Error, e.IsRepeatable));
        Assert.Contains("closed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_never_answers_is_an_error_in_time()
    {
        using var silent = new TestProxy(server: null);
        using var storage = new EtcdStorage($"etcd://{silent.Address}?timeout=0.4&retryTime=0.5");
        var watch = Stopwatch.StartNew();
        KvException e = Assert.Throws<KvException>(() => storage.Get(Store, "a", default));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.4, 8);
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.Contains("0.4 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_a_call_to_a_server_that_never_answers_at_once()
    {
        using var silent = new TestProxy(server: null);
        using var storage = new EtcdStorage($"etcd://{silent.Address}?timeout=60");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => storage.Commit(Store, new KvBatch().Set("a", "1"), source.Token));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.25, 30);
    }

    [Fact]
    public void Cancelling_ends_the_pauses_between_attempts()
    {
        using var storage = new EtcdStorage($"etcd://127.0.0.1:{FreePorts.Get(1)[0]}?retryTime=60");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.ThrowsAny<OperationCanceledException>(() => storage.Get(Store, "a", source.Token));
    }
}
