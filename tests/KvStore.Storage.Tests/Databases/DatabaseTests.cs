// What every storage on a database server owes its users beyond the contract; each server inherits all of it.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KvStore.Storage.Probe;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

/// <summary>Cases over a server that stays alive, shared with other classes.</summary>
public abstract class DatabaseTests<TServer>
    where TServer : DatabaseServer, new()
{
    protected DatabaseTests(string? whySkipped) => Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");

    protected static TServer Server => SharedServers.Get<TServer>();

    [Fact]
    public void Reading_an_empty_database_leaves_it_empty()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        Assert.Null(storage.Get("myKV", "a", default));
        Assert.Empty(storage.GetStores(default));
        Assert.Null(storage.GetStore("myKV", default));
        Assert.Empty(storage.Scan("myKV", KvRange.All, default));
        Assert.Empty(storage.GetChildren("myKV", "", default));
        Assert.Empty(storage.GetKeptNamespaces("myKV", "", default));
        storage.RemoveStore("myKV", default);
        Assert.Equal("0", Server.Query(DatabaseServer.DatabaseOf(connection), $"SELECT count(*) FROM information_schema.tables WHERE table_schema = {Schema} AND table_name LIKE 'kvstore%'"));
    }

    [Fact]
    public void What_is_written_can_be_read_by_people()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "välue").Set("foo/z", "😀").AddNamespace("empty"), default);
        string database = DatabaseServer.DatabaseOf(connection);
        Assert.Equal("myKV|foo/bar/key|välue|1\nmyKV|foo/z|😀|1", Server.Query(database, $"SELECT store, {Key}, value, version FROM kvstore ORDER BY {Key}"));
        Assert.Equal("myKV|1|510|4096|2", Server.Query(database, "SELECT name, revision, maximum_key_size, maximum_value_size, item_count FROM kvstore_store"));
        Assert.Equal("empty", Server.Query(database, "SELECT path FROM kvstore_namespace"));
        Assert.Equal(DateTime.UtcNow.Year.ToString(CultureInfo.InvariantCulture), Server.Query(database, $"SELECT DISTINCT EXTRACT(YEAR FROM created) FROM kvstore_item WHERE {Key} LIKE 'foo%'"));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_as_it_is()
    {
        string connection = Server.NewDatabase();
        string database = DatabaseServer.DatabaseOf(connection);
        using (KvStorage storage = Server.Open(connection))
        {
            storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        }

        Server.Query(database, "INSERT INTO kvstore_schema (version) VALUES (99)");
        using KvStorage later = Server.Open(connection);
        KvException read = Assert.Throws<KvException>(() => later.Get("myKV", "a", default));
        KvException write = Assert.Throws<KvException>(() => later.Commit("myKV", new KvBatch().Set("a", "2"), default));
        Assert.Equal((KvError.NewerSchema, KvError.NewerSchema), (read.Error, write.Error));
        Assert.Contains("99", read.Message, StringComparison.Ordinal);
        Assert.Equal("1", Server.Query(database, "SELECT value FROM kvstore"));
    }

    [Fact]
    public void A_wrong_password_is_an_error_that_shows_none()
    {
        const string Wrong = "wr0ng-p@ss/word";
        using KvStorage storage = Server.Open(Server.Connection("any", Wrong));
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.AccessDenied, e.Error);
        Assert.Contains($"127.0.0.1:{Server.Port}", e.Message, StringComparison.Ordinal);
        AssertShowsNo(Wrong, e.ToString(), storage.Description, storage.ToString());

        // What -Credential gives wins over the URL.
        using KvStorage right = Server.Open(Server.NewDatabase().Replace(Uri.EscapeDataString(DatabaseServer.Password), "x", StringComparison.Ordinal), DatabaseServer.Password);
        Assert.Null(right.Get("myKV", "a", default));
    }

    [Fact]
    public void A_missing_database_is_an_error_that_names_it()
    {
        using KvStorage storage = Server.Open(Server.Connection("nowhere"));
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1"), default));
        Assert.Contains(e.Error, new[] { KvError.StorageUnavailable, KvError.AccessDenied });
        Assert.Contains("nowhere", e.Message, StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE", e.Message, StringComparison.Ordinal);
        AssertShowsNo(DatabaseServer.Password, e.ToString());
    }

    [Fact]
    public void An_unknown_host_is_an_error_that_names_it()
    {
        using KvStorage storage = Server.Open($"{Server.Scheme}://me:s3cret@no-such-host.invalid/db", retryTime: 1);
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.Contains("no-such-host.invalid", e.Message, StringComparison.Ordinal);
        AssertShowsNo("s3cret", e.ToString());
    }

    [Fact]
    public void Nobody_listening_is_an_error_within_the_bound()
    {
        using KvStorage storage = Server.Open($"{Server.Scheme}://me:s3cret@127.0.0.1:{FreePorts.Get(1)[0]}/db", retryTime: 0.5);
        var watch = Stopwatch.StartNew();
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.1, 9);
        Assert.Contains("nothing listens there", e.Message, StringComparison.Ordinal);
        AssertShowsNo("s3cret", e.ToString());
    }

    [Fact]
    public void A_server_that_accepts_and_is_silent_ends_in_an_error_within_the_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        using KvStorage storage = Server.Open($"{Server.Scheme}://me:s3cret@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/db", timeout: 1, retryTime: 1);
        var watch = Stopwatch.StartNew();
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 14);
        Assert.Contains("did not answer", e.Message, StringComparison.Ordinal);
        AssertShowsNo("s3cret", e.ToString());
    }

    [Fact]
    public void Cancelling_ends_a_call_to_a_server_that_accepts_and_is_silent()
    {
        using var silent = new TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        using KvStorage storage = Server.Open($"{Server.Scheme}://me@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/db", timeout: 60);
        AssertCancels(token => storage.Commit("myKV", new KvBatch().Set("a", "1"), token));
    }

    [Fact]
    public void Cancelling_ends_the_wait_for_another_writer_who_then_has_the_store_to_himself()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection, timeout: 60);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        using IDisposable lockHeld = LockStores(connection);
        AssertCancels(token => storage.Commit("myKV", new KvBatch().Set("a", "2"), token));
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        lockHeld.Dispose();
        storage.Commit("myKV", new KvBatch().RequireVersion("a", 1).Set("a", "3"), default).ThrowIfFailed();
    }

    [Fact]
    public void Waiting_for_another_writer_for_longer_than_the_timeout_is_an_error_that_says_so()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection, timeout: 2, retryTime: 0.1);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        using IDisposable lockHeld = LockStores(connection);
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "2"), default));
        Assert.Equal(KvError.StorageBusy, e.Error);
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
    }

    [Fact]
    public void Several_instances_that_come_first_at_once_make_the_tables_once_and_lose_nothing()
    {
        string connection = Server.NewDatabase();
        const int Writers = 6;
        const int Each = 20;
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, writer =>
        {
            using KvStorage storage = Server.Open(connection);
            for (int i = 0; i < Each; i++)
            {
                storage.Commit("myKV", new KvBatch().Set($"w{writer}/{i}", "x").Set($"shared/{i}", $"{writer}"), default);
            }
        });
        using KvStorage reader = Server.Open(connection);
        Assert.Equal((Writers * Each) + Each, reader.Scan("myKV", KvRange.All, default).Count());
        KvStoreInfo info = Assert.Single(reader.GetStores(default));
        Assert.Equal((Writers * Each, (Writers * Each) + Each), (info.Revision!.Value, info.ItemCount!.Value));
        Assert.All(reader.Scan("myKV", KvRange.Beneath("shared"), default), item => Assert.Equal(Writers, item.Version));
    }

    [Fact]
    public void Three_processes_increment_one_counter_without_losing_a_step()
    {
        const int Each = 50;
        string connection = Server.NewDatabase();
        ProbeProcess.RunTogether(processes: 3, _ => new ProbeProcess("increment", connection, "counter", Each));
        using KvStorage reader = Server.Open(connection);
        Assert.Equal(($"{3 * Each}", 3 * Each), (reader.Get("shared", "counter", default)?.Value, reader.Get("shared", "counter", default)?.Version));
    }

    [Fact]
    public void Many_threads_share_one_storage()
    {
        // More threads than a pool has connections, and all writers of one store: the last in line waits for many.
        using KvStorage storage = Server.Open(Server.NewDatabase(), timeout: 120, retryTime: 120);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        int met = 0;
        TestThread.Join(TestThread.Start(64, thread =>
        {
            for (int i = 0; i < 5; i++)
            {
                storage.Commit("myKV", new KvBatch().Set($"t{thread}/{i}", "x"), default);
                if (storage.Get("myKV", "a", default)?.Value == "1" && storage.Scan("myKV", KvRange.Beneath($"t{thread}"), default).Count() == i + 1)
                {
                    Interlocked.Increment(ref met);
                }
            }
        }));
        Assert.Equal(64 * 5, met);
        Assert.Equal(1 + (64 * 5), storage.GetStore("myKV", default)?.ItemCount);
    }

    [Fact]
    public void A_value_of_the_ceiling_and_a_key_of_the_ceiling_are_kept()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase(), timeout: 60);
        storage.CreateStore("myKV", storage.Limits, default);
        string key = new('k', storage.Limits.MaximumKeySize - 4);
        string value = new('v', storage.Limits.MaximumValueSize);

        // Incompressible, so that no index entry is small by luck.
        string random = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(storage.Limits.MaximumKeySize / 2));
        storage.Commit("myKV", new KvBatch().Set(key + "😀", value).Set(random, "x"), default);
        Assert.Equal(value, storage.Get("myKV", key + "😀", default)?.Value);
        Assert.Equal("x", storage.Get("myKV", random, default)?.Value);
        Assert.Equal(2, storage.Scan("myKV", KvRange.All, default).Count());
    }

    [Fact]
    public void Keys_that_differ_in_a_space_or_a_case_are_different()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        string[] keys = ["a", "a /b", "a/b", "A", "á", "a\u0301"];
        var batch = new KvBatch();
        Array.ForEach(keys, key => batch.Set(key, key));
        storage.Commit("myKV", batch.AddNamespace("n").AddNamespace("n /m").AddNamespace("N"), default);
        Assert.All(keys, key => Assert.Equal(key, storage.Get("myKV", key, default)?.Value));
        Assert.Equal(keys.Order(KvOrder.Instance), storage.Scan("myKV", KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(["N", "n", "n /m"], storage.GetKeptNamespaces("myKV", "", default));
    }

    [Fact]
    public void A_large_listing_and_a_large_load_are_right_page_by_page()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        string[] keys = [.. Enumerable.Range(0, 6000).Select(i => i % 2 == 0 ? $"leaf{i:D5}" : $"ns{i:D5}/deep/{i}")];
        storage.Load([new KvStoreEntry("myKV"), .. keys.Select(key => new KvItemEntry(new KvSet(key, key)))], KvLoadMode.Merge, default);
        Assert.Equal(keys.Order(KvOrder.Instance), storage.Scan("myKV", KvRange.All, default).Select(item => item.FullKey));
        Assert.Equal(6000, storage.GetChildren("myKV", "", default).Count());
        Assert.Equal(3000, storage.GetChildren("myKV", "", default).Count(node => node.IsNamespace));
        Assert.Equal(6000, storage.GetStore("myKV", default)?.ItemCount);
        storage.Commit("myKV", new KvBatch().DeleteNamespace("ns00001").DeleteNamespace("ns00003"), default);
        Assert.Equal(5998, storage.GetStore("myKV", default)?.ItemCount);
    }

    /// <summary>Where the tables of a database are, in this server's SQL.</summary>
    protected abstract string Schema { get; }

    /// <summary>The column of keys, as this server's SQL must spell it.</summary>
    protected virtual string Key => "key";

    /// <summary>Locks all stores of a database as another writer, until disposed.</summary>
    protected abstract IDisposable LockStores(string connection);

    protected static void AssertCancels(Action<CancellationToken> call)
    {
        using var stopping = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => call(stopping.Token));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.2, 30);
    }

    protected static void AssertShowsNo(string secret, params string?[] texts) => Assert.All(texts, text =>
    {
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(secret), text, StringComparison.Ordinal);
    });
}
