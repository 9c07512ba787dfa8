// A backup that destroys another file, or a database that somebody uses, would be worse than none.
namespace KvStore.PowerShell;

/// <summary>The files of Backup-KvStore and Restore-KvStore.</summary>
internal static class BackupFile
{
    /// <summary>Checks that a storage can be copied as a whole.</summary>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>: it cannot; the message names what can.</exception>
    public static void RequireSupport(KvStorage storage)
    {
        if (!storage.Capabilities.HasFlag(KvCapabilities.Backup))
        {
            throw new KvException(
                KvError.NotSupported,
                $"Storage '{storage.Description}' lacks the capability Backup. Export-KvStore writes its stores to a document, and Copy-KvStore copies them to another storage; "
                    + "servers have tools of their own: pg_dump for PostgreSQL, mariadb-dump for MySQL and MariaDB, etcdctl snapshot save for etcd.",
                storage.Description);
        }
    }

    /// <summary>Checks a file that a backup is to be written to.</summary>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>: it is there and must not be replaced, or cannot be.</exception>
    public static void CheckTarget(string file, bool force)
    {
        if (Directory.Exists(file))
        {
            throw new KvException(KvError.FileUnavailable, $"'{file}' is a folder. Give the name of a file in it.", file);
        }

        if (File.Exists(file) && !force)
        {
            throw new KvException(KvError.FileUnavailable, $"File '{file}' exists already. Give another name, or replace it with -Force.", file);
        }

        // The log beside a database is its newest part: over a replaced file it would be played back on the wrong one.
        if (File.Exists(file) && File.Exists(file + "-wal"))
        {
            throw new KvException(KvError.FileUnavailable, $"File '{file}' is a database in use, which a backup never replaces: '{file}-wal' lies beside it. Give another name.", file);
        }
    }

    /// <summary>Checks a file that is to be restored.</summary>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>: it is not there.</exception>
    public static void CheckSource(string file)
    {
        if (!File.Exists(file))
        {
            throw new KvException(KvError.FileUnavailable, $"There is no file '{file}'. Give one that Backup-KvStore wrote.", file);
        }
    }

    /// <summary>Whether a file begins as a document of Export-KvStore does, packed or not: it is easily taken for a backup.</summary>
    public static bool IsDocument(string file) => Begins(file, "{"u8) || Begins(file, [0x1F, 0x8B]);

    /// <summary>Whether a file begins as a SQLite database does, which a backup of one is.</summary>
    public static bool IsDatabase(string file) => Begins(file, "SQLite format 3\0"u8);

    /// <summary>Has a file written whole; one that it replaces stays until it is.</summary>
    /// <param name="file">Its full name.</param>
    /// <param name="force">Whether a file of that name is replaced.</param>
    /// <param name="write">Writes a file that is not there yet.</param>
    /// <exception cref="KvException"><see cref="KvError.FileUnavailable"/>; as <paramref name="write"/>.</exception>
    public static void Write(string file, bool force, Action<string> write) => FilePath.Use(file, () =>
    {
        if (!File.Exists(file))
        {
            write(file);
            return true;
        }

        string part = $"{file}.{Guid.NewGuid():n}.part";
        try
        {
            write(part);

            // The storage is open by now: if this is its own file, its log lies beside it.
            CheckTarget(file, force);
            File.Move(part, file, overwrite: true);
            return true;
        }
        finally
        {
            // Nothing is there any more after the move.
            File.Delete(part);
        }
    });

    private static bool Begins(string file, ReadOnlySpan<byte> beginning)
    {
        using FileStream input = File.OpenRead(file);
        byte[] read = new byte[beginning.Length];
        return input.ReadAtLeast(read, read.Length, throwOnEndOfStream: false) == read.Length && beginning.SequenceEqual(read);
    }
}
