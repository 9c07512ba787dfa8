// Servers stop, restart and lose connections: what was acknowledged is there, nothing is there twice, and no call hangs.
using System.Diagnostics;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

/// <summary>Cases over a server of their own, which does not stay alive.</summary>
public abstract class DatabaseFaultTests<TServer> : IDisposable
    where TServer : DatabaseServer, new()
{
    private readonly TServer _server;

    protected DatabaseFaultTests(string? whySkipped)
    {
        Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");
        _server = new TServer();
    }

    public void Dispose()
    {
        _server?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_acknowledged_write_is_there_once_after_a_restart_and_a_crash_in_the_middle()
    {
        const int Writers = 4;
        const int Each = 500;
        using KvStorage storage = _server.Open(_server.NewDatabase(), retryTime: 60);
        storage.Commit("myKV", new KvBatch().Set("first", "x"), default);
        int acknowledged = 0;
        void Await(int count) => Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref acknowledged) >= count, TimeSpan.FromSeconds(60)), $"{count} writes");
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    storage.Commit("myKV", new KvBatch().Set($"w{writer}/{i}", $"{i}"), default);
                    Interlocked.Increment(ref acknowledged);
                }
            },
            TaskCreationOptions.LongRunning))];
        Await(500);
        _server.Stop();
        _server.Start();
        Await(1200);
        _server.Kill();
        _server.Start();
        await Task.WhenAll(writing);

        KvItem[] items = [.. storage.Scan("myKV", KvRange.All, default)];
        Assert.Equal((Writers * Each) + 1, items.Length);
        Assert.All(items, item => Assert.Equal(1, item.Version));
        KvStoreInfo info = Assert.Single(storage.GetStores(default));
        Assert.Equal((items.Length, items.Length), (info.ItemCount!.Value, info.Revision!.Value));
    }

    [Fact]
    public void A_stopped_server_is_a_clear_error_within_the_bound_and_serves_again_once_started()
    {
        using KvStorage storage = _server.Open(_server.NewDatabase(), timeout: 2, retryTime: 1);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        _server.Stop();
        var watch = Stopwatch.StartNew();
        Action[] calls =
        [
            () => storage.Get("myKV", "a", default),
            () => storage.Commit("myKV", new KvBatch().Set("a", "2"), default),
            () => storage.Scan("myKV", KvRange.All, default).ToArray(),
            () => storage.Load([new KvStoreEntry("other")], KvLoadMode.Merge, default),
        ];
        foreach (Action call in calls)
        {
            KvException e = Assert.Throws<KvException>(call);
            Assert.Equal((KvError.StorageUnavailable, false), (e.Error, e.MayBeApplied));
            Assert.DoesNotContain(DatabaseServer.Password, e.ToString(), StringComparison.Ordinal);
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 4 * 4);
        _server.Start();
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        storage.Commit("myKV", new KvBatch().RequireVersion("a", 1).Set("a", "3"), default).ThrowIfFailed();
    }

    [Fact]
    public void A_commit_whose_request_or_reply_is_lost_is_applied_exactly_once()
    {
        using var proxy = new CuttingProxy(_server.Port);
        string connection = _server.NewDatabase();
        using (KvStorage direct = _server.Open(connection))
        {
            direct.Commit("myKV", new KvBatch().Set("first", "x"), default);
        }

        foreach (Cut cut in new[] { Cut.Request, Cut.Reply })
        {
            using KvStorage storage = _server.Open(connection.Replace($":{_server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal));
            storage.Get("myKV", "first", default);
            proxy.BreakNext(cut);
            KvCommit commit = storage.Commit("myKV", new KvBatch().RequireAbsent($"{cut}").Set($"{cut}", "1"), default);
            Assert.True(commit.Succeeded, $"{cut}");
            KvItem item = Assert.Single(commit.Items);
            KvItem? read = storage.Get("myKV", $"{cut}", default);
            Assert.Equal((1, item.ModRevision, item.Modified), (read?.Version, read?.ModRevision, read?.Modified));
        }

        Assert.Equal(2, proxy.Broken);
    }

    [Fact]
    public void A_load_whose_commit_is_lost_is_not_begun_again_and_says_what_became_of_it()
    {
        using var proxy = new CuttingProxy(_server.Port);
        string connection = _server.NewDatabase();
        using KvStorage storage = _server.Open(connection.Replace($":{_server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal));
        storage.Commit("myKV", new KvBatch().Set("first", "x"), default);
        KvEntry[] load = [new KvStoreEntry("myKV"), new KvItemEntry(new KvSet("loaded", "1"))];
        proxy.BreakNext(Cut.Request);
        KvException e = Assert.Throws<KvException>(() => storage.Load(load, KvLoadMode.Merge, default));
        Assert.Equal((KvError.StorageUnavailable, false), (e.Error, e.MayBeApplied));
        Assert.Contains("nothing was written", e.Message, StringComparison.Ordinal);
        Assert.Null(storage.Get("myKV", "loaded", default));
        Assert.Equal(1, proxy.Broken);
    }
}
