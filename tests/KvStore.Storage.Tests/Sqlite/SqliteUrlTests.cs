// The connection forms of SQLAlchemy and cinderlib, and what is not one.
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteUrlTests
{
    private static readonly string Base = OperatingSystem.IsWindows() ? @"C:\base" : "/base";

    [Theory]
    [InlineData("sqlite://")]
    [InlineData("sqlite:///:memory:")]
    [InlineData("sqlite+pysqlite://")]
    [InlineData(":memory:")]
    public void Memory_is_meant_by(string connection) => Assert.Null(SqliteUrl.GetFile(connection, Base));

    [Theory]
    [InlineData("sqlite:///relative.db", "relative.db")]
    [InlineData("sqlite:///sub/relative.db", "sub/relative.db")]
    [InlineData("sqlite+pysqlite:///relative.db", "relative.db")]
    [InlineData("SQLite:///relative.db", "relative.db")]
    [InlineData("sqlite:///with%20space%3F%25%23.db", "with space?%#.db")]
    [InlineData("sqlite:///caf%C3%A9.db", "café.db")]
    [InlineData("sqlite:///../up.db", "../up.db")]
    [InlineData("relative.db", "relative.db")]
    [InlineData("with space?.db", "with space?.db")]
    [InlineData("100%25.db", "100%25.db")]
    public void A_relative_file_is_meant_by(string connection, string expected) =>
        Assert.Equal(Path.GetFullPath(expected, Base), SqliteUrl.GetFile(connection, Base));

    [Theory]
    [InlineData("sqlite:////absolute/kv.db", "/absolute/kv.db")]
    [InlineData("sqlite+driver:////absolute/kv%20x.db", "/absolute/kv x.db")]
    [InlineData("/absolute/kv.db", "/absolute/kv.db")]
    public void An_absolute_file_is_meant_by(string connection, string expected) =>
        Assert.Equal(Path.GetFullPath(expected, Base), SqliteUrl.GetFile(connection, Base));

    [Fact]
    public void A_drive_letter_makes_a_path_absolute_on_Windows()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Drive letters are those of Windows.");
        Assert.Equal(@"D:\x\kv.db", SqliteUrl.GetFile("sqlite:///D:/x/kv.db", Base));
    }

    [Theory]
    [InlineData("postgresql://host/db", "scheme")]
    [InlineData("sqlite://host/kv.db", "host")]
    [InlineData("sqlite:///kv.db?mode=ro", "'mode'")]
    [InlineData("sqlite:///kv.db?cache=shared&uri=true", "'cache', 'uri'")]
    [InlineData("", "no file")]
    [InlineData("  ", "no file")]
    [InlineData("sqlite:///a%00b", "no file")]
    public void What_cannot_be_meant_is_refused_by_name(string connection, string expected)
    {
        KvException error = Assert.Throws<KvException>(() => SqliteUrl.GetFile(connection, Base));
        Assert.Equal(KvError.InvalidConfiguration, error.Error);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("sqlite:///relative.db", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("full", "FULL")]
    [InlineData("2", "FULL")]
    [InlineData("Normal", "NORMAL")]
    [InlineData("EXTRA", "EXTRA")]
    public void Synchronous_is_taken_as_SQLite_takes_it(string given, string expected) =>
        Assert.Equal(expected, SqliteSettings.Create(given, timeout: 1).Synchronous);

    [Theory]
    [InlineData("SOMETIMES", 1)]
    [InlineData("7", 1)]
    [InlineData("FULL", -1)]
    [InlineData("FULL", double.NaN)]
    public void A_setting_that_is_none_is_refused(string synchronous, double timeout) =>
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => SqliteSettings.Create(synchronous, timeout)).Error);
}
