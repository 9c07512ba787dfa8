// What could cost a user data although everything works: said before it does.
namespace KvStore.Storage.Sqlite;

/// <summary>Remarks on a database file as it is used here.</summary>
internal static class SqliteRemarks
{
    // https://sqlite.org/wal.html, "the WAL-reset bug": a checkpoint beside a writer can corrupt the database.
    private static readonly Version FirstWithoutResetBug = new(3, 51, 3);

    /// <summary>The remarks on a file and its settings.</summary>
    public static IReadOnlyList<string> Of(string file, SqliteSettings settings)
    {
        var remarks = new List<string>();
        Version version = SqliteLibrary.Version;
        if (version < FirstWithoutResetBug)
        {
            remarks.Add(
                $"SQLite {version} can corrupt a database when one program checkpoints while another writes. KvStore's processes take turns by '{file}-lock', and only they: do not write '{file}' with other programs at the same time.");
        }

        if (settings.Synchronous is "OFF" or "NORMAL")
        {
            remarks.Add($"With synchronous={settings.Synchronous} a power cut loses writes that were acknowledged.");
        }

        if (IsOnNetwork(file))
        {
            remarks.Add($"'{file}' lies on a network file system, where locks may fail and SQLite can corrupt the database. Put it on a local disk.");
        }

        return remarks;
    }

    private static bool IsOnNetwork(string file)
    {
        try
        {
            return new DriveInfo(file).DriveType == DriveType.Network;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A path of no known drive (a UNC path, say) tells nothing more.
            return file.StartsWith(@"\\", StringComparison.Ordinal);
        }
    }
}
