// Every form of a server's URL that cinderlib's users have, and that none of them shows a secret.
namespace KvStore.Core.Tests;

public sealed class ConnectionUrlTests
{
    [Theory]
    [InlineData("mysql+pymysql://user:password@host/db?charset=utf8", "mysql", "user", "password", "host", "db", "charset=utf8")]
    [InlineData("postgresql+psycopg2://user:password@host:5432/db", "postgresql", "user", "password", "host:5432", "db", "")]
    [InlineData("POSTGRESQL://u%40x:p%3A%2F%40%25w@h1:5432,h2:5433,h3/my%20db", "postgresql", "u@x", "p:/@%w", "h1:5432 h2:5433 h3", "my db", "")]
    [InlineData("mysql://me@[::1]:3307/kv", "mysql", "me", null, "[::1]:3307", "kv", "")]
    [InlineData("postgresql:///kv?host=%2Fvar%2Frun&application_name=a+b%2Bc", "postgresql", null, null, "", "kv", "host=/var/run application_name=a b+c")]
    [InlineData("mysql://host", "mysql", null, null, "host", "", "")]
    [InlineData("mysql://:pw@host?a=1&a=2", "mysql", null, "pw", "host", "", "a=1 a=2")]
    [InlineData("mysql://me:@host", "mysql", "me", "", "host", "", "")]
    [InlineData("postgresql://me:p@ss@host/db?options=-csearch_path%3Dx", "postgresql", "me", "p@ss", "host", "db", "options=-csearch_path=x")]
    public void A_url_is_taken_apart(string url, string scheme, string? user, string? password, string hosts, string path, string options)
    {
        ConnectionUrl parsed = ConnectionUrl.Parse(url);
        Assert.Equal((scheme, user, password, path), (parsed.Scheme, parsed.User, parsed.Password, parsed.Path));
        Assert.Equal(hosts, string.Join(' ', parsed.Hosts));
        Assert.Equal(options, string.Join(' ', parsed.Options.Select(option => $"{option.Key}={option.Value}")));
    }

    [Theory]
    [InlineData("mysql://me:s3cret@h1:3306,[::1]:3307/kv?ssl_key=s3cret", "mysql://me@h1:3306,[::1]:3307/kv")]
    [InlineData("mysql://:s3cret@host", "mysql://host")]
    public void The_shown_form_has_no_secret(string url, string shown) => Assert.Equal(shown, ConnectionUrl.Parse(url).ToString());

    [Theory]
    [InlineData("no url")]
    [InlineData("mysql://me:s3cret@host:port/db")]
    [InlineData("mysql://me:s3cret@host:0/db")]
    [InlineData("mysql://me:s3cret@host:65536/db")]
    [InlineData("mysql://me:s3cret@:3306/db")]
    [InlineData("mysql://me:s3cret@host/db?charset")]
    [InlineData("mysql://me:s3/cret@host/db")]
    [InlineData("mysql://me:12/s3cret@host/db")]
    [InlineData("mysql://me:12?a=s3cret@host/db")]
    [InlineData("mysql://me:x@s3cret/y@host/db")]
    public void A_malformed_url_is_an_error_without_the_password(string url)
    {
        KvException e = Assert.Throws<KvException>(() => ConnectionUrl.Parse(url));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.DoesNotContain("cret", e.ToString(), StringComparison.Ordinal);
    }
}
