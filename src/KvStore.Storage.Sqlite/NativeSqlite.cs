// The one function of the SQLite library that SQLitePCLRaw does not offer.
using System.Runtime.InteropServices;
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

internal static class NativeSqlite
{
    private const int FileControlHasMoved = 20;

    /// <summary>Whether the file was deleted, moved or replaced since it was opened.</summary>
    public static bool HasMoved(sqlite3 handle)
    {
        int moved = 0;
        return sqlite3_file_control(handle, "main", FileControlHasMoved, ref moved) == raw.SQLITE_OK && moved != 0;
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int sqlite3_file_control(sqlite3 database, string name, int operation, ref int result);
}
