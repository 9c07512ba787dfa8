// What is particular to LINSTOR: its order of changes, its names, its numbers for errors.
using System.Text.Json.Nodes;
using KvStore.LinstorTestServer;
using KvStore.Storage.Linstor;
using Xunit;

namespace KvStore.Storage.Tests.Linstor;

public sealed class LinstorStorageTests : IDisposable
{
    private readonly Controller _controller = new();
    private readonly List<string> _requests = [];
    private readonly KvStorage _storage;

    public LinstorStorageTests()
    {
        _storage = CheckedStorage.Wrap(new LinstorStorage($"linstor://127.0.0.1:{_controller.Port}?retryTime=0.3&timeout=2"));
        _controller.Interception = request =>
        {
            lock (_requests)
            {
                _requests.Add($"{request.Method} {request.Path} {request.Body}".TrimEnd());
            }

            return null;
        };
    }

    public void Dispose()
    {
        _storage.Dispose();
        _controller.Dispose();
    }

    [Fact]
    public async Task A_store_is_an_instance_with_its_items_as_properties()
    {
        _storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "val\nü").Set("foo", ""), default);
        using var client = new HttpClient();
        string json = await client.GetStringAsync($"http://127.0.0.1:{_controller.Port}/v1/key-value-store/MYKV");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"name":"myKV","props":{"foo/bar/key":"val\nü","foo":""}}]"""), JsonNode.Parse(json)), json);
    }

    [Fact]
    public void A_batch_is_one_request()
    {
        _storage.Commit("myKV", new KvBatch().Set("a", "1").Delete("b").DeleteNamespace("n"), default);
        Assert.Equal(["""PUT /v1/key-value-store/myKV {"override_props":{"a":"1"},"delete_props":["b"],"delete_namespaces":["n"]}"""], _requests);
        _storage.Commit("myKV", new KvBatch().DeleteNamespace(KvPath.Root), default);
        Assert.Equal("""PUT /v1/key-value-store/myKV {"delete_namespaces":["/"]}""", _requests[^1]);
    }

    [Fact]
    public void Sets_win_over_namespace_deletes_that_the_controller_would_do_behind_them()
    {
        _storage.Commit("myKV", new KvBatch().Set("n/a", "old").Set("n/b", "old").Set("n/m/c", "old").Set("o/d", "old").Set("n", "old"), default);
        _storage.Commit("myKV", new KvBatch().DeleteNamespace("n").DeleteNamespace("o").Set("n/m/new", "new").Set("n/a", "new"), default);
        Assert.Equal(["n = old", "n/a = new", "n/m/new = new"], _storage.Scan("myKV", KvRange.All, default).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Contains("""
            "delete_namespaces":["o"]
            """, _requests[^2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("_")]
    [InlineData("_1")]
    public void Names_that_only_LINSTOR_refuses_are_refused_before_it_is_asked(string store)
    {
        Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(() => _storage.Commit(store, new KvBatch().Set("a", "1"), default)).Error);
        Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(() => _storage.Get(store, "a", default)).Error);
        Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(() => _storage.RemoveStore(store, default)).Error);
        Assert.Empty(_requests);
    }

    [Fact]
    public void A_value_with_NUL_is_refused_before_the_controller_is_asked()
    {
        Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => _storage.Commit("myKV", new KvBatch().Set("a", "x\0y"), default)).Error);
        Assert.Empty(_requests);
    }

    [Theory]
    [InlineData(500, """[{"ret_code":-4611686018427387691,"message":"Invalid key."}]""", KvError.InvalidKey)]
    [InlineData(500, """[{"ret_code":-4611686018427387681,"message":"The given keyValueStore name 'x' is invalid."}]""", KvError.InvalidStoreName)]
    [InlineData(500, """[{"ret_code":-4611686018427386906,"message":"Exception thrown.","cause":"The disk is full","error_report_ids":["1"]}]""", KvError.StorageUnavailable)]
    [InlineData(400, """[{"ret_code":-3458764513820540931,"message":"Unable to parse input json."}]""", KvError.StorageUnavailable)]
    [InlineData(403, """[{"ret_code":-4611686018427387486}]""", KvError.AccessDenied)]
    [InlineData(401, """[{"ret_code":-4611686018427387492,"message":"Unauthorized: token invalid or not provided"}]""", KvError.AccessDenied)]
    [InlineData(401, "", KvError.AccessDenied)]
    [InlineData(403, "<html>no</html>", KvError.AccessDenied)]
    [InlineData(404, "<html>nothing here</html>", KvError.StorageUnavailable)]
    [InlineData(302, "", KvError.StorageUnavailable)]
    [InlineData(503, "<html>later</html>", KvError.StorageUnavailable)]
    [InlineData(200, "<html>welcome</html>", KvError.StorageUnavailable)]
    public void Refusals_become_errors(int status, string body, KvError error)
    {
        _controller.Interception = _ => new HttpResponse(status, body, body.StartsWith('[') ? "application/json" : "text/html", status == 302 ? "https://127.0.0.1:3371/" : null);
        foreach (Action call in new Action[] { () => _storage.Get("myKV", "a", default), () => _storage.GetStores(default), () => _storage.Commit("myKV", new KvBatch().Set("a", "1"), default) })
        {
            KvException e = Assert.Throws<KvException>(call);
            Assert.Equal(error, e.Error);
            Assert.Contains($"127.0.0.1:{_controller.Port}", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_controllers_words_are_passed_on()
    {
        _controller.Interception = _ => new HttpResponse(500, """[{"ret_code":-4611686018427386906,"message":"Exception thrown.","cause":"The disk is full."}]""");
        KvException e = Assert.Throws<KvException>(() => _storage.Get("myKV", "a", default));
        Assert.Contains("'Exception thrown. The disk is full'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_clients_instances_are_stores_in_the_order_of_their_names()
    {
        using var client = new HttpClient();
        foreach (string name in new[] { "zoo", "Abc", "_x" })
        {
            using var body = new StringContent("""{"override_props":{"/a//b/":"1"}}""");
            await client.PutAsync($"http://127.0.0.1:{_controller.Port}/v1/key-value-store/{name}", body);
        }

        Assert.Equal(["Abc 1", "zoo 1", "_x 1"], _storage.GetStores(default).Select(info => $"{info.Name} {info.ItemCount}"));
        Assert.Equal("a/b", _storage.Scan("ZOO", KvRange.All, default).Single().FullKey);
        Assert.Equal("zoo", _storage.GetStore("ZOO", default)?.Name);
    }
}
