// The database file itself: how it is found, made and opened, and what of it may not be touched.
using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage.Sqlite;

/// <summary>A database file, which need not be there yet.</summary>
/// <param name="path">Its absolute path, links resolved: the lock file beside it must be the same for all.</param>
/// <param name="settings">The user's choices.</param>
/// <param name="schema">The tables that it is to have.</param>
internal sealed class DatabaseFile(string path, SqliteSettings settings, Schema schema)
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    // One for each file that was found at the path: sessions of a former one are told by it.
    private volatile ConcurrentDictionary<string, StoreName> _known = NewKnown();

    public string Path => path;

    public SqliteSettings Settings => settings;

    public Schema Schema => schema;

    /// <summary>The path of a file with links resolved.</summary>
    public static string Resolve(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no such file or folder yet, so no link either; what may not be looked at is reported at its first use.
            return file;
        }
    }

    /// <summary>Creates an empty file that only its owner may use.</summary>
    /// <returns>False if there is one already.</returns>
    public static bool CreatePrivate(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFile;
        }

        try
        {
            new FileStream(file, options).Dispose();
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.OfWriting(e, file);
        }
    }

    /// <summary>Lets those use an empty file beside a database who may use the database.</summary>
    /// <remarks>It is made for its owner alone, the system's mask would cut any other mode, and the database's own may change later.</remarks>
    public static void ShareLike(string database, SafeFileHandle file)
    {
        // Another user may have laid a link here to a file that holds something.
        if (OperatingSystem.IsWindows() || RandomAccess.GetLength(file) > 0)
        {
            return;
        }

        try
        {
            UnixFileMode mode = File.GetUnixFileMode(database) | PrivateFile;
            if (File.GetUnixFileMode(file) != mode)
            {
                File.SetUnixFileMode(file, mode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No database is there yet, or the file is another user's, or its disk knows no modes: it was opened, and that will do.
        }
    }

    /// <summary>Whether a session belongs to the file that is at the path now, as far as is known.</summary>
    public bool IsOwn(Session session) => session.KnownStores == _known;

    /// <summary>Gives up all sessions of a file that is no longer at the path.</summary>
    public void Abandon() => _known = NewKnown();

    /// <summary>Opens the file to read it; null while there is nothing in it.</summary>
    /// <param name="isOlder">It must be migrated first.</param>
    public Session? OpenForReading(out bool isOlder)
    {
        isOlder = false;
        if (!Exists())
        {
            return null;
        }

        try
        {
            return OpenForReading(ConnectionUse.Reading, out isOlder);
        }
        catch (KvException e) when (e.Error is KvError.StorageUnavailable or KvError.ReadOnly && !HasLog())
        {
            // In a folder that cannot be written, SQLite finds no place for the index of its log. There is no log either,
            // so the file can be read as one that does not change.
            return OpenForReading(ConnectionUse.ReadingUnchangeable, out isOlder);
        }
    }

    /// <summary>Opens the file to write it, made and migrated where needed. Only under the lock file.</summary>
    public Session OpenForWriting()
    {
        if (!Exists(withEmpty: true))
        {
            CreatePrivate(path);
        }

        Connection connection = Connection.Open(path, ConnectionUse.Writing, settings);
        try
        {
            if (connection.IsReadOnly)
            {
                throw SqliteFailure.ReadOnly(path);
            }

            SchemaState state = schema.Inspect(connection);
            if (connection.QueryText("PRAGMA journal_mode") != "wal")
            {
                SwitchToLog(connection);
            }

            if (state != SchemaState.Current)
            {
                schema.Migrate(connection);
            }

            return new Session(connection, _known);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the folder, for its owner alone, if it is missing.</summary>
    public void CreateFolder()
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        if (Directory.Exists(folder))
        {
            return;
        }

        try
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, PrivateFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.OfWriting(e, folder);
        }
    }

    private static ConcurrentDictionary<string, StoreName> NewKnown() => new(StringComparer.OrdinalIgnoreCase);

    private Session? OpenForReading(ConnectionUse use, out bool isOlder)
    {
        Connection connection = Connection.Open(path, use, settings);
        try
        {
            SchemaState state = schema.Inspect(connection);
            isOlder = state == SchemaState.Older;
            if (state == SchemaState.Current)
            {
                return new Session(connection, _known) { IsReusable = use == ConnectionUse.Reading };
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection.Dispose();
        return null;
    }

    private void SwitchToLog(Connection connection)
    {
        string mode = connection.QueryText("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new KvException(
                KvError.StorageUnavailable,
                $"Database '{path}' lies where SQLite cannot keep a write-ahead log (a network file system?). Put it on a local disk.",
                path);
        }
    }

    // An empty file is none yet: it may have been made by a process that was then killed, or by a user with mktemp.
    private bool Exists(bool withEmpty = false)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists)
            {
                return withEmpty || file.Length > 0 || HasLog();
            }

            // Not found is told from not allowed to look, and from a folder.
            return File.GetAttributes(path).HasFlag(FileAttributes.Directory)
                ? throw new KvException(KvError.StorageUnavailable, $"'{path}' is a folder, not a database. Name a file in it.", path)
                : true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.OfLooking(e, path);
        }
    }

    private bool HasLog() => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
}
