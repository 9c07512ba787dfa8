// Every form of a PostgreSQL connection, and what is refused by name.
using KvStore.Storage.PostgreSql;
using Npgsql;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlSettingsTests
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("postgresql+psycopg2://user:password@host:5433/db", "host:5433", "db", "user", "password")]
    [InlineData("postgres://us%40er:p%2Fw%3A@host/my%20db", "host:5432", "my db", "us@er", "p/w:")]
    [InlineData("postgresql://me@h1:5433,h2/db", "h1:5433,h2:5432", "db", "me", null)]
    [InlineData("postgresql://me@[::1]/db", "[::1]:5432", "db", "me", null)]
    [InlineData("postgresql://me@/db?host=h1:5433&host=h2&port=5434", "h1:5433,h2:5434", "db", "me", null)]
    [InlineData("postgresql://me@/db?host=/var/run/postgresql", "/var/run/postgresql:5432", "db", "me", null)]
    [InlineData("postgresql://me@", "localhost:5432", "me", "me", null)]
    public void A_url_leads_where_it_says(string url, string host, string database, string user, string? password)
    {
        NpgsqlConnectionStringBuilder builder = Parse(url);
        Assert.Equal((host, database, user, password), (builder.Host, builder.Database, builder.Username, builder.Password));
        using NpgsqlDataSource source = NpgsqlDataSource.Create(builder);
    }

    [Fact]
    public void Options_mean_what_libpq_means_by_them()
    {
        NpgsqlConnectionStringBuilder builder = Parse(
            "postgresql://me@h1,h2/db?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem&connect_timeout=3&application_name=my+app&options=-csearch_path%3Dx&target_session_attrs=primary&channel_binding=require&client_encoding=UTF8");
        Assert.Equal((SslMode.VerifyFull, "/ca.pem", "/c.pem", "/k.pem"), (builder.SslMode, builder.RootCertificate, builder.SslCertificate, builder.SslKey));
        Assert.Equal((3, "my app", "-csearch_path=x", "primary", ChannelBinding.Require), (builder.Timeout, builder.ApplicationName, builder.Options, builder.TargetSessionAttributes, builder.ChannelBinding));
    }

    [Theory]
    [InlineData("mysql://me:s3cret@host/db", "connection")]
    [InlineData("postgresql://me:s3cret@host/db?charset=utf8", "charset")]
    [InlineData("postgresql://me:s3cret@host/db?sslmode=s3cret", "sslmode")]
    [InlineData("postgresql://me:s3cret@host/db?connect_timeout=soon", "connect_timeout")]
    [InlineData("postgresql://me:s3cret@host/db?client_encoding=latin1", "client_encoding")]
    [InlineData("postgresql://me:s3cret@host/db?target_session_attrs=primary", "target_session_attrs")]
    [InlineData("postgresql://me:s3cret@host/db?host=a:b", "postgresql://me:***@host/db?host=a:b")]
    public void What_cannot_be_is_refused_by_name(string url, string named)
    {
        KvException e = Assert.Throws<KvException>(() => Parse(url));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.Equal(named, e.Target);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void User_and_password_of_their_own_win_and_decide_who_shares()
    {
        PostgreSqlSettings settings = PostgreSqlSettings.Create("postgresql://me:old@host/db", "you", "s3cret", Seconds, Seconds);
        var builder = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        Assert.Equal(("you", "s3cret"), (builder.Username, builder.Password));
        Assert.Equal(settings, PostgreSqlSettings.Create("postgresql+psycopg2://you:s3cret@host:5432/db", user: null, password: null, Seconds, Seconds));
        Assert.NotEqual(settings, PostgreSqlSettings.Create("postgresql://you:other@host/db", user: null, password: null, Seconds, Seconds));
        Assert.Equal("postgresql://host:5432/db", settings.ToString());
    }

    [Fact]
    public void A_storage_is_chosen_by_name_and_scheme_with_its_options_and_shows_no_secret()
    {
        var registry = new StorageRegistry();
        foreach (StoragePlugin plugin in StoragePlugin.FromType(typeof(PostgreSqlStorage)))
        {
            registry.Register(plugin);
        }

        using KvStorage storage = registry.Create(new StorageConfiguration("db", "postgresql+psycopg2://me:s3cret@host/db").With("retry_time", 5).With("timeout", "2.5"));
        Assert.Equal("db (postgresql://host:5432/db)", storage.Description);
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => registry.Create(new StorageConfiguration(null, "postgres://host/db").With("timeout", 0))).Error);
    }

    private static NpgsqlConnectionStringBuilder Parse(string url) =>
        new(PostgreSqlSettings.Create(url, user: null, password: null, Seconds, Seconds).ConnectionString);
}
