// The calls that a row or an item makes by the dozen, without SQLitePCLRaw's safe handle around each, and one that it does
// not offer. Its library, its handles and their finalizers stay in charge of everything else.
using System.Runtime.InteropServices;
using SQLitePCL;

namespace KvStore.Storage.Sqlite;

/// <summary>Functions of the SQLite library. Those that neither block nor call back leave out the runtime's guard for such cases.</summary>
internal static unsafe class NativeSqlite
{
    private const string Library = "e_sqlite3";
    private const int FileControlHasMoved = 20;

    // SQLite copies what is bound, so that a buffer may be used again at once.
    private static readonly nint Transient = -1;

    /// <summary>Whether the file was deleted, moved or replaced since it was opened.</summary>
    public static bool HasMoved(sqlite3 handle)
    {
        int moved = 0;
        return sqlite3_file_control(handle, "main", FileControlHasMoved, ref moved) == raw.SQLITE_OK && moved != 0;
    }

    public static int Step(nint statement) => sqlite3_step(statement);

    public static void Reset(nint statement) => _ = sqlite3_reset(statement);

    public static int Bind(nint statement, int index, long value) => sqlite3_bind_int64(statement, index, value);

    public static int Bind(nint statement, int index, ReadOnlySpan<byte> text)
    {
        // An empty span has no address, which SQLite would take for NULL.
        byte nothing = 0;
        fixed (byte* start = text)
        {
            return sqlite3_bind_text(statement, index, start is null ? &nothing : start, text.Length, Transient);
        }
    }

    public static long GetNumber(nint statement, int column) => sqlite3_column_int64(statement, column);

    public static ReadOnlySpan<byte> GetBytes(nint statement, int column)
    {
        byte* start = sqlite3_column_blob(statement, column);
        return new ReadOnlySpan<byte>(start, sqlite3_column_bytes(statement, column));
    }

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_step(nint statement);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_reset(nint statement);

    [SuppressGCTransition]
    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_bind_int64(nint statement, int index, long value);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_bind_text(nint statement, int index, byte* text, int size, nint destructor);

    [SuppressGCTransition]
    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern long sqlite3_column_int64(nint statement, int column);

    [SuppressGCTransition]
    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern byte* sqlite3_column_blob(nint statement, int column);

    [SuppressGCTransition]
    [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_column_bytes(nint statement, int column);

    [DllImport(Library, CallingConvention = CallingConvention.Cdecl, CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int sqlite3_file_control(sqlite3 database, string name, int operation, ref int result);
}
