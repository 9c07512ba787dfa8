// LINSTOR's own client and KvStore on the same server: each must find what the other has written.
using KvStore.LinstorTestServer;
using KvStore.Storage.Linstor;
using Xunit;

namespace KvStore.Storage.Tests.Linstor;

public sealed class PythonLinstorTests
{
    private const string Script = """
        import sys
        from linstor import KV

        uri = sys.argv[1]
        kv = KV('myKV', namespace='/foo/bar/', uri=uri)
        assert list(kv.items()) == [('key', 'of KvStore')], list(kv.items())
        kv['key2'] = 'val2'
        kv[' /e/f/ '] = 'ünï\ncode 😀'
        kv['empty'] = ''
        kv['gone'] = 'x'
        del kv['gone']
        assert kv.pop('empty') == ''
        kv.namespace = '/'
        assert sorted(kv.keys()) == ['foo/bar/e/f', 'foo/bar/key', 'foo/bar/key2', 'foo2/a'], sorted(kv.keys())
        kv.namespace = '/foo2'
        kv.clear()

        other = KV('otherKV', uri=uri)
        other['a'] = '1'
        other['b'] = '2'
        other.clear()
        assert list(KV('otherKV', uri=uri).items()) == []

        try:
            KV('1bad', uri=uri)['a'] = '1'
        except Exception as e:
            assert 'invalid' in str(e), str(e)
        else:
            raise AssertionError('a bad name was taken')
        """;

    public static string? WhySkipped
    {
        get
        {
            if (!ServerProcess.IsInstalled("python3"))
            {
                return "python3 is not installed.";
            }

            try
            {
                ServerProcess.Run("python3", "-c", "import linstor");
                return null;
            }
            catch (InvalidOperationException)
            {
                return "python-linstor is not installed (`import linstor` fails in python3).";
            }
        }
    }

    [Fact]
    public void Python_linstor_and_KvStore_work_on_the_same_instances()
    {
        Assert.SkipWhen(WhySkipped is not null, WhySkipped ?? "");
        using var controller = new Controller();
        string uri = $"linstor://127.0.0.1:{controller.Port}";
        using var storage = new LinstorStorage(uri);
        storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "of KvStore").Set("foo2/a", "x"), default);

        ServerProcess.Run("python3", "-c", Script, uri);
        Assert.Equal(
            ["foo/bar/e/f = ünï\ncode 😀", "foo/bar/key = of KvStore", "foo/bar/key2 = val2"],
            storage.Scan("myKV", KvRange.All, default).Select(item => $"{item.FullKey} = {item.Value}"));
        Assert.Equal(["myKV"], storage.GetStores(default).Select(info => info.Name));
    }
}
