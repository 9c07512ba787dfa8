// Large batches, large loads and long scans: where etcd has limits of its own.
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdSizeTests : IDisposable
{
    // A store that vanished goes on counting its revisions: each test has one of its own.
    private readonly string _store = $"big{Guid.NewGuid():N}"[..12];
    private readonly KvStorage? _storage = EtcdCluster.WhySkipped is null ? CheckedStorage.Wrap(new EtcdStorage(SharedEtcdCluster.Cluster.Connection("size"))) : null;

    private KvStorage Storage => _storage!;

    public void Dispose()
    {
        _storage?.RemoveStore(_store, default);
        _storage?.Dispose();
    }

    [EtcdFact]
    public void A_batch_of_far_more_changes_than_a_transaction_of_etcd_is_one_commit()
    {
        Storage.Commit(_store, Fill(3000, valueSize: 10).AddNamespace("kept"), default);
        KvCommit commit = Storage.Commit(_store, Fill(2000, valueSize: 20).DeleteNamespace("n5").Set("n5/new", "x"), default);
        Assert.Equal(2, commit.Revision);
        Assert.Equal(commit.Items.Count, Storage.Scan(_store, KvRange.All, default).Count(item => item.ModRevision == 2));
        Assert.Equal("x", Storage.Scan(_store, KvRange.Beneath("n5"), default).Single().Value);
    }

    [EtcdFact]
    public void A_batch_of_more_bytes_than_a_request_of_etcd_says_which_limit_and_writes_nothing()
    {
        Storage.Commit(_store, new KvBatch().Set("old", "x"), default);
        KvException e = Assert.Throws<KvException>(() => Storage.Commit(_store, Fill(500, valueSize: 4000), default));
        Assert.Equal(KvError.BatchTooLarge, e.Error);
        Assert.Contains("--max-request-bytes", e.Message, StringComparison.Ordinal);
        Assert.False(e.MayBeApplied);
        Assert.Equal(["old"], Storage.Scan(_store, KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(1, Storage.GetStore(_store, default)?.Revision);
    }

    [EtcdFact]
    public void The_size_that_is_promised_fits_with_the_longest_keys_and_an_expiry()
    {
        var batch = new KvBatch();
        for (int i = 0; i < Storage.MaximumBatchSize / 255; i++)
        {
            batch.Set($"{i:D6}{new string('k', 248)}", "v", DateTimeOffset.UtcNow.AddHours(1));
        }

        Assert.Equal(batch.Count, Storage.Commit(_store, batch, default).Items.Count);
    }

    [EtcdFact]
    public void A_load_larger_than_a_request_is_several_commits_and_an_existing_item_stops_it_before_the_first()
    {
        KvEntry[] entries = [new KvStoreEntry(_store), .. Fill(1000, valueSize: 4000).Sets.Select(set => new KvItemEntry(set))];
        Storage.Load(entries, KvLoadMode.Replace, default);
        Assert.Equal(1000, Storage.GetStore(_store, default)?.ItemCount);
        Assert.True(Storage.GetStore(_store, default)?.Revision > 1, "several commits");
        Storage.Commit(_store, new KvBatch().DeleteNamespace("").Set(((KvItemEntry)entries[^1]).Set.FullKey, "old"), default);
        Assert.Equal(KvError.ConditionFailed, Assert.Throws<KvException>(() => Storage.Load(entries, KvLoadMode.NoClobber, default)).Error);
        Assert.Equal(1, Storage.GetStore(_store, default)?.ItemCount);
    }

    [EtcdFact]
    public void A_move_of_more_bytes_than_a_request_is_made_in_several()
    {
        Storage.Commit(_store, new KvBatch().AddNamespace("n/kept"), default);
        Storage.Load([new KvStoreEntry(_store), .. Enumerable.Range(0, 2000).Select(i => new KvItemEntry(new KvSet($"n/key{i:D5}", new string('v', 1000))))], KvLoadMode.Merge, default);
        Assert.Equal(2000, new KvTransfer(default).Move(new KvEnd(Storage, _store, "n"), new KvEnd(Storage, _store, "moved/n")));
        Assert.Empty(Storage.Scan(_store, KvRange.Beneath("n"), default));
        Assert.Equal(2000, Storage.Scan(_store, KvRange.Beneath("moved/n"), default).Count());
        Assert.Equal(["moved/n/kept"], Storage.GetKeptNamespaces(_store, KvPath.Root, default));
    }

    [EtcdFact]
    public void A_scan_of_many_pages_sees_one_moment_while_others_write()
    {
        Storage.Commit(_store, Fill(4000, valueSize: 10), default);
        using var stop = new CancellationTokenSource();
        TestThread writer = TestThread.Start(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                Storage.Commit(_store, new KvBatch().Delete($"n0/key{i * 10:D5}").Set($"n1/added{i}", "x"), default);
            }
        });
        KvItem[] items;
        try
        {
            items = [.. Storage.Scan(_store, KvRange.All, default)];
        }
        finally
        {
            stop.Cancel();
            TestThread.Join(writer);
        }

        // Of the moment's revision r, r - 1 commits had added one item each and deleted one of 400.
        int added = items.Count(item => item.FullKey.Contains("added", StringComparison.Ordinal));
        Assert.Equal(items.Max(item => item.ModRevision) - 1, added);
        Assert.Equal(4000 + added - Math.Min(400, added), items.Length);
    }

    [EtcdFact]
    public void A_scan_that_compaction_overtakes_says_so()
    {
        // A cluster of its own: compaction would overtake the scans of tests that run beside this one.
        using var cluster = new EtcdCluster(size: 1);
        using var storage = new EtcdStorage($"etcd://{cluster.Servers}");
        storage.Commit(_store, Fill(3000, valueSize: 10), default);
        using IEnumerator<KvItem> items = storage.Scan(_store, KvRange.All, default).GetEnumerator();
        Assert.True(items.MoveNext());
        storage.Commit(_store, new KvBatch().Set("a", "x"), default);
        using var document = System.Text.Json.JsonDocument.Parse(cluster.Ctl("get", "nothing", "-w", "json"));
        cluster.Ctl("compaction", document.RootElement.GetProperty("header").GetProperty("revision").ToString());
        KvException e = Assert.Throws<KvException>(() =>
        {
            while (items.MoveNext())
            {
            }
        });
        Assert.Equal(KvError.RevisionGone, e.Error);
    }

    [EtcdFact]
    public void A_listing_reads_little_of_what_lies_below()
    {
        Storage.Commit(_store, Fill(4000, valueSize: 100), default);
        using var proxy = new TestProxy(int.Parse(SharedEtcdCluster.Cluster.Servers.Split(',')[0].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        using var storage = new EtcdStorage($"etcd://{proxy.Address}/size");
        Assert.Equal(10, storage.GetChildren(_store, "", default).Count());
        Assert.InRange(proxy.Requests, 1, 15);
        Assert.InRange(proxy.AnsweredBytes, 1, 20_000);
    }

    private static KvBatch Fill(int count, int valueSize)
    {
        var batch = new KvBatch();
        for (int i = 0; i < count; i++)
        {
            batch.Set($"n{i % 10}/key{i:D5}", new string('v', valueSize));
        }

        return batch;
    }
}
