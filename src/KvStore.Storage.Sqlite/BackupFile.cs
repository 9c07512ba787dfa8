// What a storage is restored from is looked through to its last row before anything is written, and so is a new backup before
// it gets its name.
namespace KvStore.Storage.Sqlite;

/// <summary>A file of a backup, opened to be read; an older one is migrated in a copy.</summary>
internal sealed class BackupFile : IDisposable
{
    private readonly string? _copy;

    private BackupFile(Connection connection, string? copy)
    {
        _copy = copy;
        Session = new Session(connection, new(StringComparer.OrdinalIgnoreCase));
    }

    public Session Session { get; }

    /// <summary>Opens a backup, and checks it.</summary>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>, <see cref="KvError.ForeignDatabase"/>, <see cref="KvError.NewerSchema"/>, <see cref="KvError.StorageDamaged"/>.</exception>
    public static BackupFile Open(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
        {
            throw new KvException(KvError.FileUnavailable, $"There is no file '{file}'. Name one that Backup-KvStore wrote.", file);
        }

        BackupFile backup = OpenUnchecked(file);
        try
        {
            KvDamage[] damages = backup.FindDamages(cancellation);
            return damages.Length == 0 ? backup : throw new KvException(
                KvError.StorageDamaged,
                $"Backup '{file}' is damaged in {Count(damages)}; nothing was restored. The first: {damages[0].Problem}",
                file);
        }
        catch
        {
            backup.Dispose();
            throw;
        }
    }

    /// <summary>Checks a copy that was just written: one that no restore would take must not replace one that it would.</summary>
    /// <param name="file">The copy, under the name that it is written by.</param>
    /// <param name="place">The storage that was copied.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="KvException"><see cref="KvError.StorageDamaged"/>.</exception>
    public static void CheckCopy(string file, string place, CancellationToken cancellation)
    {
        using BackupFile backup = OpenUnchecked(file);
        KvDamage[] damages = backup.FindDamages(cancellation);
        if (damages.Length > 0)
        {
            string first = damages[0] is { Path: { } path, Store: { } store } ? $" The first is item '{path}' of store '{store}'." : "";
            throw new KvException(
                KvError.StorageDamaged,
                $"Storage '{place}' is damaged in {Count(damages)}, and no restore would take a backup of it; none was written.{first} "
                + "Test-KvStore names each: remove those items, or restore an older backup. Export-KvStore -SkipDamaged writes what is sound.",
                place);
        }
    }

    public void Dispose()
    {
        Session.Dispose();
        if (_copy is not null)
        {
            File.Delete(_copy);
        }
    }

    // A damaged page makes many: the first hundred are enough to tell.
    private KvDamage[] FindDamages(CancellationToken cancellation)
    {
        Session.Connection.Cancellation = cancellation;
        return DatabaseCheck.Run(Session, store: null, cancellation).Take(100).ToArray();
    }

    private static string Count(KvDamage[] damages) => damages.Length switch { 1 => "one place", < 100 => $"{damages.Length} places", _ => "100 places or more" };

    private static BackupFile OpenUnchecked(string file)
    {
        // Without a log beside it nothing of the file is elsewhere, and nothing need be written beside it to read it.
        bool hasLog = new FileInfo(file + "-wal") is { Exists: true, Length: > 0 };
        Connection connection = Connection.Open(file, hasLog ? ConnectionUse.Reading : ConnectionUse.ReadingUnchangeable, SqliteSettings.Default);
        try
        {
            return Schema.Current.Inspect(connection) switch
            {
                SchemaState.Current => new BackupFile(connection, copy: null),
                SchemaState.Older => Migrate(connection),
                _ => throw new KvException(KvError.ForeignDatabase, $"File '{file}' holds no stores; nothing was restored. Name one that Backup-KvStore wrote.", file),
            };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static BackupFile Migrate(Connection older)
    {
        string copy = Path.Combine(Path.GetTempPath(), $"kvstore-{Guid.NewGuid():N}.db");
        DatabaseBackup.Create(copy);
        Connection newer = Connection.Open(copy, ConnectionUse.Private, SqliteSettings.Default);
        try
        {
            newer.Execute("PRAGMA journal_mode = MEMORY");
            foreach (double _ in older.CopyTo(newer))
            {
            }

            older.Dispose();
            newer.Execute("PRAGMA journal_mode = DELETE");
            Schema.Current.Migrate(newer);
            return new BackupFile(newer, copy);
        }
        catch
        {
            newer.Dispose();
            File.Delete(copy);
            throw;
        }
    }
}
