// Several controllers, users, tokens, certificates, silence and lost answers.
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using KvStore.LinstorTestServer;
using KvStore.Storage.Linstor;
using Xunit;

namespace KvStore.Storage.Tests.Linstor;

public sealed class LinstorConnectionTests
{
    private static readonly KvBatch Batch = new KvBatch().Set("a", "1");

    [Fact]
    public void A_dead_first_controller_is_passed_over()
    {
        using var controller = new Controller();
        int dead = FreePorts.Get(1)[0];
        foreach (string connection in new[] { $"linstor://127.0.0.1:{dead},127.0.0.1:{controller.Port}?retryTime=0", $"linstor://127.0.0.1:{dead},linstor://127.0.0.1:{controller.Port}?retryTime=0" })
        {
            using var storage = new LinstorStorage(connection);
            storage.Commit("myKV", Batch, default);
            Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        }
    }

    [Fact]
    public void A_controller_that_stands_by_is_passed_over()
    {
        using var standby = new Controller { Interception = _ => new HttpResponse(503, "stand by", "text/plain") };
        using var active = new Controller();
        using var storage = new LinstorStorage($"linstor://127.0.0.1:{standby.Port},127.0.0.1:{active.Port}?retryTime=2");
        Assert.Empty(storage.GetStores(default));
        storage.Commit("myKV", Batch, default);
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
    }

    [Fact]
    public void A_write_whose_answer_is_lost_succeeds_if_the_store_is_as_it_leaves_it()
    {
        using var controller = new Controller();
        using var proxy = new TestProxy(controller.Port);
        using var storage = new LinstorStorage($"linstor://{proxy.Address}?retryTime=1");
        var writes = new List<string>();
        proxy.LosesAnswer = text =>
        {
            string method = text.Split(' ')[0];
            if (method is "PUT" or "DELETE")
            {
                writes.Add(method);
            }

            return method is "PUT" or "DELETE";
        };
        storage.Commit("myKV", new KvBatch().Set("a", "1").Set("n/b", "2"), default);
        storage.Commit("myKV", new KvBatch().DeleteNamespace("n").Delete("missing"), default);
        Assert.Equal(["a"], storage.Scan("myKV", KvRange.All, default).Select(item => item.FullKey));
        storage.RemoveStore("myKV", default);

        // What has no body HttpClient sends again by itself if a connection that it kept was closed meanwhile.
        Assert.Equal(["PUT", "PUT"], writes.Where(method => method == "PUT"));
        Assert.InRange(writes.Count(method => method == "DELETE"), 1, 2);
    }

    [Fact]
    public void A_write_whose_answer_is_lost_is_not_repeated_over_what_another_has_written_since()
    {
        using var controller = new Controller();
        using var other = new LinstorStorage($"linstor://127.0.0.1:{controller.Port}");
        using var proxy = new TestProxy(controller.Port);
        using var storage = new LinstorStorage($"linstor://{proxy.Address}?retryTime=1");
        bool isLost = false;
        proxy.LosesAnswer = text =>
        {
            if (text.StartsWith("PUT ", StringComparison.Ordinal))
            {
                return isLost = true;
            }

            if (isLost)
            {
                other.Commit("myKV", new KvBatch().Set("a", "of another"), default);
            }

            return false;
        };
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", Batch, default));
        Assert.True(e.MayBeApplied);
        Assert.Contains("is not known", e.Message, StringComparison.Ordinal);
        Assert.Equal("of another", other.Get("myKV", "a", default)?.Value);
    }

