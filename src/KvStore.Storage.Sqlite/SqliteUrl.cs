// Connections are written as SQLAlchemy and cinderlib write them, or simply as a file's path.
namespace KvStore.Storage.Sqlite;

/// <summary>Takes a connection apart: <c>sqlite://</c> (memory), <c>sqlite:///relative.db</c>, <c>sqlite:////absolute.db</c>, or a path.</summary>
internal static class SqliteUrl
{
    private const string MemoryName = ":memory:";

    /// <summary>The absolute path of the file that a connection means; null for a database in memory.</summary>
    /// <param name="connection">A URL, with a driver or without (<c>sqlite+pysqlite:///…</c>), or a file's path.</param>
    /// <param name="baseFolder">The folder that a relative path starts from.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: another scheme, a host, an option, or no path.</exception>
    public static string? GetFile(string connection, string baseFolder)
    {
        string path = connection.Contains("://", StringComparison.Ordinal) ? GetPath(connection) : CheckPath(connection, connection);
        return path is "" or MemoryName ? null : Path.GetFullPath(path, baseFolder);
    }

    private static string GetPath(string url)
    {
        if (StorageUrl.GetScheme(url) != "sqlite")
        {
            throw Invalid(url, "is not a SQLite connection: the scheme must be 'sqlite', with a driver or without");
        }

        string rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            string names = string.Join("', '", rest[(question + 1)..].Split('&').Select(option => option.Split('=')[0]));
            throw Invalid(url, $"has the option '{names}', and none is supported: write '%3F' for a question mark in a file's name");
        }

        if (rest.Length == 0)
        {
            return "";
        }

        if (rest[0] != '/')
        {
            throw Invalid(url, "names a host, which SQLite has none of: three slashes precede a relative path, four an absolute one");
        }

        // What follows the third slash is the path, so that a fourth one makes it absolute.
        string path = Uri.UnescapeDataString(rest[1..]);
        return CheckPath(path, url);
    }

    private static string CheckPath(string path, string connection)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid(connection.Replace('\0', '␀'), "names no file");
        }

        return path;
    }

    private static KvException Invalid(string connection, string what)
    {
        string shown = StorageUrl.Redact(connection);
        return new KvException(
            KvError.InvalidConfiguration,
            $"Connection '{shown}' {what}. Examples: 'sqlite:///relative.db', 'sqlite:////absolute/path.db', 'sqlite://' for memory, or a file's path.",
            shown);
    }
}
