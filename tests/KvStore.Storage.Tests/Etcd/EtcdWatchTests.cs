// A watch on servers that are killed, stand still or are compacted: nothing is lost, nothing comes twice, and what cannot be had
// any more is an error.
using System.Globalization;
using System.Text.Json;
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdWatchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(Patience * 5);

    // A store that vanished goes on counting its revisions: each test has one of its own.
    private readonly string _store = $"watch{Guid.NewGuid():N}"[..14];

    private static EtcdCluster Cluster => SharedEtcdCluster.Cluster;

    private static int FirstPort => int.Parse(Cluster.Servers.Split(',')[0].Split(':')[1], CultureInfo.InvariantCulture);

    public void Dispose() => _limit.Dispose();

    [EtcdFact]
    public void Ten_thousand_changes_of_three_connections_are_seen_once_each_in_order_though_members_die_and_stand_still()
    {
        const int Writers = 3;
        const int Commits = 334;
        const int Size = 10;
        const string Options = "?retryTime=30&timeout=2";
        using var cluster = new EtcdCluster();
        string[] servers = cluster.Servers.Split(',');
        int leader = cluster.FindLeader();

        // The watch begins at the leader, which is killed; the writers too.
        string[] leaderFirst = [servers[leader], servers[(leader + 1) % 3], servers[(leader + 2) % 3]];
        EtcdStorage[] storages = [.. Enumerable.Range(0, Writers + 1).Select(_ => new EtcdStorage($"etcd://{string.Join(',', leaderFirst)}/{Options}"))];
        using IEnumerator<KvChange> changes = storages[Writers].Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        int done = 0;
        var written = new (int Writer, int Commit)[(Writers * Commits) + 1];
        TestThread[] writers = TestThread.Start(Writers, writer =>
        {
            for (int i = 0; i < Commits; i++)
            {
                var batch = new KvBatch();
                for (int n = Size - 1; n >= 0; n--)
                {
                    batch.Set($"w{writer}/{n}", $"{i}");
                }

                written[storages[writer].Commit(_store, batch, default).Revision!.Value] = (writer, i);
                Interlocked.Increment(ref done);
            }
        });
        TestThread disturber = TestThread.Start(() =>
        {
            TestThread.Await(() => Volatile.Read(ref done) >= 250, writers, "250 commits");
            cluster.Kill(leader);
            TestThread.Await(() => Volatile.Read(ref done) >= 500, writers, "500 commits");
            cluster.Restart(leader);
            cluster.WaitUntilServing();
            int next = (leader + 1) % 3;
            cluster.Freeze(next, isStill: true);
            TestThread.Await(() => Volatile.Read(ref done) >= 750, writers, "750 commits");
            cluster.Freeze(next, isStill: false);
        });
        var seen = new List<KvChange>();
        try
        {
            while (seen.Count < Writers * Commits * Size && changes.MoveNext())
            {
                seen.Add(changes.Current);
            }
        }
        finally
        {
            // Why a writer failed tells more than that its changes did not come.
            TestThread.Join([.. writers, disturber]);
        }

        for (int i = 0; i < seen.Count; i++)
        {
            int revision = (i / Size) + 1;
            (int writer, int commit) = written[revision];
            Assert.Equal((revision, KvChangeKind.Set, $"w{writer}/{i % Size}", $"{commit}"), ((int)seen[i].Revision, seen[i].Kind, seen[i].FullKey, seen[i].Value));
        }

        // And nothing comes behind them but the next change.
        storages[0].Commit(_store, new KvBatch().Set("last", "x"), default);
        Assert.True(changes.MoveNext());
        Assert.Equal("last", changes.Current.FullKey);
        Array.ForEach(storages, storage => storage.Dispose());
    }

    [EtcdFact]
    public void Connections_that_break_all_the_time_lose_no_change_and_give_none_twice()
    {
        using var proxy = new TestProxy(FirstPort);
        using var watched = new EtcdStorage($"etcd://{proxy.Address}/breaking");
        using var storage = new EtcdStorage(Cluster.Connection("breaking"));
        using IEnumerator<KvChange> changes = watched.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        for (int i = 0; i < 100; i++)
        {
            storage.Commit(_store, new KvBatch().Set("a", $"{i}"), default);
            if (i % 10 == 9)
            {
                proxy.Break();
            }

            // It is behind by up to five changes when the connection breaks.
            if (i % 5 == 4)
            {
                for (int n = i - 4; n <= i; n++)
                {
                    Assert.True(changes.MoveNext());
                    Assert.Equal((n + 1L, $"{n}"), (changes.Current.Revision, changes.Current.Value));
                }
            }
        }

        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_connection_that_looks_whole_and_brings_nothing_is_replaced()
    {
        using var proxy = new TestProxy(FirstPort) { MayFallSilent = text => text.Contains("create_request", StringComparison.Ordinal) };
        using var watched = new EtcdStorage($"etcd://{proxy.Address},{Cluster.Servers}/silent?timeout=1");
        using var storage = new EtcdStorage(Cluster.Connection("silent"));
        using IEnumerator<KvChange> changes = watched.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Assert.True(changes.MoveNext());
        proxy.IsSilent = true;
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        storage.Commit(_store, new KvBatch().Set("a", "3"), default);
        Assert.Equal(["2", "3"], Take(changes, 2).Select(change => change.Value));
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_watch_goes_on_when_its_member_stands_still()
    {
        using var cluster = new EtcdCluster();
        string[] servers = cluster.Servers.Split(',');
        int follower = (cluster.FindLeader() + 1) % 3;
        string[] others = [.. servers.Where((_, i) => i != follower)];
        using var watched = new EtcdStorage($"etcd://{servers[follower]},{string.Join(',', others)}?timeout=1&retryTime=30");
        using var storage = new EtcdStorage($"etcd://{string.Join(',', others)}?retryTime=30");
        using IEnumerator<KvChange> changes = watched.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", Take(changes, 1)[0].Value);
        cluster.Freeze(follower, isStill: true);
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        Assert.Equal("2", Take(changes, 1)[0].Value);
        cluster.Freeze(follower, isStill: false);
        storage.Commit(_store, new KvBatch().Set("a", "3"), default);
        Assert.Equal("3", Take(changes, 1)[0].Value);
    }

    [EtcdFact]
    public void A_watch_without_any_server_is_an_error_when_the_retry_time_is_over()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}?retryTime=0.5&timeout=1");
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Take(changes, 1);
        cluster.Kill(0);
        Assert.Equal(KvError.StorageUnavailable, Assert.Throws<KvException>(() => changes.MoveNext()).Error);
    }

    [EtcdFact]
    public void A_watch_of_a_storage_that_is_closed_ends_with_an_error()
    {
        var storage = new EtcdStorage(Cluster.Connection("closing"));
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Take(changes, 1);
        storage.RemoveStore(_store, default);
        Take(changes, 1);
        TestThread closing = TestThread.Start(() =>
        {
            Thread.Sleep(100);
            storage.Dispose();
        });
        KvException e = Assert.Throws<KvException>(() => changes.MoveNext());
        TestThread.Join(closing);
        Assert.Contains("closed", e.Message, StringComparison.Ordinal);
    }

    [EtcdFact]
    public void Changes_that_were_compacted_while_nobody_looked_are_an_error_and_a_quiet_store_loses_nothing()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        using IEnumerator<KvChange> missing = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        storage.Commit(_store, new KvBatch().Delete("a").Set("b", "3"), default);
        using IEnumerator<KvChange> quiet = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit("other", new KvBatch().Set("a", "2"), default);
        storage.Commit("other", new KvBatch().Set("a", "3"), default);
        Compact(cluster);
        KvException e = Assert.Throws<KvException>(() => missing.MoveNext());
        Assert.Equal(KvError.RevisionGone, e.Error);
        Assert.Contains(_store, e.Message, StringComparison.Ordinal);

        storage.Commit("other", new KvBatch().Set("a", "4"), default);
        storage.Commit(_store, new KvBatch().Set("a", "4"), default);
        KvChange change = Take(quiet, 1)[0];
        Assert.Equal((4L, "4"), (change.Revision, change.Value));
    }

    [EtcdFact]
    public void A_delete_at_the_very_revision_that_etcd_was_compacted_to_is_not_passed_over()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Delete("a"), default);
        Compact(cluster);
        Assert.Equal(KvError.RevisionGone, Assert.Throws<KvException>(() => changes.MoveNext()).Error);
    }

    [EtcdFact]
    public void A_watch_from_any_revision_gives_all_that_came_since()
    {
        using var storage = new EtcdStorage(Cluster.Connection("from"));
        for (int i = 1; i <= 20; i++)
        {
            storage.Commit(_store, new KvBatch().Set($"n{i % 3}/a", $"{i}").Set($"n{i % 3}/b", $"{i}"), default);
            for (int n = 0; n < i % 4; n++)
            {
                storage.Commit($"{_store}x", new KvBatch().Set("a", $"{i}"), default);
            }
        }

        for (int from = 0; from <= 20; from++)
        {
            using IEnumerator<KvChange> changes = storage.Watch(_store, "", from, _limit.Token).GetEnumerator();
            int[] revisions = [.. Enumerable.Range(Math.Max(from, 1), 21 - Math.Max(from, 1))];
            Assert.Equal(
                revisions.SelectMany(revision => new[] { $"{revision} n{revision % 3}/a = {revision}", $"{revision} n{revision % 3}/b = {revision}" }),
                Take(changes, 2 * revisions.Length).Select(change => $"{change.Revision} {change.FullKey} = {change.Value}"));
        }

        using IEnumerator<KvChange> beneath = storage.Watch(_store.ToUpperInvariant(), "n1", fromRevision: 15, _limit.Token).GetEnumerator();
        Assert.Equal([16L, 16L, 19L, 19L], Take(beneath, 4).Select(change => change.Revision));

        // From a revision that is still to come, nothing before it.
        using IEnumerator<KvChange> later = storage.Watch(_store, "", fromRevision: 22, _limit.Token).GetEnumerator();
        storage.Commit(_store, new KvBatch().Set("c", "21"), default);
        storage.Commit(_store, new KvBatch().Set("c", "22"), default);
        Assert.Equal("22", Take(later, 1)[0].Value);
        storage.RemoveStore(_store, default);
        storage.RemoveStore($"{_store}x", default);
    }

    [EtcdFact]
    public void A_watch_from_a_compacted_revision_is_an_error_and_from_the_one_after_it_is_not()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        for (int i = 1; i <= 5; i++)
        {
            storage.Commit(_store, new KvBatch().Set("a", $"{i}"), default);
        }

        Compact(cluster);
        storage.Commit(_store, new KvBatch().Set("a", "6"), default);
        storage.Commit(_store, new KvBatch().Set("a", "7"), default);
        for (int from = 0; from <= 5; from++)
        {
            KvException e = Assert.Throws<KvException>(() => storage.Watch(_store, "", from, _limit.Token));
            Assert.Equal(KvError.RevisionGone, e.Error);
            Assert.Contains("--auto-compaction", e.Message, StringComparison.Ordinal);
        }

        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: 6, _limit.Token).GetEnumerator();
        Assert.Equal(["6", "7"], Take(changes, 2).Select(change => change.Value));
    }

    [EtcdFact]
    public void A_commit_larger_than_an_answer_of_etcd_comes_whole()
    {
        using var storage = new EtcdStorage(Cluster.Connection("large"));
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        for (int revision = 1; revision <= 2; revision++)
        {
            var batch = new KvBatch();
            for (int i = 249; i >= 0; i--)
            {
                batch.Set($"key{i:D3}", new string((char)('a' + revision), 4000));
            }

            storage.Commit(_store, batch, default);
            KvChange[] taken = Take(changes, 250);
            Assert.Equal(Enumerable.Range(0, 250).Select(i => $"key{i:D3}"), taken.Select(change => change.FullKey));
            Assert.All(taken, change => Assert.Equal((revision, 4000, (char)('a' + revision)), ((int)change.Revision, change.Value!.Length, change.Value[0])));
        }

        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_load_in_several_parts_comes_in_several_revisions_whose_numbers_have_no_gap()
    {
        using var storage = new EtcdStorage(Cluster.Connection("loaded"));
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        var batch = new KvBatch();
        for (int i = 0; i < 600; i++)
        {
            batch.Set($"key{i:D3}", new string('x', 4000));
        }

        storage.Load([new KvStoreEntry(_store), .. batch.Sets.Select(set => new KvItemEntry(set))], KvLoadMode.Merge, default);
        KvChange[] taken = Take(changes, 600);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"key{i:D3}"), taken.Select(change => change.FullKey));
        long last = storage.GetStore(_store, default)!.Revision!.Value;
        Assert.InRange(last, 2, 10);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(revision => (long)revision), taken.Select(change => change.Revision).Distinct());
        storage.RemoveStore(_store, default);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"{last + 1} Deleted /key{i:D3}"), Take(changes, 600).Select(change => change.ToString()));
    }

    [EtcdFact]
    public void A_store_that_comes_back_under_another_spelling_is_shown_so()
    {
        using var storage = new EtcdStorage(Cluster.Connection("spelled"));
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        string other = _store.ToUpperInvariant();
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Assert.Equal(_store, Take(changes, 1)[0].Store);
        storage.RemoveStore(_store, default);
        storage.Commit(other, new KvBatch().Set("a", "1"), default);
        Assert.Equal(other, Take(changes, 2)[1].Store);
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void What_other_programs_put_and_delete_is_seen()
    {
        using var storage = new EtcdStorage(Cluster.Connection("hand"));
        storage.Commit(_store.ToUpperInvariant(), new KvBatch().Set("ours", "1"), default);
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        Cluster.Ctl("put", $"/hand/{_store}/items/theirs", "x");
        Cluster.Ctl("put", $"/hand/{_store}/items/ours", "2");
        Cluster.Ctl("del", $"/hand/{_store}/items/theirs");
        storage.Commit(_store, new KvBatch().Set("ours", "3"), default);
        KvChange[] taken = Take(changes, 4);
        Assert.Equal(["1 Set /theirs = x", "1 Set /ours = 2", "1 Deleted /theirs", "2 Set /ours = 3"], taken.Select(change => change.ToString()));
        Assert.Equal([null, 1L, null, 2L], taken.Select(change => change.Version));
        Assert.All(taken, change => Assert.Equal(_store.ToUpperInvariant(), change.Store));
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void An_expired_item_goes_with_its_lease_and_one_that_was_set_anew_stays()
    {
        using var storage = new EtcdStorage(Cluster.Connection("expiring"));
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();

        // Long enough for the two commits, on a busy machine too.
        DateTimeOffset expires = DateTimeOffset.UtcNow.AddSeconds(6);
        storage.Commit(_store, new KvBatch().Set("goes", "1", expires).Set("stays", "1", expires).Set("taken", "1", expires), default);
        storage.Commit(_store, new KvBatch().Set("stays", "2").Delete("taken"), default);
        KvChange[] taken = Take(changes, 6);
        Assert.Equal(
            ["1 Set /goes = 1", "1 Set /stays = 1", "1 Set /taken = 1", "2 Set /stays = 2", "2 Deleted /taken", "2 Expired /goes"],
            taken.Select(change => change.ToString()));
        Assert.Equal(taken[0].Item!.Expires, taken[5].Time);
        Assert.Equal(["stays"], storage.Scan(_store, KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(2, storage.GetStore(_store, default)?.Revision);

        // The lease is gone from etcd, and what hung on it; what was set anew hung on it no longer.
        string left = Cluster.Ctl("get", "--prefix", "--keys-only", $"/expiring/{_store}/");
        Assert.DoesNotContain("goes", left, StringComparison.Ordinal);
        Assert.Contains("items/stays", left, StringComparison.Ordinal);
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void Items_that_expire_at_about_the_same_time_share_a_lease()
    {
        using var storage = new EtcdStorage(Cluster.Connection("leases"));
        DateTimeOffset expires = DateTimeOffset.UtcNow.AddHours(1);
        for (int i = 0; i < 20; i++)
        {
            storage.Commit(_store, new KvBatch().Set($"a{i}", "1", expires.AddSeconds(i)), default);
        }

        using var found = JsonDocument.Parse(Cluster.Ctl("get", "--prefix", $"/leases/{_store}/items/", "-w", "json"));
        long[] leases = [.. found.RootElement.GetProperty("kvs").EnumerateArray().Select(entry => entry.GetProperty("lease").GetInt64())];
        Assert.Equal(20, leases.Length);
        Assert.InRange(leases.Distinct().Count(), 1, 2);
        Assert.DoesNotContain(0L, leases);
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_watch_needs_permission_and_outlives_its_token()
    {
        using var cluster = new EtcdCluster(size: 1, certificates: null, "--auth-token-ttl", "1", "--bcrypt-cost", "4");
        cluster.Ctl("user", "add", "root:secret");
        cluster.Ctl("user", "grant-role", "root", "root");
        cluster.Ctl("role", "add", "kv");
        cluster.Ctl("role", "grant-permission", "--prefix", "kv", "readwrite", "/kvstore/");
        cluster.Ctl("user", "add", "me:secret");
        cluster.Ctl("user", "grant-role", "me", "kv");
        cluster.Ctl("auth", "enable");
        using var proxy = new TestProxy(int.Parse(cluster.Servers.Split(':')[1], CultureInfo.InvariantCulture));
        using var storage = new EtcdStorage($"etcd://me:secret@{proxy.Address}");
        using IEnumerator<KvChange> changes = storage.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();

        // The token ends after a second without use: the watch must begin, and begin again, with another.
        Thread.Sleep(2500);
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", Take(changes, 1)[0].Value);
        Thread.Sleep(2500);
        proxy.Break();
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        Assert.Equal("2", Take(changes, 1)[0].Value);

        using var elsewhere = new EtcdStorage($"etcd://me:secret@{cluster.Servers}/elsewhere");
        Assert.Equal(KvError.AccessDenied, Assert.Throws<KvException>(() => elsewhere.Watch(_store, "", fromRevision: null, _limit.Token).First()).Error);
    }

    [EtcdFact]
    public void A_quiet_watch_does_not_fall_behind()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var proxy = new TestProxy(int.Parse(cluster.Servers.Split(':')[1], CultureInfo.InvariantCulture));
        using var watched = new EtcdStorage($"etcd://{proxy.Address}?timeout=0.2");
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        var begun = new List<long>();
        proxy.LosesAnswer = text =>
        {
            int found = text.IndexOf("\"start_revision\":\"", StringComparison.Ordinal);
            if (found >= 0)
            {
                begun.Add(long.Parse(text[(found + 18)..].Split('"')[0], CultureInfo.InvariantCulture));
            }

            return false;
        };
        using IEnumerator<KvChange> changes = watched.Watch(_store, "", fromRevision: null, _limit.Token).GetEnumerator();
        TestThread reader = TestThread.Start(() => changes.MoveNext());
        for (int i = 0; i < 20; i++)
        {
            storage.Commit("other", new KvBatch().Set("a", $"{i}"), default);
        }

        // It looks after its connection at least twice more.
        int before = proxy.Requests;
        Assert.True(SpinWait.SpinUntil(() => proxy.Requests >= before + 3, Patience));
        proxy.Break();
        Assert.True(SpinWait.SpinUntil(() => begun.Count >= 2, Patience));
        storage.Commit(_store, new KvBatch().Set("a", "1"), default);
        TestThread.Join(reader);
        Assert.Equal("1", changes.Current.Value);
        Assert.True(begun[^1] >= begun[0] + 20, $"It began again at {begun[^1]} after {begun[0]}.");
    }

    private static void Compact(EtcdCluster cluster)
    {
        using var document = JsonDocument.Parse(cluster.Ctl("get", "nothing", "-w", "json"));
        cluster.Ctl("compaction", document.RootElement.GetProperty("header").GetProperty("revision").ToString());
    }

    private static KvChange[] Take(IEnumerator<KvChange> changes, int count)
    {
        var taken = new KvChange[count];
        for (int i = 0; i < count; i++)
        {
            Assert.True(changes.MoveNext());
            taken[i] = changes.Current;
        }

        return taken;
    }
}
