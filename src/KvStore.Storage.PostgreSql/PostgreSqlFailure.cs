// PostgreSQL's and the network's errors in the words of the contract: what happened, where, and the way out.
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>Turns an exception of Npgsql into the error that a user can act upon.</summary>
internal static class PostgreSqlFailure
{
    /// <summary>The error of an exception; null if it is not one of the database's.</summary>
    /// <param name="e">What Npgsql threw.</param>
    /// <param name="settings">The connection.</param>
    public static KvException? Translate(Exception e, PostgreSqlSettings settings) => e switch
    {
        PostgresException server => OfServer(server, settings),
        NpgsqlException { InnerException: PostgresException server } => OfServer(server, settings),
        NpgsqlException when e.Message.Contains("No password", StringComparison.Ordinal) =>
            new KvException(KvError.AccessDenied, $"{settings.Place} asks for a password. Give one with -Credential, or in the URL (percent-encoded).", settings.Place, e),
        NpgsqlException or SocketException or IOException or TimeoutException or AuthenticationException => OfNetwork(e, settings),
        _ => null,
    };

    /// <summary>The error of a call that comes after the storage was disposed.</summary>
    public static KvException Closed(PostgreSqlSettings settings, Exception cause) =>
        new(KvError.StorageUnavailable, $"{settings.Place} was closed. Connect to it again.", settings.Place, cause);

    /// <summary>Whether the connection was lost, so that the fate of a commit is not told by the error itself.</summary>
    public static bool LeavesDoubt(Exception e) => e switch
    {
        PostgresException server => server.SqlState.StartsWith("57P", StringComparison.Ordinal) || server.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: PostgresException server } => LeavesDoubt(server),
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>The error of a write of which nobody knows whether it was applied.</summary>
    public static KvException Unknown(PostgreSqlSettings settings, string why, Exception cause) => new(
        KvError.StorageUnavailable,
        $"The connection to {settings.Place} broke during a commit, and it is not known whether the last write was applied: {why} Read the items again before you repeat it.",
        settings.Place,
        cause)
    {
        MayBeApplied = true,
    };

    /// <summary>The error of a commit that was not applied, though the connection broke during it.</summary>
    public static KvException NotApplied(PostgreSqlSettings settings, Exception cause) => new(
        KvError.StorageUnavailable,
        $"The connection to {settings.Place} broke during a commit; nothing was written. Try again.",
        settings.Place,
        cause)
    {
        IsRepeatable = true,
    };

    private static KvException OfServer(PostgresException e, PostgreSqlSettings settings)
    {
        string place = settings.Place;
        (KvError error, string message, bool repeatable) = e.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                (KvError.AccessDenied, $"{place} refused the user or the password. Give the right ones with -Credential, or in the URL (percent-encoded).", false),
            PostgresErrorCodes.InvalidCatalogName =>
                (KvError.StorageUnavailable, $"{place} does not exist. Create the database (CREATE DATABASE), or name another behind the host.", false),
            PostgresErrorCodes.InsufficientPrivilege =>
                (KvError.AccessDenied, $"The user lacks a right on {place}. Ask its owner for CREATE and USAGE on the schema, and for all rights on the tables kvstore_*.", false),
            PostgresErrorCodes.ReadOnlySqlTransaction =>
                (KvError.ReadOnly, $"{place} is read-only (a standby, or set so); nothing was written. Reading works; to write, connect to the primary.", false),
            PostgresErrorCodes.DiskFull =>
                (KvError.StorageFull, $"The disk of {place} is full; nothing was written. Free some space and try again; what was acknowledged before is safe.", false),
            PostgresErrorCodes.LockNotAvailable =>
                (KvError.StorageBusy, $"Another writer held the store in {place} for too long; nothing was written. Try again, or raise the option 'timeout' ({settings.Timeout.TotalSeconds:0.#} seconds).", false),
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected =>
                (KvError.StorageBusy, $"Other writers of {place} were in the way; nothing was written. Try again.", true),
            PostgresErrorCodes.QueryCanceled =>
                (KvError.StorageBusy, $"{place} ended a statement that took too long; nothing was written. Try again, or raise the server's statement_timeout.", false),
            PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow =>
                (KvError.StorageUnavailable, $"{place} takes no connection now. Try again in a moment.", true),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
                (KvError.StorageUnavailable, $"{place} was shut down. Start the server and try again.", true),
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
                (KvError.StorageDamaged, $"{place} lacks a table or column that KvStore made. Restore it from a backup.", true),
            PostgresErrorCodes.DuplicateTable =>
                (KvError.ForeignDatabase, $"{place} has tables named kvstore_* of another program; they were left as they are. Name another database, or another schema (?options=-csearch_path%3D...).", false),
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted =>
                (KvError.StorageDamaged, $"{place} is damaged. Restore it from a backup, or export what can still be read.", false),
            _ => (KvError.StorageUnavailable, $"{place} failed; nothing was written. The server's log may say more.", e.IsTransient),
        };
        return new KvException(error, $"{message} (PostgreSQL {e.SqlState}: {e.MessageText})", place, e) { IsRepeatable = repeatable };
    }

    private static KvException OfNetwork(Exception e, PostgreSqlSettings settings)
    {
        string place = settings.Place;
        Exception[] causes = [.. Causes(e)];
        SocketError? socket = causes.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        (string message, bool repeatable) = 0 switch
        {
            _ when causes.OfType<AuthenticationException>().Any() || e.Message.Contains("SSL", StringComparison.Ordinal) =>
                ($"No secure connection to {place} came about. Check sslmode and sslrootcert against the server's certificate. ({causes[^1].Message})", false),
            _ when e.Message.Contains("pool", StringComparison.Ordinal) =>
                ($"All connections to {place} are in use. End some scans, or try again.", false),
            _ when socket is SocketError.HostNotFound or SocketError.NoData =>
                ($"The host of {place} is unknown. Check its name.", false),
            _ when socket is SocketError.ConnectionRefused =>
                ($"{place} refused the connection: nothing listens there. Start the server, or check host and port.", true),
            _ when socket is SocketError.TimedOut || causes.OfType<TimeoutException>().Any() =>
                ($"{place} did not answer within {settings.Timeout.TotalSeconds:0.#} seconds. Check the server and the network, or raise the option 'timeout'.", false),
            _ => ($"The connection to {place} broke or could not be opened. Check the server and the network, and try again. ({causes[^1].Message})", true),
        };
        return new KvException(KvError.StorageUnavailable, message, place, e) { IsRepeatable = repeatable };
    }

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            // Several hosts, or several addresses of one, fail together.
            foreach (Exception one in cause is AggregateException several ? several.InnerExceptions.SelectMany(Causes) : [cause])
            {
                yield return one;
            }
        }
    }
}
