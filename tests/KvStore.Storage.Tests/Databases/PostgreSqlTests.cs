// What is PostgreSQL's own.
using KvStore.Storage.PostgreSql;
using Npgsql;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlTests() : DatabaseTests<PostgreSqlServer>(PostgreSqlServer.WhySkipped)
{
    [Fact]
    public void NUL_in_a_value_is_refused_before_anything_is_written()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1").Set("b", "x\0y"), default));
        Assert.Equal(KvError.InvalidText, e.Error);
        Assert.Contains("'b'", e.Message, StringComparison.Ordinal);
        KvEntry[] load = [new KvStoreEntry("myKV"), new KvItemEntry(new KvSet("a", "1")), new KvItemEntry(new KvSet("b", "\0"))];
        Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => storage.Load(load, KvLoadMode.Merge, default)).Error);
        Assert.Empty(storage.GetStores(default));
        Assert.Empty(storage.Scan("myKV", new KvRange { Start = "a\0" }, default));
    }

    [Fact]
    public void A_missing_password_is_asked_for_at_once()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase().Replace($":{Uri.EscapeDataString(DatabaseServer.Password)}@", "@", StringComparison.Ordinal));
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.AccessDenied, e.Error);
        Assert.False(e.IsRepeatable);
        Assert.Contains("-Credential", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_schema_is_migrated_with_all_that_is_in_it()
    {
        string connection = Server.NewDatabase();
        using (KvStorage storage = Server.Open(connection))
        {
            storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        }

        var settings = PostgreSqlSettings.Create(connection, user: null, password: null, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1));
        using var later = new PostgreSqlStorage(settings, new Schema("SELECT 1/0", "SELECT 1/0", "ALTER TABLE kvstore_store ADD COLUMN note text"));
        Assert.Equal("1", later.Get("myKV", "a", default)?.Value);
        Assert.Equal("1\n2\n3", Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT version FROM kvstore_schema ORDER BY version"));
    }

    [Fact]
    public void Tables_of_another_program_are_left_alone()
    {
        string connection = Server.NewDatabase();
        Server.Query(DatabaseServer.DatabaseOf(connection), "CREATE TABLE kvstore_item (x int)");
        using KvStorage storage = Server.Open(connection);
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1"), default));
        Assert.Equal(KvError.ForeignDatabase, e.Error);
        Assert.Equal("kvstore_item", Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT relname FROM pg_class WHERE relname LIKE 'kvstore%'"));
    }

    [Fact]
    public void A_server_that_takes_no_writes_is_an_error_that_says_so_and_can_be_read()
    {
        string connection = Server.NewDatabase();
        using (KvStorage storage = Server.Open(connection))
        {
            storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        }

        using KvStorage readOnly = Server.Open(connection + "?options=-cdefault_transaction_read_only%3Don");
        Assert.Equal("1", readOnly.Get("myKV", "a", default)?.Value);
        Assert.Equal(KvError.ReadOnly, Assert.Throws<KvException>(() => readOnly.Commit("myKV", new KvBatch().Set("a", "2"), default)).Error);
    }

    [Fact]
    public void A_user_without_rights_is_told_which_are_needed()
    {
        string connection = Server.NewDatabase();
        string database = DatabaseServer.DatabaseOf(connection);
        Server.Query(database, $"CREATE ROLE guest_{database} LOGIN PASSWORD 'guest'");
        using KvStorage storage = Server.Open(connection.Replace("kvstore:", $"guest_{database}:", StringComparison.Ordinal), "guest");
        KvException e = Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "1"), default));
        Assert.Equal(KvError.AccessDenied, e.Error);
        Assert.Contains("CREATE", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_TLS_where_it_is_required_is_an_error_that_names_the_option()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase() + "?sslmode=require");
        KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
        Assert.Equal(KvError.StorageUnavailable, e.Error);
        Assert.Contains("sslmode", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_of_several_hosts_that_serves_is_used()
    {
        string connection = Server.NewDatabase().Replace("@127.0.0.1", $"@127.0.0.1:{FreePorts.Get(1)[0]},127.0.0.1", StringComparison.Ordinal);
        using KvStorage storage = Server.Open(connection);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        Assert.Contains($",127.0.0.1:{Server.Port}/", storage.Description, StringComparison.Ordinal);
    }

    protected override string Schema => "'public'";

    protected override IDisposable LockStores(string connection)
    {
        var settings = PostgreSqlSettings.Create(connection, user: null, password: null, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1));
        var other = new NpgsqlConnection(settings.ConnectionString);
        other.Open();
        using var command = new NpgsqlCommand("BEGIN; SELECT * FROM kvstore_store FOR UPDATE", other);
        command.ExecuteNonQuery();
        return other;
    }
}
