// What a storage is restored from is looked through to its last row before anything is written.
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
            KvDamage[] damages = DatabaseCheck.Run(backup.Session, store: null, cancellation).Take(100).ToArray();
            return damages.Length == 0 ? backup : throw new KvException(
                KvError.StorageDamaged,
                $"Backup '{file}' is damaged in {(damages.Length < 100 ? $"{damages.Length}" : "100 or more")} places; nothing was restored. The first: {damages[0].Problem}",
                file);
        }
        catch
        {
            backup.Dispose();
            throw;
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
