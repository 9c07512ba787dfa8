// What etcdctl shows is part of the product: people read it, and other programs may write there.
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdLayoutTests : IDisposable
{
    private const string Prefix = "layout";

    private readonly KvStorage? _storage = EtcdCluster.WhySkipped is null ? CheckedStorage.Wrap(new EtcdStorage(SharedEtcdCluster.Cluster.Connection(Prefix))) : null;

    private static EtcdCluster Cluster => SharedEtcdCluster.Cluster;

    private KvStorage Storage => _storage!;

    public void Dispose()
    {
        if (_storage is not null)
        {
            Cluster.Ctl("del", "--prefix", $"/{Prefix}/");
            _storage.Dispose();
        }
    }

    [EtcdFact]
    public void The_layout_is_the_documented_one()
    {
        var expires = new DateTimeOffset(2099, 12, 31, 0, 0, 0, TimeSpan.Zero);
        Storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "val\nüe").Set("gone", "x", expires).AddNamespace("empty/one"), default);
        Storage.Commit("MYKV", new KvBatch().Set("foo/bar/key", "val\nüe"), default);
        Dictionary<string, string> found = Read();
        Assert.Equal(
            [
                "/layout/.stores/mykv", "/layout/mykv/expiries/gone", "/layout/mykv/items/foo/bar/key", "/layout/mykv/items/gone",
                "/layout/mykv/namespaces/empty/one", "/layout/mykv/revision", "/layout/mykv/versions/foo/bar/key", "/layout/mykv/versions/gone",
            ],
            found.Keys);
        Assert.Equal("val\nüe", found["/layout/mykv/items/foo/bar/key"]);
        Assert.Equal("""{"layout":1,"name":"myKV","maximumKeySize":510,"maximumValueSize":4096}""", found["/layout/.stores/mykv"]);
        Assert.Equal("2099-12-31T00:00:00.000000Z", found["/layout/mykv/expiries/gone"]);
        Assert.Matches("""^\{"version":2,"createRevision":1,"modRevision":2,"created":"20\d\d-.*Z","modified":"20\d\d-.*Z"\}$""", found["/layout/mykv/versions/foo/bar/key"]);
        Assert.Matches("""^\{"version":1,"createRevision":1,"created":"20.*Z","expires":"2099-12-31T00:00:00.000000Z"\}$""", found["/layout/mykv/versions/gone"]);
        Assert.Matches("""^\{"revision":2,"time":"20.*Z","commit":"[0-9a-f-]{36}"\}$""", found["/layout/mykv/revision"]);
    }

    [EtcdFact]
    public void What_another_program_puts_and_deletes_is_seen_and_may_be_changed()
    {
        Storage.Commit("shop", new KvBatch().Set("a", "1").Set("c", "1").Set("e", "1"), default);
        Cluster.Ctl("put", "/layout/shop/items/b", "by hand");
        Cluster.Ctl("put", "/layout/shop/items/a", "changed by hand");
        Cluster.Ctl("del", "/layout/shop/items/c");
        Assert.Equal(["a = changed by hand", "b = by hand", "e = 1"], Storage.Scan("shop", KvRange.All, default).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal(["e"], Storage.Scan("shop", new KvRange { After = "b" }, default).Select(item => item.FullKey));
        Assert.Null(Storage.Get("shop", "b", default)?.Version);
        Assert.Null(Storage.Get("shop", "c", default));
        Assert.Equal("b", Storage.Commit("shop", new KvBatch().RequireAbsent("b").Set("b", "x"), default).FailedCondition?.FullKey);
        Storage.Commit("shop", new KvBatch().Set("b", "2").Delete("a"), default);
        Assert.Equal(1, Storage.Get("shop", "b", default)?.Version);
        Assert.Equal(2, Storage.GetStore("shop", default)?.ItemCount);
        Storage.RemoveStore("shop", default);
        Assert.Equal(["/layout/shop/revision"], Read().Keys);
    }

    [EtcdFact]
    public void Records_that_cannot_be_read_are_named()
    {
        Storage.Commit("broken", new KvBatch().Set("a", "1"), default);
        Cluster.Ctl("put", "/layout/broken/versions/a", "no record");
        KvException damaged = Assert.Throws<KvException>(() => Storage.Get("broken", "a", default));
        Assert.Equal(KvError.StorageDamaged, damaged.Error);
        Assert.Contains("/layout/broken/versions/a", damaged.Message, StringComparison.Ordinal);

        Cluster.Ctl("put", "/layout/.stores/broken", """{"layout":99,"name":"broken","maximumKeySize":1,"maximumValueSize":1}""");
        Assert.Equal(KvError.NewerSchema, Assert.Throws<KvException>(() => Storage.Commit("broken", new KvBatch().Set("b", "1"), default)).Error);
    }

    [EtcdFact]
    public void Expired_items_leave_etcd_by_themselves()
    {
        Storage.Commit("brief", new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddMilliseconds(100)).Set("b", "1", DateTimeOffset.UtcNow.AddMilliseconds(200)), default);
        Assert.True(
            SpinWait.SpinUntil(() => Read().Keys.SequenceEqual(["/layout/.stores/brief", "/layout/brief/revision"]), TimeSpan.FromSeconds(60)),
            string.Join('\n', Read().Keys));
    }

    // etcdctl as people use it: keys and values, a line each; here by JSON, since a value may hold a line break.
    private static Dictionary<string, string> Read()
    {
        using var document = System.Text.Json.JsonDocument.Parse(Cluster.Ctl("get", "--prefix", $"/{Prefix}/", "-w", "json"));
        return document.RootElement.TryGetProperty("kvs", out var entries)
            ? entries.EnumerateArray().ToDictionary(entry => Text(entry, "key"), entry => Text(entry, "value"))
            : [];

        static string Text(System.Text.Json.JsonElement entry, string name) =>
            entry.TryGetProperty(name, out var value) ? System.Text.Encoding.UTF8.GetString(value.GetBytesFromBase64()) : "";
    }
}
