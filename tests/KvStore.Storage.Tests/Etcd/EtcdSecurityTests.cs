// Users, passwords, tokens and certificates, against servers that insist on them; and that none of it is ever shown.
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdSecurityTests
{
    private const string Password = "p@ss/wörd?&1";

    [EtcdFact]
    public void A_user_with_a_password_works_where_the_roles_allow_and_its_token_is_renewed()
    {
        using var cluster = new EtcdCluster(size: 1, certificates: null, "--auth-token-ttl", "1", "--bcrypt-cost", "4");
        cluster.Ctl("user", "add", $"root:{Password}");
        cluster.Ctl("user", "grant-role", "root", "root");
        cluster.Ctl("role", "add", "kv");
        cluster.Ctl("role", "grant-permission", "--prefix", "kv", "readwrite", "/kvstore/");
        cluster.Ctl("user", "add", $"me:{Password}");
        cluster.Ctl("user", "grant-role", "me", "kv");
        cluster.Ctl("auth", "enable");

        string encoded = Uri.EscapeDataString(Password);
        using (var storage = new EtcdStorage($"etcd://me:{encoded}@{cluster.Servers}"))
        {
            storage.Commit("mine", new KvBatch().Set("a", "1"), default);

            // The token ends after a second without use.
            Thread.Sleep(2500);
            Assert.Equal("1", storage.Get("mine", "a", default)?.Value);
        }

        using (var storage = new EtcdStorage($"etcd://{cluster.Servers}/elsewhere", user: "me", password: Password))
        {
            ExpectDenied(() => storage.Get("mine", "a", default));
            ExpectDenied(() => storage.Commit("mine", new KvBatch().Set("a", "1"), default));
        }

        using (var storage = new EtcdStorage($"etcd://me:{encoded}x@{cluster.Servers}"))
        {
            ExpectDenied(() => storage.Get("mine", "a", default));
            Assert.Equal($"etcd ({cluster.Servers})", storage.Description);
        }

        using (var storage = new EtcdStorage($"etcd://{cluster.Servers}"))
        {
            ExpectDenied(() => storage.Get("mine", "a", default));
        }
    }

    [EtcdFact]
    public void A_user_is_no_hindrance_where_authentication_is_off()
    {
        using var storage = new EtcdStorage($"etcd://{SharedEtcdCluster.Cluster.Servers}/open?user=me&password=s3cret");
        storage.Commit("mine", new KvBatch().Set("a", "1"), default);
        storage.RemoveStore("mine", default);
    }

    [EtcdFact]
    public void Tls_works_with_a_private_authority_and_a_client_certificate_and_refuses_others()
    {
        string folder = Directory.CreateTempSubdirectory("kvstore-tls-").FullName;
        try
        {
            TestCertificates.Create(folder);
            using var cluster = new EtcdCluster(size: 1, certificates: folder);
            string options = $"ca={folder}/ca.pem&certificate={folder}/client.pem&key={folder}/client-key.pem";
            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}?{options}"))
            {
                storage.Commit("mine", new KvBatch().Set("a", "1"), default);
                Assert.Equal("1", storage.Get("mine", "a", default)?.Value);
                Assert.Equal("1", storage.Watch("mine", "", fromRevision: 1, default).First().Value);
            }

            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}", ca: "ca.pem", certificate: "client.pem", key: "client-key.pem", baseFolder: folder))
            {
                Assert.Equal("1", storage.Get("mine", "a", default)?.Value);
            }

            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}?insecure=true&certificate={folder}/client.pem&key={folder}/client-key.pem"))
            {
                Assert.Equal("1", storage.Get("mine", "a", default)?.Value);
            }

            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}"))
            {
                KvException e = Assert.Throws<KvException>(() => storage.Get("mine", "a", default));
                Assert.Contains("trusted", e.Message, StringComparison.Ordinal);
            }

            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}?ca={folder}/ca.pem&retryTime=0"))
            {
                Assert.Equal(KvError.StorageUnavailable, Assert.Throws<KvException>(() => storage.Get("mine", "a", default)).Error);
            }

            using (var storage = new EtcdStorage($"etcds://{cluster.Servers}?ca={folder}/none.pem"))
            {
                Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => storage.Get("mine", "a", default)).Error);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("etcd://")]
    [InlineData("etcd://me:s3cret@")]
    [InlineData("etcd://me:s3cret@a b")]
    [InlineData("etcd://me:s3cret@host:99999")]
    [InlineData("etcd://me:s3cret@host?nonsense=1")]
    [InlineData("etcd://me:s3cret@host?timeout=soon")]
    [InlineData("etcd://me:s3cret@host?timeout=0")]
    [InlineData("etcd://me:s3cret@host?insecure=true")]
    [InlineData("etcd://me:s3cret@host?token=s3cret")]
    [InlineData("etcd://:s3cret@host")]
    [InlineData("http://me:s3cret@host")]
    public void A_malformed_connection_is_refused_without_its_secrets(string connection)
    {
        KvException e = Assert.Throws<KvException>(() => new EtcdStorage(connection));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Storages_of_the_same_place_and_settings_share_one_object_and_others_do_not()
    {
        static object Key(string connection, string? password = null) => new Probe(connection, password).Key;
        Assert.Equal(Key("etcd://u@a,b", "p"), Key("etcd://u:p@a:2379,b:2379"));
        Assert.NotEqual(Key("etcd://u:p@a"), Key("etcd://u:q@a"));
        Assert.NotEqual(Key("etcd://a"), Key("etcd://a/other"));
        Assert.NotEqual(Key("etcd://a"), Key("etcd://a?timeout=1"));
        Assert.NotEqual(Key("etcd://a"), Key("etcds://a"));
    }

    private static void ExpectDenied(Action action)
    {
        KvException e = Assert.Throws<KvException>(action);
        Assert.Equal(KvError.AccessDenied, e.Error);
        Assert.DoesNotContain(Password, e.ToString(), StringComparison.Ordinal);
    }

    private sealed class Probe(string connection, string? password) : DelegatingStorage(new EtcdStorage(connection, password: password))
    {
        public object Key => SharingKey!;
    }
}
