// A server is named as SQLAlchemy and cinderlib name it; one parser, so that all storages read the same URL alike and none shows a password.
using System.Globalization;

namespace KvStore;

/// <summary>A server that a connection names.</summary>
/// <param name="Name">Its name or address; an IPv6 address without brackets.</param>
/// <param name="Port">Its port; null for the scheme's own.</param>
public readonly record struct ConnectionHost(string Name, int? Port)
{
    /// <summary>As in a URL: <c>name:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString()
    {
        string name = Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name;
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{name}:{port}") : name;
    }
}

/// <summary>
/// A connection of the form <c>scheme[+driver]://[user[:password]@][host[:port],…][/path][?option=value&amp;…]</c>, its parts
/// percent-decoded. User, password, path and options may hold any character, percent-encoded where it has a meaning in a URL.
/// </summary>
public sealed class ConnectionUrl
{
    private ConnectionUrl(string scheme) => Scheme = scheme;

    /// <summary>The scheme without a driver, in lower case.</summary>
    public string Scheme { get; }

    /// <summary>The user; null if none is named.</summary>
    public string? User { get; private init; }

    /// <summary>The password; null if there is none. Never shown.</summary>
    public string? Password { get; private init; }

    /// <summary>The servers, in their order; empty if none is named.</summary>
    public IReadOnlyList<ConnectionHost> Hosts { get; private init; } = [];

    /// <summary>What follows the host and a slash, such as a database's name; empty if nothing does.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The options in their order; a name may come several times. Values may be secret.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; private init; } = [];

    /// <summary>Takes a connection apart.</summary>
    /// <param name="connection">The URL.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>, without the password.</exception>
    public static ConnectionUrl Parse(string connection)
    {
        string scheme = StorageUrl.GetScheme(connection) ?? throw Invalid(connection, "is not a URL: a scheme and '://' must come first");
        string rest = connection[(connection.IndexOf("://", StringComparison.Ordinal) + 3)..];
        (string place, string? query) = Cut(rest, '?');
        (string authority, string? path) = Cut(place, '/');
        int at = authority.LastIndexOf('@');

        // A raw '/', '?' or '@' in a password would leave its tail where a host or a database is shown.
        if (path?.Contains('@', StringComparison.Ordinal) == true || (at < 0 && query?.Contains('@', StringComparison.Ordinal) == true))
        {
            throw Invalid(connection, "has an '@' behind the host: write '%40' for '@', '%2F' for '/' and '%3F' for '?' in names, passwords and options");
        }

        (string? user, string? password) = at < 0 ? (null, null) : Cut(authority[..at], ':');
        return new ConnectionUrl(scheme)
        {
            User = string.IsNullOrEmpty(user) ? null : Uri.UnescapeDataString(user),
            Password = password is null ? null : Uri.UnescapeDataString(password),
            Hosts = [.. authority[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(host => ParseHost(host, connection))],
            Path = Uri.UnescapeDataString(path ?? ""),
            Options = [.. (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(option => ParseOption(option, connection))],
        };
    }

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[IPv6]:port</c>.</summary>
    /// <param name="host">The text.</param>
    /// <param name="connection">The connection it is part of, for the message.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the port is no number from 1 to 65535.</exception>
    public static ConnectionHost ParseHost(string host, string connection)
    {
        int end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        int colon = host.IndexOf(':', end);
        string name = (colon < 0 ? host : host[..colon]).Trim('[', ']');
        if (colon < 0)
        {
            return new ConnectionHost(Uri.UnescapeDataString(name), Port: null);
        }

        // The text itself is left out: it may be a part of a password that was not percent-encoded.
        bool isPort = int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535;
        return isPort && name.Length > 0
            ? new ConnectionHost(Uri.UnescapeDataString(name), port)
            : throw Invalid(connection, "has a host or a port that is none: 'host', 'host:port' and '[IPv6]:port' are possible, the port from 1 to 65535");
    }

    /// <summary>The connection as it may be shown: without password and options.</summary>
    public override string ToString()
    {
        string user = User is null ? "" : Uri.EscapeDataString(User) + "@";
        string path = Path.Length == 0 ? "" : "/" + Uri.EscapeDataString(Path).Replace("%2F", "/", StringComparison.Ordinal);
        return $"{Scheme}://{user}{string.Join(',', Hosts)}{path}";
    }

    private static KeyValuePair<string, string> ParseOption(string option, string connection)
    {
        (string name, string? value) = Cut(option, '=');
        return value is null
            ? throw Invalid(connection, "has an option without '=' and a value")
            : new KeyValuePair<string, string>(Decode(name), Decode(value));

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    private static (string Before, string? Behind) Cut(string text, char separator)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static KvException Invalid(string connection, string what)
    {
        string shown = StorageUrl.Redact(connection);
        return new KvException(
            KvError.InvalidConfiguration,
            $"Connection '{shown}' {what}. The form is 'scheme://user:password@host1:port,host2:port/database?option=value'.",
            shown);
    }
}
