// What a user may say about a PostgreSQL connection, in libpq's and SQLAlchemy's words, and what it means to Npgsql.
using System.Globalization;
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>A connection's settings. Two that are equal lead to the same database as the same user.</summary>
/// <param name="ConnectionString">Npgsql's form, which holds the password.</param>
/// <param name="HasOneHost">Whether it names one host only.</param>
/// <param name="Place">Where it leads, for people.</param>
/// <param name="Timeout">How long a connect and a statement may take.</param>
/// <param name="RetryTime">How long what passes is tried again.</param>
internal sealed record PostgreSqlSettings(string ConnectionString, bool HasOneHost, string Place, TimeSpan Timeout, TimeSpan RetryTime)
{
    private const int DefaultPort = 5432;

    /// <summary>Checks and joins what was configured.</summary>
    /// <param name="connection">A URL.</param>
    /// <param name="user">Wins over the URL's.</param>
    /// <param name="password">Wins over the URL's.</param>
    /// <param name="timeout">Of a connect and of a statement.</param>
    /// <param name="retryTime">How long what passes is tried again.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>, without any secret.</exception>
    public static PostgreSqlSettings Create(string connection, string? user, string? password, TimeSpan timeout, TimeSpan retryTime)
    {
        ConnectionUrl url = ConnectionUrl.Parse(connection);
        if (url.Scheme is not ("postgresql" or "postgres"))
        {
            throw Invalid($"Connection '{url}' is not one to PostgreSQL: the scheme must be 'postgresql', with a driver or without.", "connection");
        }

        CheckDuration(timeout, "timeout", TimeSpan.FromSeconds(1));
        CheckDuration(retryTime, "retryTime", TimeSpan.Zero);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Username = user ?? url.User,
            Password = password ?? url.Password,
            Database = url.Path.Length > 0 ? url.Path : user ?? url.User,
            Timeout = (int)Math.Ceiling(timeout.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds),

            // How long a cancelled call waits for the server to say that it stopped; then the connection is given up.
            CancellationTimeout = 500,
            ApplicationName = "KvStore",
            MaxPoolSize = 50,
            MaxAutoPrepare = 60,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            HostRecheckSeconds = 1,
            TcpKeepAlive = true,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        var hosts = new List<ConnectionHost>(url.Hosts);
        int? port = null;
        foreach ((string name, string value) in url.Options)
        {
            Apply(builder, hosts, ref port, name, value, connection);
        }

        if (hosts.Count == 0)
        {
            hosts.Add(new ConnectionHost("localhost", Port: null));
        }

        hosts = [.. hosts.Select(host => host with { Port = host.Port ?? port ?? DefaultPort })];
        builder.Host = string.Join(',', hosts);
        bool hasOneHost = hosts.Count == 1;
        if (hasOneHost && builder.TargetSessionAttributes is { } wanted && wanted != "any" && !wanted.StartsWith("prefer-", StringComparison.Ordinal))
        {
            throw Invalid($"Option 'target_session_attrs={wanted}' of a PostgreSQL connection chooses among several hosts; name more than one.", "target_session_attrs");
        }

        // Of several servers the one that takes writes, as long as there is one.
        builder.TargetSessionAttributes = hasOneHost ? null : builder.TargetSessionAttributes ?? "prefer-primary";
        string place = $"postgresql://{string.Join(',', hosts)}/{builder.Database}";
        return new PostgreSqlSettings(builder.ConnectionString, hasOneHost, place, timeout, retryTime);
    }

    /// <summary>The place: the generated form would show the password.</summary>
    public override string ToString() => Place;

    private static void Apply(NpgsqlConnectionStringBuilder builder, List<ConnectionHost> hosts, ref int? port, string name, string value, string connection)
    {
        switch (name)
        {
            case "host":
                // SQLAlchemy's way to name a socket's folder, or several hosts.
                hosts.AddRange(value.Split(',').Select(host => host.StartsWith('/') ? new ConnectionHost(host, Port: null) : ConnectionUrl.ParseHost(host, connection)));
                break;
            case "port":
                port = Number(name, value, 1, 65535);
                break;
            case "connect_timeout":
                builder.Timeout = Number(name, value, 1, 1024);
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "options":
                builder.Options = value;
                break;
            case "sslmode":
                builder.SslMode = Choose(name, value, ("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer), ("require", SslMode.Require), ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull));
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "sslcert":
                builder.SslCertificate = value;
                break;
            case "sslkey":
                builder.SslKey = value;
                break;
            case "sslpassword":
                builder.SslPassword = value;
                break;
            case "channel_binding":
                builder.ChannelBinding = Choose(name, value, ("disable", ChannelBinding.Disable), ("prefer", ChannelBinding.Prefer), ("require", ChannelBinding.Require));
                break;
            case "target_session_attrs":
                builder.TargetSessionAttributes = Choose(name, value, Same("any"), Same("read-write"), Same("read-only"), Same("primary"), Same("standby"), Same("prefer-standby"), Same("prefer-primary"));
                break;
            case "client_encoding":
                // Text is Unicode whatever is asked for; anything else would be a promise not kept.
                Choose(name, value.ToLowerInvariant(), Same("utf8"), Same("utf-8"));
                break;
            default:
                throw Invalid(
                    $"A PostgreSQL connection has no option '{name}'; known are: host, port, connect_timeout, application_name, options, sslmode, sslrootcert, sslcert, sslkey, sslpassword, channel_binding, target_session_attrs, client_encoding.",
                    name);
        }
    }

    private static (string Name, string Value) Same(string name) => (name, name);

    private static T Choose<T>(string name, string value, params (string Name, T Value)[] choices)
    {
        int found = Array.FindIndex(choices, choice => choice.Name == value);
        return found >= 0
            ? choices[found].Value
            : throw Invalid($"Option '{name}' of a PostgreSQL connection must be one of: {string.Join(", ", choices.Select(choice => choice.Name))}.", name);
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Invalid($"Option '{name}' of a PostgreSQL connection must be a number from {least} to {most}.", name);

    private static void CheckDuration(TimeSpan duration, string name, TimeSpan least)
    {
        if (duration < least || duration > TimeSpan.FromSeconds(1024))
        {
            throw Invalid($"Option '{name}' must be from {least.TotalSeconds} to 1024 seconds.", name);
        }
    }

    private static KvException Invalid(string message, string target) => new(KvError.InvalidConfiguration, message, target);
}
