// What a user may say about a MySQL or MariaDB connection, in SQLAlchemy's words, and what it means to the client library.
using System.Globalization;

namespace KvStore.Storage.MySql;

/// <summary>A connection's settings. Two that are equal lead to the same database as the same user.</summary>
internal sealed record MySqlSettings
{
    private const int DefaultPort = 3306;

    private static readonly string[] CharacterSets = ["utf8", "utf8mb3", "utf8mb4"];

    /// <summary>Where it leads, for people.</summary>
    public required string Place { get; init; }

    /// <summary>The hosts as in a URL, so that settings of the same hosts are equal.</summary>
    public required string HostList { get; init; }

    /// <summary>The hosts, tried in their order.</summary>
    public IEnumerable<ConnectionHost> Hosts => HostList.Split(',').Select(host => ConnectionUrl.ParseHost(host, Place));

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The user; null for the library's own choice.</summary>
    public string? User { get; init; }

    /// <summary>The password.</summary>
    public string? Password { get; init; }

    /// <summary>The file of a socket, in place of a host.</summary>
    public string? Socket { get; init; }

    /// <summary>Whether TLS is a must (true) or not used (false); null to leave it to the library.</summary>
    public bool? EnforcesTls { get; init; }

    /// <summary>Whether the server's certificate must be its own and known.</summary>
    public bool VerifiesCertificate { get; init; }

    /// <summary>File of the authorities that are trusted.</summary>
    public string? Authorities { get; init; }

    /// <summary>File of the client's certificate.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of the client's key.</summary>
    public string? Key { get; init; }

    /// <summary>How long a connect may take.</summary>
    public TimeSpan ConnectTimeout { get; init; }

    /// <summary>How long a statement may take.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>How long what passes is tried again.</summary>
    public TimeSpan RetryTime { get; init; }

    /// <summary>Checks and joins what was configured.</summary>
    /// <param name="connection">A URL.</param>
    /// <param name="user">Wins over the URL's.</param>
    /// <param name="password">Wins over the URL's.</param>
    /// <param name="timeout">Of a connect and of a statement.</param>
    /// <param name="retryTime">How long what passes is tried again.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>, without any secret.</exception>
    public static MySqlSettings Create(string connection, string? user, string? password, TimeSpan timeout, TimeSpan retryTime)
    {
        ConnectionUrl url = ConnectionUrl.Parse(connection);
        if (url.Scheme is not ("mysql" or "mariadb"))
        {
            throw Invalid($"Connection '{url}' is not one to MySQL or MariaDB: the scheme must be 'mysql' or 'mariadb', with a driver or without.", "connection");
        }

        if (url.Path.Length == 0)
        {
            throw Invalid($"Connection '{url}' names no database: write its name behind the host and a slash.", "connection");
        }

        CheckDuration(timeout, "timeout", TimeSpan.FromSeconds(1));
        CheckDuration(retryTime, "retryTime", TimeSpan.Zero);
        IEnumerable<ConnectionHost> named = url.Hosts.Count == 0 ? [new ConnectionHost("localhost", DefaultPort)] : url.Hosts;
        string hosts = string.Join(',', named.Select(host => host with { Port = host.Port ?? DefaultPort }));
        var settings = new MySqlSettings
        {
            Place = $"{url.Scheme}://{hosts}/{url.Path}",
            HostList = hosts,
            Database = url.Path,
            User = user ?? url.User,
            Password = password ?? url.Password,
            ConnectTimeout = timeout,
            Timeout = timeout,
            RetryTime = retryTime,
        };
        return url.Options.Aggregate(settings, (before, option) => before.With(option.Key, option.Value));
    }

    /// <summary>The place: the generated form would show the password.</summary>
    public override string ToString() => Place;

    private MySqlSettings With(string name, string value) => name switch
    {
        // Text is Unicode whatever is asked for: MySQL's 'utf8' holds a part of it only. Anything else would be a promise not kept.
        "charset" when CharacterSets.Contains(value.ToLowerInvariant()) => this,
        "charset" => throw Invalid("Option 'charset' of a MySQL connection must be utf8mb4, or utf8, which is taken for it.", name),
        "use_unicode" when value is "1" or "true" or "True" => this,
        "use_unicode" => throw Invalid("Option 'use_unicode' of a MySQL connection must be 1: text is always Unicode.", name),
        "connect_timeout" => this with { ConnectTimeout = TimeSpan.FromSeconds(Number(name, value, 1, 1024)) },
        "unix_socket" => this with { Socket = value, HostList = "localhost", Place = $"mysql://{value}/{Database}" },
        "ssl_ca" => this with { Authorities = value, EnforcesTls = true, VerifiesCertificate = true },
        "ssl_cert" => this with { Certificate = value, EnforcesTls = EnforcesTls ?? true },
        "ssl_key" => this with { Key = value, EnforcesTls = EnforcesTls ?? true },
        "ssl_mode" => value.ToUpperInvariant() switch
        {
            "DISABLED" => this with { EnforcesTls = false, VerifiesCertificate = false },
            "PREFERRED" => this,
            "REQUIRED" => this with { EnforcesTls = true },

            // The library knows one check only, the stricter: of the authority and of the host's name.
            "VERIFY_CA" or "VERIFY_IDENTITY" => this with { EnforcesTls = true, VerifiesCertificate = true },
            _ => throw Invalid("Option 'ssl_mode' of a MySQL connection must be one of: DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY.", name),
        },
        _ => throw Invalid($"A MySQL connection has no option '{name}'; known are: charset, use_unicode, connect_timeout, unix_socket, ssl_mode, ssl_ca, ssl_cert, ssl_key.", name),
    };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Invalid($"Option '{name}' of a MySQL connection must be a number from {least} to {most}.", name);

    private static void CheckDuration(TimeSpan duration, string name, TimeSpan least)
    {
        if (duration < least || duration > TimeSpan.FromSeconds(1024))
        {
            throw Invalid($"Option '{name}' must be from {least.TotalSeconds} to 1024 seconds.", name);
        }
    }

    private static KvException Invalid(string message, string target) => new(KvError.InvalidConfiguration, message, target);
}
