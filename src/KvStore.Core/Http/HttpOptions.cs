// What storages on HTTP servers are told besides the servers' names, by option or in the connection's query: read in one place.
using System.Globalization;

namespace KvStore.Http;

/// <summary>How servers are met; null where nothing was said. Equal options share one storage object.</summary>
public sealed record HttpOptions
{
    // As etcdctl's --command-timeout.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>A bearer token.</summary>
    public string? Token { get; init; }

    /// <summary>The longest that one request may take, reply included; 5 seconds.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long a call is repeated while servers fail; 10 seconds.</summary>
    public TimeSpan? RetryTime { get; init; }

    /// <summary>PEM file of the authorities that are trusted instead of the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>PEM file of the client's certificate.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of its private key, if that is in a file of its own.</summary>
    public string? Key { get; init; }

    /// <summary>Whether any certificate of a server is taken.</summary>
    public bool? Insecure { get; init; }

    /// <summary>The folder that relative file names start from.</summary>
    public string BaseFolder { get; init; } = "";

    /// <summary>The longest that one request may take.</summary>
    public TimeSpan RequestTime => Timeout ?? DefaultTimeout;

    /// <summary>The repetition of calls, by <see cref="RetryTime"/>.</summary>
    public KvRetry Retry => new(RetryTime ?? KvRetry.DefaultBound);

    /// <summary>The certificates.</summary>
    public HttpTls Tls => new(GetFile(Ca), GetFile(Certificate), GetFile(Key), Insecure == true);

    /// <summary>Whether anything was said that only TLS has a use for.</summary>
    public bool HasTls => Ca is not null || Certificate is not null || Key is not null || Insecure is not null;

    /// <summary>Fills what was not said by option from the connection: its user and password, and its query.</summary>
    /// <param name="url">The connection.</param>
    /// <param name="storage">The storage's name, for errors.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: the query has an option that is unknown or malformed.</exception>
    public HttpOptions Or(ConnectionUrl url, string storage)
    {
        HttpOptions options = this;
        foreach ((string name, string value) in url.Options)
        {
            options = options.OrOption(name, value, storage);
        }

        options = options with { User = options.User ?? url.User, Password = options.Password ?? url.Password };
        if (options.Token?.All(c => c is > ' ' and < '\u007F') == false)
        {
            throw Invalid($"The token of storage '{storage}' has a character that no HTTP header can carry: it must be ASCII without white space.", "token");
        }

        return options.RequestTime <= TimeSpan.Zero || options.RetryTime < TimeSpan.Zero
            ? throw Invalid($"The options 'timeout' and 'retryTime' of storage '{storage}' are seconds: 'timeout' more than 0, 'retryTime' 0 or more.", "timeout")
            : options;
    }

    /// <summary>The servers of a connection.</summary>
    /// <param name="url">The connection.</param>
    /// <param name="isSecure">Whether they are met by TLS.</param>
    /// <param name="defaultPort">The port of those that name none.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: none is named, or one cannot be a host, or certificates are given without TLS.</exception>
    public IReadOnlyList<Uri> GetEndpoints(ConnectionUrl url, bool isSecure, int defaultPort)
    {
        if (url.Hosts.Count == 0 || url.Hosts.Any(host => Uri.CheckHostName(host.Name) == UriHostNameType.Unknown))
        {
            throw Invalid($"Connection '{url}' names no server, or one that is not a host: '{url.Scheme}://host1:port,host2:port' is the form.", StorageConfiguration.ConnectionOption);
        }

        if (HasTls && !isSecure)
        {
            throw Invalid($"Connection '{url}' is not encrypted, so that the options 'ca', 'certificate', 'key' and 'insecure' have no use. Choose a scheme with TLS.", StorageConfiguration.ConnectionOption);
        }

        return [.. url.Hosts.Select(host => new UriBuilder(isSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, host.Name, host.Port ?? defaultPort).Uri)];
    }

    /// <summary>What of the options may cost a secret: see <see cref="KvStorage.Remarks"/>.</summary>
    /// <param name="isSecure">Whether the servers are met by TLS.</param>
    public IReadOnlyList<string> GetRemarks(bool isSecure) => (isSecure, Password ?? Token, Insecure) switch
    {
        (false, not null, _) => ["The password or token crosses the network without encryption; a connection with TLS encrypts it."],
        (true, _, true) => ["Any certificate of a server is taken (option 'insecure'): who answers is not known."],
        _ => [],
    };

    /// <summary>Nothing of the options: they hold secrets.</summary>
    public override string ToString() => nameof(HttpOptions);

    private static KvException Invalid(string message, string option) => new(KvError.InvalidConfiguration, message, option);

    // An option that was given by name goes before the same one in the query.
    private HttpOptions OrOption(string name, string value, string storage)
    {
        TimeSpan GetTime() => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw Invalid($"Option '{name}' in the connection of storage '{storage}' must be a number of seconds, at most 86400.", name);
        bool GetFlag() => bool.TryParse(value, out bool flag)
            ? flag
            : throw Invalid($"Option '{name}' in the connection of storage '{storage}' must be true or false.", name);

        return name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant() switch
        {
            "USER" => this with { User = User ?? value },
            "PASSWORD" => this with { Password = Password ?? value },
            "TOKEN" => this with { Token = Token ?? value },
            "TIMEOUT" => this with { Timeout = Timeout ?? GetTime() },
            "RETRYTIME" => this with { RetryTime = RetryTime ?? GetTime() },
            "CA" => this with { Ca = Ca ?? value },
            "CERTIFICATE" => this with { Certificate = Certificate ?? value },
            "KEY" => this with { Key = Key ?? value },
            "INSECURE" => this with { Insecure = Insecure ?? GetFlag() },
            _ => throw Invalid($"Storage '{storage}' has no option '{name}'; its connection takes 'user', 'password', 'token', 'timeout', 'retryTime', 'ca', 'certificate', 'key' and 'insecure'.", name),
        };
    }

    private string? GetFile(string? file) => file is null ? null : Path.GetFullPath(file, BaseFolder.Length == 0 ? Environment.CurrentDirectory : BaseFolder);
}
