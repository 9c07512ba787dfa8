// What a user may choose about a database file.
namespace KvStore.Storage.Sqlite;

/// <summary>The settings of a storage on a file.</summary>
/// <param name="Synchronous">SQLite's setting of that name: when it waits for the disk.</param>
/// <param name="Patience">How long a call waits for other writers.</param>
internal sealed record SqliteSettings(string Synchronous, TimeSpan Patience)
{
    /// <summary>How long a wait inside SQLite, which cannot be cancelled, lasts at most.</summary>
    public static readonly TimeSpan BusySlice = TimeSpan.FromMilliseconds(250);

    /// <summary>What holds where nothing is configured.</summary>
    public static readonly SqliteSettings Default = new("FULL", TimeSpan.FromSeconds(30));

    private static readonly string[] SynchronousNames = ["OFF", "NORMAL", "FULL", "EXTRA"];

    /// <summary>Checks what was configured.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>.</exception>
    public static SqliteSettings Create(string synchronous, double timeout)
    {
        string? name = SynchronousNames.FirstOrDefault(known => known.Equals(synchronous, StringComparison.OrdinalIgnoreCase))
            ?? (int.TryParse(synchronous, out int number) ? SynchronousNames.ElementAtOrDefault(number) : null);
        if (name is null)
        {
            throw new KvException(
                KvError.InvalidConfiguration,
                $"'{synchronous}' is no value of sqlite_synchronous: OFF, NORMAL, FULL or EXTRA (0 to 3) are. Only FULL and EXTRA let every acknowledged write survive a power cut.",
                "sqlite_synchronous");
        }

        if (!(timeout is >= 0 and <= 86_400))
        {
            throw new KvException(KvError.InvalidConfiguration, $"A timeout of {timeout} seconds is not possible: 0 to 86,400 are.", "timeout");
        }

        return new SqliteSettings(name, TimeSpan.FromSeconds(timeout));
    }
}
