// What is MariaDB's and MySQL's own.
using System.Runtime.InteropServices;
using KvStore.Storage.MySql;
using KvStore.Storage.MySql.Client;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbTests() : DatabaseTests<MariaDbServer>(MariaDbServer.WhySkipped)
{
    protected override string Schema => "DATABASE()";

    protected override string Key => "`key`";

    [Fact]
    public void NUL_in_a_value_is_kept()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        storage.Commit("myKV", new KvBatch().Set("a", "x\0y"), default);
        Assert.Equal("x\0y", storage.Get("myKV", "a", default)?.Value);
    }

    [Fact]
    public void An_older_schema_is_migrated_with_all_that_is_in_it()
    {
        string connection = Server.NewDatabase();
        using (KvStorage storage = Server.Open(connection))
        {
            storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        }

        using var later = new MySqlStorage(Settings(connection), new Schema("not run", "not run", "ALTER TABLE kvstore_store ADD COLUMN note TEXT"));
        Assert.Equal("1", later.Get("myKV", "a", default)?.Value);
        Assert.Equal("1\n2\n3", Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT version FROM kvstore_schema ORDER BY version"));
    }

    [Fact]
    public void A_schema_that_was_half_made_is_made_whole()
    {
        string connection = Server.NewDatabase();
        string first = "CREATE TABLE kvstore_schema (version INT NOT NULL PRIMARY KEY, applied DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6))";
        Server.Query(DatabaseServer.DatabaseOf(connection), first);
        using KvStorage storage = Server.Open(connection);
        Assert.Null(storage.Get("myKV", "a", default));
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
    }

    [Fact]
    public void Tables_of_another_program_are_left_alone()
    {
        string connection = Server.NewDatabase();
        Server.Query(DatabaseServer.DatabaseOf(connection), "CREATE TABLE kvstore_item (x INT)");
        using KvStorage storage = Server.Open(connection);
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1"), default));
        Assert.Equal(KvError.ForeignDatabase, e.Error);
        Assert.Equal("kvstore_item", Server.Query(DatabaseServer.DatabaseOf(connection), "SHOW TABLES"));
    }

    [Fact]
    public void A_user_without_rights_is_told_which_are_needed()
    {
        string connection = Server.NewDatabase();
        string database = DatabaseServer.DatabaseOf(connection);
        Server.Query(database, $"CREATE USER guest_{database}@'127.0.0.1' IDENTIFIED BY 'guest'; GRANT SELECT ON {database}.* TO guest_{database}@'127.0.0.1'");
        using KvStorage storage = Server.Open(connection.Replace("kvstore:", $"guest_{database}:", StringComparison.Ordinal), "guest");
        Assert.Null(storage.Get("myKV", "a", default));
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1"), default));
        Assert.Equal(KvError.AccessDenied, e.Error);
        Assert.Contains("ALL PRIVILEGES", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_TLS_where_it_is_required_is_an_error_that_names_the_option()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase() + "?ssl_mode=REQUIRED");
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.Contains("ssl_mode", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_of_several_hosts_that_serves_is_used()
    {
        string connection = Server.NewDatabase().Replace("@127.0.0.1", $"@127.0.0.1:{FreePorts.Get(1)[0]},127.0.0.1", StringComparison.Ordinal);
        using KvStorage storage = Server.Open(connection + "?charset=utf8");
        storage.Commit("myKV", new KvBatch().Set("a", "😀"), default);
        Assert.Equal("😀", storage.Get("myKV", "a", default)?.Value);
        Assert.Contains($",127.0.0.1:{Server.Port}/", storage.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_client_library_is_an_error_that_names_what_to_install()
    {
        KvException e = Assert.Throws<KvException>(() => LibMariaDb.Load(["libnowhere.so.3"]));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.All(["libnowhere.so.3", "libmariadb3", "mariadb-connector-c", "brew", "Windows"], word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_parameters_of_the_library_lie_where_it_looks_for_them() =>
        Assert.Equal(Marshal.SizeOf<CULong>() == 8 ? 112 : 88, Marshal.SizeOf<Bind>());

    [Fact]
    public void A_result_that_is_given_up_half_read_leaves_the_connection_fit_for_use()
    {
        using var connection = new Connection(Settings(Server.NewDatabase()), TimeSpan.FromSeconds(15));
        long ReadFirst(Statement row) => row.GetNumber(0) == 1 ? 1 : throw new InvalidOperationException();
        Assert.Throws<InvalidOperationException>(() => connection.Select("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", "n", ReadFirst));
        Assert.Equal([4], connection.Select("SELECT 4", "n", row => row.GetNumber(0)));
        Assert.False(connection.IsBroken);
    }

    protected override IDisposable LockStores(string connection)
    {
        var other = new Connection(Settings(connection), TimeSpan.FromSeconds(15));
        other.Begin();
        other.Select("SELECT id FROM kvstore_store FOR UPDATE", "n", row => row.GetNumber(0));
        return new Other(other);
    }

    private static MySqlSettings Settings(string connection) =>
        MySqlSettings.Create(connection, user: null, password: null, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1));

    // Disposed twice by tests that let go of the lock early.
    private sealed class Other(Connection connection) : IDisposable
    {
        private Connection? _connection = connection;

        public void Dispose() => Interlocked.Exchange(ref _connection, null)?.Dispose();
    }
}
