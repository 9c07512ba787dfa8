// Connections are URLs that may hold secrets: this is the one place that takes them apart and that makes them fit to be shown.
using System.Text.RegularExpressions;

namespace KvStore;

/// <summary>The parts of a connection URL that all storages share.</summary>
public static partial class StorageUrl
{
    /// <summary>The scheme without a driver, in lower case (<c>mysql</c> of <c>mysql+pymysql://…</c>); null where there is no <c>://</c>.</summary>
    public static string? GetScheme(string? connection)
    {
        int end = connection?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        return end <= 0 ? null : connection![..end].Split('+')[0].ToLowerInvariant();
    }

    /// <summary>The URL with every password and token replaced by <c>***</c>, also of one without its slashes; a name or a file stays as it is.</summary>
    public static string Redact(string connection)
    {
        string withoutPassword = UserPassword().Replace(connection, "$1***@");
        return SecretOption().Replace(withoutPassword, "$1***");
    }

    // Greedy up to the last '@' there is: a password typed with a raw '@' or '/' must not show its tail, and hiding too much harms nobody.
    // A scheme may be missing, too; what has one letter before its colon is a drive of Windows.
    [GeneratedRegex(@"^([A-Za-z0-9+.-]+:/{0,2}[^:/@]*:|[^:/\\@]{2,}:(?!//)).*@", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex UserPassword();

    [GeneratedRegex("((?:password|passwd|pwd|token|secret|sslpassword)=)[^&;]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretOption();
}
