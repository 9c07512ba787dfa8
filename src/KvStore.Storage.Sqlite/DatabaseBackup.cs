// A copy by SQLite's own online backup, which is one moment of a database that others go on writing; under its name it is
// whole from the first instant.
namespace KvStore.Storage.Sqlite;

/// <summary>Writes a whole copy of a database to a file.</summary>
internal static class DatabaseBackup
{
    /// <summary>Writes the copy.</summary>
    /// <param name="engine">The database.</param>
    /// <param name="place">What the database is called in an error.</param>
    /// <param name="file">The absolute path of a file that is not there yet.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Cancels the call; nothing is left then.</param>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>, <see cref="KvError.StorageFull"/>, <see cref="KvError.StorageDamaged"/>.</exception>
    public static void Write(Engine engine, string place, string file, IProgress<double>? progress, CancellationToken cancellation)
    {
        if (Path.Exists(file))
        {
            throw Exists(file);
        }

        string part = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            Create(part);
            Copy(engine, part, progress, cancellation);
            BackupFile.CheckCopy(part, place, cancellation);
            using (FileStream written = File.Open(part, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            File.Move(part, file);
            NativeFolder.Flush(Path.GetDirectoryName(file)!);
        }
        catch (IOException) when (Path.Exists(file) && Path.Exists(part))
        {
            throw Exists(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KvException(KvError.FileUnavailable, $"Backup '{file}' cannot be written: {e.Message} Name a file in a folder that is there and that you may write.", file, e);
        }
        finally
        {
            if (File.Exists(part))
            {
                File.Delete(part);
            }
        }
    }

    /// <summary>Creates an empty file for its owner alone.</summary>
    public static void Create(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(file, options).Dispose();
    }

    private static void Copy(Engine engine, string part, IProgress<double>? progress, CancellationToken cancellation)
    {
        using Connection target = Connection.Open(part, ConnectionUse.Private, SqliteSettings.Default);

        // The file is given up as a whole if anything fails, so that nothing need be undone in it.
        target.Execute("PRAGMA journal_mode = MEMORY");
        bool isCopied = engine.TryCopyTo(target, share =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(share);
        });
        if (!isCopied)
        {
            Schema.Current.Migrate(target);
            progress?.Report(1);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private static KvException Exists(string file) =>
        new(KvError.FileUnavailable, $"'{file}' is there already and is not overwritten. Name another file, or remove it first.", file);
}
