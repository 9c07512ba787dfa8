// The system's refusals to make a file or folder, in the words of the contract.
namespace KvStore.Storage.Sqlite;

internal static class FileFailure
{
    private const int NoSpaceUnix = 28;
    private const int ReadOnlyFileSystemUnix = 30;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>The error of making or writing a file or folder.</summary>
    public static KvException OfWriting(Exception cause, string path) => cause switch
    {
        UnauthorizedAccessException => SqliteFailure.ReadOnly(path, cause),
        IOException { HResult: ReadOnlyFileSystemUnix } => SqliteFailure.ReadOnly(path, cause),
        IOException { HResult: NoSpaceUnix or DiskFullWindows or HandleDiskFullWindows } => new KvException(
            KvError.StorageFull, $"The disk of '{path}' is full; nothing was written. Free some space and try again; what was acknowledged before is safe.", path, cause),
        _ => Unusable(cause, path),
    };

    /// <summary>The error of looking for a file.</summary>
    public static KvException OfLooking(Exception cause, string path) => cause is UnauthorizedAccessException
        ? new KvException(KvError.AccessDenied, $"Access to '{path}' was refused. Ask its owner for access, or name another file.", path, cause)
        : Unusable(cause, path);

    private static KvException Unusable(Exception cause, string path) => new(
        KvError.StorageUnavailable, $"'{path}' cannot be used: {cause.Message} Check that its folder exists and that you may use it.", path, cause);
}
