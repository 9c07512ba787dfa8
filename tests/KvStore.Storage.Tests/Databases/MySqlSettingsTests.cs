// Every form of a MySQL or MariaDB connection, and what is refused by name.
using KvStore.Storage.MySql;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class MySqlSettingsTests
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("mysql+pymysql://user:password@host/db?charset=utf8", "host:3306", "db", "user", "password")]
    [InlineData("mariadb://us%40er:p%2Fw%3A@host:3307/my%20db?charset=utf8mb4&use_unicode=1", "host:3307", "my db", "us@er", "p/w:")]
    [InlineData("mysql://me@h1:3307,h2,[::1]/db", "h1:3307,h2:3306,[::1]:3306", "db", "me", null)]
    [InlineData("mysql:///db", "localhost:3306", "db", null, null)]
    public void A_url_leads_where_it_says(string url, string hosts, string database, string? user, string? password)
    {
        MySqlSettings settings = Parse(url);
        Assert.Equal((hosts, database, user, password), (string.Join(',', settings.Hosts), settings.Database, settings.User, settings.Password));
    }

    [Fact]
    public void Options_mean_what_SQLAlchemy_means_by_them()
    {
        MySqlSettings settings = Parse("mysql://me@host/db?ssl_mode=VERIFY_IDENTITY&ssl_ca=/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem&connect_timeout=3");
        Assert.Equal((true, true, "/ca.pem", "/c.pem", "/k.pem"), (settings.EnforcesTls, settings.VerifiesCertificate, settings.Authorities, settings.Certificate, settings.Key));
        Assert.Equal(TimeSpan.FromSeconds(3), settings.ConnectTimeout);
        Assert.Equal("/run/s.sock", Parse("mysql://me@/db?unix_socket=/run/s.sock").Socket);
    }

    [Theory]
    [InlineData("", null, false)]
    [InlineData("?ssl_mode=PREFERRED", null, false)]
    [InlineData("?ssl_mode=DISABLED", false, false)]
    [InlineData("?ssl_mode=required", true, false)]
    [InlineData("?ssl_mode=VERIFY_CA", true, true)]
    [InlineData("?ssl_ca=/ca.pem", true, true)]
    [InlineData("?ssl_cert=/c.pem", true, false)]
    public void Naming_an_authority_is_enough_to_have_the_server_checked(string query, bool? enforces, bool verifies)
    {
        MySqlSettings settings = Parse("mysql://me@host/db" + query);
        Assert.Equal((enforces, verifies), (settings.EnforcesTls, settings.VerifiesCertificate));
    }

    [Theory]
    [InlineData("postgresql://me:s3cret@host/db", "connection")]
    [InlineData("mysql://me:s3cret@host", "connection")]
    [InlineData("mysql://me:s3cret@host/db?sslmode=require", "sslmode")]
    [InlineData("mysql://me:s3cret@host/db?charset=latin1", "charset")]
    [InlineData("mysql://me:s3cret@host/db?use_unicode=0", "use_unicode")]
    [InlineData("mysql://me:s3cret@host/db?ssl_mode=s3cret", "ssl_mode")]
    [InlineData("mysql://me:s3cret@host/db?connect_timeout=0", "connect_timeout")]
    public void What_cannot_be_is_refused_by_name(string url, string named)
    {
        KvException e = Assert.Throws<KvException>(() => Parse(url));
        Assert.Equal((KvError.InvalidConfiguration, named), (e.Error, e.Target));
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void User_and_password_of_their_own_win_and_decide_who_shares()
    {
        MySqlSettings settings = MySqlSettings.Create("mysql://me:old@host/db", "you", "s3cret", Seconds, Seconds);
        Assert.Equal(("you", "s3cret"), (settings.User, settings.Password));
        Assert.Equal(settings, MySqlSettings.Create("mysql+pymysql://you:s3cret@host:3306/db", user: null, password: null, Seconds, Seconds));
        Assert.NotEqual(settings, MySqlSettings.Create("mysql://you:other@host/db", user: null, password: null, Seconds, Seconds));
        Assert.Equal("mysql://host:3306/db", settings.ToString());
    }

    [Fact]
    public void A_storage_is_chosen_by_name_and_scheme_with_its_options_and_shows_no_secret()
    {
        var registry = new StorageRegistry();
        foreach (StoragePlugin plugin in StoragePlugin.FromType(typeof(MySqlStorage)))
        {
            registry.Register(plugin);
        }

        using KvStorage storage = registry.Create(new StorageConfiguration("db", "mysql+pymysql://me:s3cret@host/db?charset=utf8").With("retry_time", 5).With("timeout", "2.5"));
        Assert.Equal("db (mysql://host:3306/db)", storage.Description);
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => registry.Create(new StorageConfiguration(null, "mariadb://host/db").With("timeout", 0))).Error);
    }

    private static MySqlSettings Parse(string url) => MySqlSettings.Create(url, user: null, password: null, Seconds, Seconds);
}
