// What the server or the client library reported, before it is put into the words of the contract.
using System.Globalization;

namespace KvStore.Storage.MySql.Client;

/// <summary>An error of the server (1000 and up) or of the client library (2000 and up).</summary>
/// <param name="number">Its number.</param>
/// <param name="message">Its message, which never holds a password.</param>
internal sealed class MySqlError(int number, string message)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"MySQL {number}: {message}"))
{
    /// <summary>The library's error where TLS does not come about.</summary>
    public const int NoSecureConnection = 2026;

    /// <summary>The server's error where a column is to be added that is there already.</summary>
    public const int DuplicateColumn = 1060;

    /// <summary>The number.</summary>
    public int Number { get; } = number;

    /// <summary>Whether the connection is gone: the library says so, or the server ends it with this error.</summary>
    public bool BreaksConnection => Number is (>= 2000 and < 3000) or 1053 or 1927 or 1152 or (>= 1158 and <= 1161) or 4031;
}