    [Fact]
    public void A_stopped_controller_is_an_error_when_the_retry_time_is_over()
    {
        using var storage = new LinstorStorage($"linstor://127.0.0.1:{FreePorts.Get(1)[0]}?retryTime=0.4&token=s3cret");
        var watch = Stopwatch.StartNew();
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", Batch, default));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 8);
        Assert.Equal((KvError.StorageUnavailable, false), (e.Error, e.MayBeApplied));
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_controller_that_never_answers_is_an_error_in_time_and_cancelling_ends_the_wait_at_once()
    {
        using var silent = new TestProxy(server: null);
        using var hasty = new LinstorStorage($"linstor://{silent.Address}?timeout=0.3&retryTime=0.3");
        var watch = Stopwatch.StartNew();
        Assert.Equal(KvError.StorageUnavailable, Assert.Throws<KvException>(() => hasty.Get("myKV", "a", default)).Error);
        Assert.True(Assert.Throws<KvException>(() => hasty.Commit("myKV", Batch, default)).MayBeApplied);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.6, 20);

        using var patient = new LinstorStorage($"linstor://{silent.Address}?timeout=60");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        watch.Restart();
        Assert.ThrowsAny<OperationCanceledException>(() => patient.Commit("myKV", Batch, source.Token));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.25, 30);
    }

    [Theory]
    [InlineData(Authentication.Bearer)]
    [InlineData(Authentication.Basic)]
    public void A_token_or_a_user_is_shown_to_the_controller_and_to_nobody_else(Authentication authentication)
    {
        using var controller = new Controller(authentication: authentication);
        LinstorStorage Open(string? secret) => authentication == Authentication.Bearer
            ? new LinstorStorage($"linstor://127.0.0.1:{controller.Port}", token: secret?.Replace(' ', '-'))
            : new LinstorStorage($"linstor://127.0.0.1:{controller.Port}", user: secret is null ? null : Controller.User, password: secret);
        using (LinstorStorage storage = Open(authentication == Authentication.Bearer ? Controller.Token : Controller.Password))
        {
            storage.Commit("myKV", Batch, default);
            Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
            Assert.DoesNotContain("s3cret", storage.Description, StringComparison.Ordinal);
            Assert.Single(storage.Remarks);
        }

        foreach (string? secret in new[] { null, "s3cret but wrong", Controller.PowerlessSecret })
        {
            using LinstorStorage storage = Open(secret);
            KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", Batch, default));
            Assert.Equal(KvError.AccessDenied, e.Error);
            Assert.DoesNotContain(secret ?? "s3cret", e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tls_is_used_where_the_scheme_says_so()
    {
        string folder = Directory.CreateTempSubdirectory("kvstore-tls-").FullName;
        try
        {
            TestCertificates.Create(folder);
            using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "server.pem"), Path.Combine(folder, "server-key.pem"));
            using var controller = new Controller(certificate: certificate, authentication: Authentication.Basic);
            string password = Uri.EscapeDataString(Controller.Password);
            using var storage = new LinstorStorage($"linstor+ssl://me:{password}@127.0.0.1:{controller.Port}?ca={folder}/ca.pem");
            storage.Commit("myKV", Batch, default);
            Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
            Assert.Empty(storage.Remarks);

            using var distrustful = new LinstorStorage($"linstor+ssl://me:{password}@127.0.0.1:{controller.Port}");
            Assert.Contains("trusted", Assert.Throws<KvException>(() => distrustful.Get("myKV", "a", default)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("linstor://")]
    [InlineData("linstor+foo://me:s3cret@host")]
    [InlineData("linstor://me:s3cret@host/path")]
    [InlineData("linstor://me:s3cret@host?token=s3cret")]
    [InlineData("linstor://host?token=s3cret%0Ax")]
    [InlineData("linstor://:s3cret@host")]
    [InlineData("linstor://me:s3cret@host?ca=/ca.pem")]
    [InlineData("linstor://me:s3cret@host?what=1")]
    [InlineData("etcd://me:s3cret@host")]
    public void A_malformed_connection_is_refused_without_its_secrets(string connection)
    {
        KvException e = Assert.Throws<KvException>(() => new LinstorStorage(connection));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linstor://a,b", "linstor (a:3370, b:3370)")]
    [InlineData("linstor+ssl://a,b:4711", "linstor (a:3371, b:4711)")]
    [InlineData("LINSTOR+SSL://a,linstor+ssl://b", "linstor (a:3371, b:3371)")]
    public void Ports_are_those_of_LINSTOR_unless_named(string connection, string description)
    {
        using var storage = new LinstorStorage(connection);
        Assert.Equal(description, storage.Description);
    }
}
