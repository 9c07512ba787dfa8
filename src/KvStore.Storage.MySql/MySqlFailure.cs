// MySQL's, MariaDB's and the client library's errors in the words of the contract: what happened, where, and the way out.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>Turns an error of the server or the library into one that a user can act upon.</summary>
internal static class MySqlFailure
{
    /// <summary>The error in the words of the contract.</summary>
    /// <param name="e">What was reported.</param>
    /// <param name="settings">The connection.</param>
    /// <param name="took">How long the call took, by which a silent server is known.</param>
    public static KvException Translate(MySqlError e, MySqlSettings settings, TimeSpan took)
    {
        string place = settings.Place;
        bool isTimeout = took > settings.Timeout * 0.8 || took > settings.ConnectTimeout * 0.9;
        (KvError error, string message, bool repeatable) = e.Number switch
        {
            1044 => (KvError.AccessDenied, $"{place} does not exist, or the user has no right on it. Create the database (CREATE DATABASE) and grant ALL PRIVILEGES on it, or name another behind the host.", false),
            1045 or 1698 or 2059 =>
                (KvError.AccessDenied, $"{place} refused the user or the password. Give the right ones with -Credential, or in the URL (percent-encoded).", false),
            1049 => (KvError.StorageUnavailable, $"{place} does not exist. Create the database (CREATE DATABASE), or name another behind the host.", false),
            1142 or 1143 or 1227 or 1370 => (KvError.AccessDenied, $"The user lacks a right on {place}. Ask its owner for ALL PRIVILEGES on the database.", false),
            1290 or 1836 or 1792 => (KvError.ReadOnly, $"{place} is read-only (a replica, or set so); nothing was written. Reading works; to write, connect to the primary.", false),
            1021 or 1114 or 3019 => (KvError.StorageFull, $"The disk of {place} is full; nothing was written. Free some space and try again; what was acknowledged before is safe.", false),
            1153 or 2020 => (KvError.ValueTooLong, $"A value is larger than {place} takes in one message; nothing was written. Raise the server's max_allowed_packet (16 MiB hold values of up to 15).", false),
            1205 => (KvError.StorageBusy, $"Another writer held the store in {place} for too long; nothing was written. Try again, or raise the option 'timeout' ({settings.Timeout.TotalSeconds:0.#} seconds).", false),
            1213 or 1020 => (KvError.StorageBusy, $"Other writers of {place} were in the way; nothing was written. Try again.", true),
            1969 or 3024 or 1317 => (KvError.StorageBusy, $"{place} ended a statement that took too long; nothing was written. Try again, or raise the server's time limit.", false),
            1040 or 1203 or 1226 or 1047 => (KvError.StorageUnavailable, $"{place} takes no connection now. Try again in a moment.", true),
            1053 or 1927 => (KvError.StorageUnavailable, $"{place} was shut down. Start the server and try again.", true),
            1146 or 1054 => (KvError.StorageDamaged, $"{place} lacks a table or column that KvStore made. Restore it from a backup.", true),
            1034 or 1194 or 1712 or 1877 => (KvError.StorageDamaged, $"{place} is damaged. Restore it from a backup, or export what can still be read.", false),
            2005 => (KvError.StorageUnavailable, $"The host of {place} is unknown. Check its name.", false),
            2026 => (KvError.StorageUnavailable, $"No secure connection to {place} came about. Check ssl_mode and ssl_ca against the server's certificate.", false),
            _ when isTimeout && e.BreaksConnection =>
                (KvError.StorageUnavailable, $"{place} did not answer within {took.TotalSeconds:0.#} seconds. Check the server and the network, or raise the option 'timeout'.", false),
            2002 or 2003 => (KvError.StorageUnavailable, $"{place} refused the connection: nothing listens there. Start the server, or check host and port.", true),
            _ when e.BreaksConnection => (KvError.StorageUnavailable, $"The connection to {place} broke. Check the server and the network, and try again.", true),
            _ => (KvError.StorageUnavailable, $"{place} failed; nothing was written. The server's log may say more.", false),
        };
        return new KvException(error, $"{message} ({e.Message})", place, e) { IsRepeatable = repeatable };
    }

    /// <summary>The error of a call that comes after the storage was disposed.</summary>
    public static KvException Closed(MySqlSettings settings) =>
        new(KvError.StorageUnavailable, $"{settings.Place} was closed. Connect to it again.", settings.Place);

    /// <summary>The error of a write of which nobody knows whether it was applied.</summary>
    public static KvException Unknown(MySqlSettings settings, string why, Exception cause) => new(
        KvError.StorageUnavailable,
        $"The connection to {settings.Place} broke during a commit, and it is not known whether the last write was applied: {why} Read the items again before you repeat it.",
        settings.Place,
        cause)
    {
        MayBeApplied = true,
    };

    /// <summary>The error of a commit that was not applied, though the connection broke during it.</summary>
    public static KvException NotApplied(MySqlSettings settings, Exception cause) => new(
        KvError.StorageUnavailable,
        $"The connection to {settings.Place} broke during a commit; nothing was written. Try again.",
        settings.Place,
        cause)
    {
        IsRepeatable = true,
    };
}
