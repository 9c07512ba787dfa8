// The past as etcd keeps it: of one item, and of a store as a whole, until somebody compacts it.
using System.Globalization;
using System.Text.Json;
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdHistoryTests
{
    private readonly string _store = $"past{Guid.NewGuid():N}"[..14];

    private static EtcdCluster Cluster => SharedEtcdCluster.Cluster;

    [EtcdFact]
    public void A_history_goes_back_across_deletes_hands_and_expiries_to_the_first_creation()
    {
        using var storage = new EtcdStorage(Cluster.Connection("past"));
        storage.Commit(_store, new KvBatch().Set("a", "1").Set("ab", "x"), default);
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        storage.Commit(_store, new KvBatch().Set("a/b", "x"), default);
        storage.Commit(_store, new KvBatch().DeleteNamespace(""), default);
        storage.Commit(_store, new KvBatch().Set("a", "3"), default);
        storage.RemoveStore(_store, default);
        Cluster.Ctl("put", $"/past/{_store}/items/a", "by hand");
        storage.Commit(_store, new KvBatch().Set("a", "4"), default);
        Cluster.Ctl("del", $"/past/{_store}/items/a");
        Cluster.Ctl("del", $"/past/{_store}/versions/a");

        // Long enough to be read before, on a busy machine too.
        storage.Commit(_store, new KvBatch().Set("a", "secret", DateTimeOffset.UtcNow.AddSeconds(6)), default);
        string[] before =
        [
            "7 Deleted /a", "7 Set /a = 4", "6 Set /a = by hand", "6 Deleted /a", "5 Set /a = 3", "4 Deleted /a", "2 Set /a = 2", "1 Set /a = 1",
        ];
        Assert.Equal(["8 Set /a = secret", .. before], Show(storage, "a"));

        // What expires is gone at its time, and its lease takes it later.
        Assert.True(SpinWait.SpinUntil(() => storage.Get(_store, "a", default) is null, TimeSpan.FromSeconds(30)));
        Assert.Equal(["8 Expired /a", .. before], Show(storage, "a"));
        Assert.True(SpinWait.SpinUntil(() => Cluster.Ctl("get", $"/past/{_store}/items/a").Length == 0, TimeSpan.FromSeconds(30)));
        Assert.Equal(["8 Expired /a", .. before], Show(storage, "a"));

        storage.Commit(_store, new KvBatch().Set("a", "5"), default);
        KvChange[] changes = [.. storage.GetHistory(_store, "a", default)];
        Assert.Equal(["9 Set /a = 5", "8 Expired /a", .. before], changes.Select(change => change.ToString()));
        Assert.Equal((1L, 9L), (changes[0].Version, changes[0].Item!.CreateRevision));
        Assert.All(changes.Where(change => change.Item?.Version is not null || change.Revision == 4), change => Assert.NotNull(change.Time));
        Assert.Equal(["4 Deleted /ab", "1 Set /ab = x"], Show(storage, "ab"));
        Assert.Equal([], Show(storage, "missing"));
        Assert.Equal([], storage.GetHistory($"{_store}x", "missing", default));
        storage.RemoveStore(_store, default);
        Assert.Equal("10 Deleted /a", Show(storage, "a")[0]);
    }

    [EtcdFact]
    public void A_history_of_many_changes_is_whole()
    {
        using var storage = new EtcdStorage(Cluster.Connection("long"));
        var expected = new List<string>();
        for (int i = 1; i <= 120; i++)
        {
            storage.Commit(_store, i % 3 == 0 ? new KvBatch().Delete("a") : new KvBatch().Set("a", $"{i}"), default);
            expected.Insert(0, i % 3 == 0 ? $"{i} Deleted /a" : $"{i} Set /a = {i}");
        }

        Assert.Equal(expected, Show(storage, "a"));
        Assert.Equal(expected.Take(2), storage.GetHistory(_store, "a", default).Take(2).Select(change => change.ToString()));
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_history_after_a_compaction_begins_with_what_the_compaction_left()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        storage.Commit(_store, new KvBatch().Set("a", "1").Set("still", "1").Set("gone", "1"), default);
        storage.Commit(_store, new KvBatch().Set("a", "2"), default);
        storage.Commit(_store, new KvBatch().Delete("gone"), default);
        Compact(cluster);
        Assert.Equal(["2 Set /a = 2"], Show(storage, "a"));
        Assert.Equal([], Show(storage, "gone"));
        storage.Commit(_store, new KvBatch().Set("a", "3"), default);
        storage.Commit(_store, new KvBatch().Delete("a"), default);
        Assert.Equal(["5 Deleted /a", "4 Set /a = 3", "2 Set /a = 2"], Show(storage, "a"));
        Assert.Equal(["1 Set /still = 1"], Show(storage, "still"));
        Compact(cluster);
        Compact(cluster);
        Assert.Equal([], Show(storage, "a"));
        Assert.Equal(["1 Set /still = 1"], Show(storage, "still"));
    }

    [EtcdFact]
    public void A_scan_at_each_revision_equals_the_copy_that_was_taken_then()
    {
        using var storage = new EtcdStorage(Cluster.Connection("copies"));
        var random = new Random(17);
        var copies = new List<string[]> { Array.Empty<string>() };
        for (int i = 1; i <= 60; i++)
        {
            var batch = new KvBatch();
            for (int n = 0; n < 5; n++)
            {
                string key = $"n{random.Next(4)}/k{random.Next(6)}";
                if (random.Next(3) == 0)
                {
                    batch.Delete(key);
                }
                else
                {
                    batch.Set(key, $"{i}");
                }
            }

            if (random.Next(8) == 0)
            {
                batch.DeleteNamespace($"n{random.Next(4)}");
            }

            storage.Commit(_store, batch, default);
            copies.Add(Copy(storage.Scan(_store, KvRange.All, default)));
            storage.Commit($"{_store}x", new KvBatch().Set("a", $"{i}"), default);
        }

        for (int revision = 0; revision < copies.Count; revision++)
        {
            Assert.Equal(copies[revision], Copy(storage.ScanAt(_store, KvRange.All, revision, default)));
        }

        KvException e = Assert.Throws<KvException>(() => storage.ScanAt(_store, KvRange.All, copies.Count, default).Any());
        Assert.Equal(KvError.RevisionGone, e.Error);
        storage.RemoveStore(_store, default);
        storage.RemoveStore($"{_store}x", default);
    }

    [EtcdFact]
    public void A_scan_of_the_past_reads_page_by_page_at_one_moment()
    {
        using var storage = new EtcdStorage(Cluster.Connection("pages"));
        var batch = new KvBatch();
        for (int i = 0; i < 3000; i++)
        {
            batch.Set($"key{i:D4}", "old");
        }

        storage.Commit(_store, batch, default);
        storage.Commit(_store, new KvBatch().DeleteNamespace("").Set("new", "x"), default);
        using IEnumerator<KvItem> items = storage.ScanAt(_store, KvRange.All, revision: 1, default).GetEnumerator();
        Assert.True(items.MoveNext());
        storage.Commit(_store, new KvBatch().Set("key2999", "new"), default);
        int count = 1;
        while (items.MoveNext())
        {
            Assert.Equal("old", items.Current.Value);
            count++;
        }

        Assert.Equal(3000, count);
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void Many_scans_of_one_revision_look_for_its_place_once()
    {
        using var proxy = new TestProxy(int.Parse(Cluster.Servers.Split(',')[0].Split(':')[1], CultureInfo.InvariantCulture));
        using var storage = new EtcdStorage($"etcd://{proxy.Address}/moment");
        for (int i = 1; i <= 50; i++)
        {
            storage.Commit(_store, new KvBatch().Set("a", $"{i}").Set($"n{i}/b", "x"), default);
        }

        Assert.Equal("30", new MomentStorage(storage, revision: 30).Get(_store, "a", default)?.Value);
        int before = proxy.Requests;
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("30", storage.ScanAt(_store, new KvRange { Limit = 1 }, revision: 30, default).Single().Value);
        }

        Assert.InRange(proxy.Requests - before, 10, 12);
        Assert.Equal(31, new MomentStorage(storage, revision: 30).GetChildren(_store, "", default).Count());
        Assert.Equal("31", storage.ScanAt(_store, new KvRange { Limit = 1 }, revision: 31, default).Single().Value);
        storage.RemoveStore(_store, default);
    }

    [EtcdFact]
    public void A_compacted_revision_is_an_error_and_the_one_that_was_current_then_is_not()
    {
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        for (int i = 1; i <= 5; i++)
        {
            storage.Commit(_store, new KvBatch().Set("a", $"{i}"), default);
            storage.Commit("other", new KvBatch().Set("a", $"{i}"), default);
        }

        Compact(cluster);
        storage.Commit(_store, new KvBatch().Set("a", "6"), default);
        for (int revision = 0; revision < 5; revision++)
        {
            KvException e = Assert.Throws<KvException>(() => storage.ScanAt(_store, KvRange.All, revision, default).Any());
            Assert.Equal(KvError.RevisionGone, e.Error);
            Assert.Contains("--auto-compaction", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["5"], storage.ScanAt(_store, KvRange.All, revision: 5, default).Select(item => item.Value));
        Assert.Equal(["6"], storage.ScanAt(_store, KvRange.All, revision: 6, default).Select(item => item.Value));
    }

    [Fact]
    public void What_is_the_clusters_affair_is_refused_with_the_way_to_do_it()
    {
        using var storage = new EtcdStorage("etcd://127.0.0.1:1");
        Refuses("--auto-compaction-retention", () => storage.SetHistoryPeriod("a", TimeSpan.FromHours(1), default));
        Refuses("etcdctl defrag", () => storage.Compress("a", keep: null, default));
        Refuses("etcdctl snapshot save", () => storage.Backup("file", progress: null, default));
        Refuses("snapshot restore", () => storage.Restore("file", progress: null, default));
        Assert.True(storage.Capabilities.HasFlag(KvCapabilities.Watching | KvCapabilities.History));
        Assert.False(storage.Capabilities.HasFlag(KvCapabilities.Backup));

        static void Refuses(string way, Action call)
        {
            KvException e = Assert.Throws<KvException>(call);
            Assert.Equal(KvError.NotSupported, e.Error);
            Assert.Contains(way, e.Message, StringComparison.Ordinal);
        }
    }

    private static void Compact(EtcdCluster cluster)
    {
        cluster.Ctl("put", "nothing", "x");
        using var document = JsonDocument.Parse(cluster.Ctl("get", "nothing", "-w", "json"));
        cluster.Ctl("compaction", document.RootElement.GetProperty("header").GetProperty("revision").GetInt64().ToString(CultureInfo.InvariantCulture));
    }

    private static string[] Copy(IEnumerable<KvItem> items) =>
        [.. items.Select(item => $"{item} ({item.Version}, {item.CreateRevision}, {item.ModRevision}, {item.Modified:O})")];

    private string[] Show(EtcdStorage storage, string fullKey) => [.. storage.GetHistory(_store, fullKey, default).Select(change => change.ToString())];
}
