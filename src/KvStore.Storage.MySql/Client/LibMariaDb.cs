// MariaDB Connector/C, the client library that is to be had everywhere; it is named as each system names it and never copied here.
using System.Reflection;
using System.Runtime.InteropServices;

namespace KvStore.Storage.MySql.Client;

/// <summary>The functions of MariaDB Connector/C that are used, and where the library is found.</summary>
internal static unsafe partial class LibMariaDb
{
    private const string Name = "libmariadb";

    private static readonly Lazy<nint> Library = new(() => Load(GetCandidates()));

    static LibMariaDb() => NativeLibrary.SetDllImportResolver(
        Assembly.GetExecutingAssembly(),
        static (name, _, _) => name == Name ? Library.Value : 0);

    /// <summary>Loads the library, so that its absence is told before any of its functions is called.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>: it is not installed.</exception>
    public static void Require() => _ = Library.Value;

    /// <summary>Loads the first library that there is.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>: there is none.</exception>
    public static nint Load(IReadOnlyList<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint library))
            {
                // Not safe for several threads unless done first, and by one.
                var begin = (delegate* unmanaged<int, nint, nint, int>)NativeLibrary.GetExport(library, "mysql_server_init");
                begin(0, 0, 0);
                return library;
            }
        }

        throw new KvException(
            KvError.StorageUnavailable,
            $"MySQL and MariaDB are reached through MariaDB Connector/C, and '{candidates[0]}' was not found. Install it: "
                + "Debian and Ubuntu 'apt install libmariadb3', Fedora and RHEL 'dnf install mariadb-connector-c', "
                + "macOS 'brew install mariadb-connector-c', Windows 'MariaDB Connector/C' from mariadb.com.",
            candidates[0]);
    }

    [LibraryImport(Name, EntryPoint = "mysql_init")]
    public static partial nint Init(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_options")]
    public static partial int SetOption(nint mysql, Option option, void* value);

    [LibraryImport(Name, EntryPoint = "mysql_options", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetOption(nint mysql, Option option, string value);

    [LibraryImport(Name, EntryPoint = "mysql_real_connect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Connect(nint mysql, string? host, string? user, string? password, string database, uint port, string? socket, CULong flags);

    [LibraryImport(Name, EntryPoint = "mysql_close")]
    public static partial void Close(nint mysql);

    /// <summary>Breaks a connection from another thread: whatever is read from it or written to it fails at once.</summary>
    [LibraryImport(Name, EntryPoint = "mariadb_cancel")]
    public static partial int Cancel(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_kill")]
    public static partial int Kill(nint mysql, CULong thread);

    [LibraryImport(Name, EntryPoint = "mysql_thread_id")]
    public static partial CULong GetThread(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_get_ssl_cipher")]
    public static partial nint GetCipher(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_real_query")]
    public static partial int Query(nint mysql, byte* sql, CULong length);

    [LibraryImport(Name, EntryPoint = "mysql_errno")]
    public static partial uint GetError(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_error")]
    public static partial nint GetMessage(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_init")]
    public static partial nint InitStatement(nint mysql);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_prepare")]
    public static partial int Prepare(nint statement, byte* sql, CULong length);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_bind_param")]
    public static partial byte BindParameters(nint statement, Bind* binds);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_execute")]
    public static partial int Execute(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_bind_result")]
    public static partial byte BindResult(nint statement, Bind* binds);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_fetch")]
    public static partial int Fetch(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_fetch_column")]
    public static partial int FetchColumn(nint statement, Bind* bind, uint column, CULong offset);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_free_result")]
    public static partial byte FreeResult(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_affected_rows")]
    public static partial ulong GetAffectedRows(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_close")]
    public static partial byte CloseStatement(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_errno")]
    public static partial uint GetStatementError(nint statement);

    [LibraryImport(Name, EntryPoint = "mysql_stmt_error")]
    public static partial nint GetStatementMessage(nint statement);

    private static string[] GetCandidates()
    {
        if (OperatingSystem.IsWindows())
        {
            string programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
            return ["libmariadb.dll", Path.Combine(programs, "MariaDB", "MariaDB Connector C 64-bit", "lib", "libmariadb.dll")];
        }

        return OperatingSystem.IsMacOS()
            ?
            [
                "libmariadb.3.dylib",
                "/opt/homebrew/opt/mariadb-connector-c/lib/mariadb/libmariadb.3.dylib",
                "/usr/local/opt/mariadb-connector-c/lib/mariadb/libmariadb.3.dylib",
            ]
            : ["libmariadb.so.3"];
    }
}
