// Servers stop, restart and lose connections: what was acknowledged is there, nothing is there twice, and no call hangs.
using System.Diagnostics;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

/// <summary>A server of one class of tests, started when first asked for.</summary>
public sealed class OwnServer<TServer> : IDisposable
    where TServer : DatabaseServer, new()
{
    private readonly Lazy<TServer> _server = new(() => new TServer());

    /// <summary>The server.</summary>
    public TServer Server => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}

/// <summary>Cases over a server of their own, which each leaves running but not as it was.</summary>
public abstract class DatabaseFaultTests<TServer> : IClassFixture<OwnServer<TServer>>
    where TServer : DatabaseServer, new()
{
    protected DatabaseFaultTests(OwnServer<TServer> own, string? whySkipped)
    {
        Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");
        Server = own.Server;
    }

    /// <summary>The server.</summary>
    protected TServer Server { get; }

    [Fact]
    public async Task Every_acknowledged_write_is_there_once_after_a_restart_and_a_crash_in_the_middle()
    {
        const int Writers = 4;
        const int Each = 500;
        using KvStorage storage = Server.Open(Server.NewDatabase(), retryTime: 60);
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
        Server.Stop();
        Server.Start();
        Await(1200);
        Server.Kill();
        Server.Start();
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
        using KvStorage storage = Server.Open(Server.NewDatabase(), timeout: 5, retryTime: 1);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Server.Stop();
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

        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 4 * (5 + 1) + 20);
        Server.Start();
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        storage.Commit("myKV", new KvBatch().RequireVersion("a", 1).Set("a", "3"), default).ThrowIfFailed();
    }

    [Fact]
    public void A_commit_whose_request_or_reply_is_lost_is_applied_exactly_once()
    {
        using var proxy = new CuttingProxy(Server.Port);
        string connection = Server.NewDatabase();
        using (KvStorage direct = Server.Open(connection))
        {
            direct.Commit("myKV", new KvBatch().Set("first", "x"), default);
        }

        foreach (Cut cut in new[] { Cut.Request, Cut.Reply })
        {
            using KvStorage storage = Server.Open(connection.Replace($":{Server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal));
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
        using var proxy = new CuttingProxy(Server.Port);
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection.Replace($":{Server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal));
        storage.Commit("myKV", new KvBatch().Set("first", "x"), default);
        KvEntry[] load = [new KvStoreEntry("myKV"), new KvItemEntry(new KvSet("loaded", "1"))];
        proxy.BreakNext(Cut.Request);
        KvException e = Assert.Throws<KvException>(() => storage.Load(load, KvLoadMode.Merge, default));
        Assert.Equal((KvError.StorageUnavailable, false), (e.Error, e.MayBeApplied));
        Assert.Contains("nothing was written", e.Message, StringComparison.Ordinal);
        Assert.Null(storage.Get("myKV", "loaded", default));
        Assert.Equal(1, proxy.Broken);
    }

    [Fact]
    public async Task A_watch_goes_on_where_it_was_after_a_restart_and_a_crash()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase(), retryTime: 60);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using IEnumerator<KvChange> watch = storage.Watch("myKV", "", fromRevision: null, limit.Token).GetEnumerator();
        foreach (Action end in new[] { Server.Stop, Server.Kill })
        {
            Task<bool> next = Task.Factory.StartNew(watch.MoveNext, TaskCreationOptions.LongRunning);
            await Task.Delay(500, limit.Token);
            end();
            Server.Start();
            long revision = storage.Commit("myKV", new KvBatch().Set("a", end.Method.Name), limit.Token).Revision!.Value;
            Assert.True(await next);
            Assert.Equal((revision, end.Method.Name), (watch.Current.Revision, watch.Current.Value));
        }
    }
}
