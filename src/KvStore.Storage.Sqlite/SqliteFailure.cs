// SQLite's result codes in the words of the contract: what happened, to which file, and the way out.
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

/// <summary>Turns a result code into the error that a user can act upon.</summary>
internal static class SqliteFailure
{
    private const int IoErrorShortRead = raw.SQLITE_IOERR | (2 << 8);
    private const int IoErrorSharedMemorySize = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>The error of a result code.</summary>
    /// <param name="code">The extended result code.</param>
    /// <param name="detail">SQLite's own message.</param>
    /// <param name="place">The database file, or <c>memory</c>.</param>
    public static Exception Create(int code, string detail, string place)
    {
        (KvError error, string message) = code switch
        {
            IoErrorShortRead => (KvError.StorageDamaged, $"Database '{place}' is cut short"),
            IoErrorSharedMemorySize => (KvError.StorageFull, $"The disk of database '{place}' is full"),
            _ => Describe(code & 0xFF, place),
        };
        return (code & 0xFF) == raw.SQLITE_INTERRUPT
            ? new OperationCanceledException()
            : new KvException(error, $"{message}{GetAdvice(error)} (SQLite error {code}: {detail})", place);
    }

    /// <summary>Whether a connection that met this code is not to be used again.</summary>
    public static bool BreaksConnection(int code) =>
        (code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_MISUSE;

    /// <summary>The error of a writer that waited in vain.</summary>
    public static KvException Busy(string place, TimeSpan waited) => new(
        KvError.StorageBusy,
        $"Another writer has held database '{place}' for more than {waited.TotalSeconds:0.#} seconds; nothing was written.{GetAdvice(KvError.StorageBusy)}",
        place);

    /// <summary>The error of a call that comes after the storage was disposed.</summary>
    public static KvException Closed(string place) => new(KvError.StorageUnavailable, $"Database '{place}' was closed. Connect to it again.", place);

    /// <summary>The error of a file or folder that may only be read.</summary>
    public static KvException ReadOnly(string place, Exception? cause = null) =>
        new(KvError.ReadOnly, $"Database '{place}' is read-only here; nothing was written.{GetAdvice(KvError.ReadOnly)}", place, cause);

    private static (KvError Error, string Message) Describe(int code, string place) => code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => (KvError.StorageBusy, $"Database '{place}' is locked by another program."),
        raw.SQLITE_READONLY => (KvError.ReadOnly, $"Database '{place}' is read-only here; nothing was written."),
        raw.SQLITE_FULL => (KvError.StorageFull, $"The disk of database '{place}' is full; nothing was written."),
        raw.SQLITE_CORRUPT => (KvError.StorageDamaged, $"Database '{place}' is damaged."),
        raw.SQLITE_NOTADB => (KvError.ForeignDatabase, $"File '{place}' is not a database; it was left as it is."),
        raw.SQLITE_PERM or raw.SQLITE_AUTH => (KvError.AccessDenied, $"Access to database '{place}' was refused."),
        raw.SQLITE_CANTOPEN => (KvError.StorageUnavailable, $"Database '{place}' cannot be opened."),
        _ => (KvError.StorageUnavailable, $"Database '{place}' failed."),
    };

    private static string GetAdvice(KvError error) => error switch
    {
        KvError.StorageBusy => " Try again, or end the program that holds it.",
        KvError.ReadOnly => " Reading works; to write, give yourself write access to the file and its folder.",
        KvError.StorageFull => " Free some space and try again; what was acknowledged before is safe.",
        KvError.StorageDamaged => " Restore it from a backup, or export what can still be read.",
        KvError.ForeignDatabase => " Name another file.",
        KvError.AccessDenied => " Ask its owner for access, or name another file.",
        KvError.StorageUnavailable => " Check that its folder exists and that you may use it.",
        _ => "",
    };
}
