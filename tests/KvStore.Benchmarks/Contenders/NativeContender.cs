// The floor: C on the very SQLite library that KvStore loads, compiled when the benchmark runs.
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace KvStore.Benchmarks;

/// <summary>Kept statements in C.</summary>
internal sealed class NativeContender : IContender
{
    /// <summary>KvStore's own table, without its checksum's work: what the same rows cost by themselves.</summary>
    public static readonly NativeTable SameTable = new(
        """
        CREATE TABLE IF NOT EXISTS kv (store INTEGER NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, create_revision INTEGER NOT NULL,
            mod_revision INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER NOT NULL, checksum INTEGER NOT NULL,
            value TEXT NOT NULL, PRIMARY KEY (store, key)) WITHOUT ROWID, STRICT;
        """,
        "SELECT value FROM kv WHERE store = 1 AND key = ?1",
        """
        INSERT INTO kv VALUES (1, ?1, 1, 1000000, 1000000, 1700000000000000, 1700000000000000, 0, 1234567890123456789, ?2)
            ON CONFLICT DO UPDATE SET version = version + 1, mod_revision = excluded.mod_revision, modified = excluded.modified, value = excluded.value
        """,
        "SELECT key, value FROM kv WHERE store = 1 AND key >= ?1 AND key < ?2 ORDER BY key");

    /// <summary>The least table that holds keys and values, as other users of SQLite would make it.</summary>
    public static readonly NativeTable BareTable = new(
        "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
        "SELECT value FROM kv WHERE key = ?1",
        "INSERT INTO kv VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        "SELECT key, value FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key");

    private const string Settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA mmap_size = 0;";
    private const string Library = "contender";

    private static readonly Lazy<string?> Compiled = new(Compile);

    private readonly BenchmarkData _data;
    private readonly byte[] _keys;
    private readonly nint _contender;

    /// <summary>Opens a database, made if it is not there.</summary>
    public NativeContender(string file, in NativeTable table, BenchmarkData data)
    {
        _data = data;
        _keys = Encoding.UTF8.GetBytes(string.Concat(data.Shuffled));
        _contender = contender_open(FindSqlite(), file, Settings + table.Schema, table.Get, table.Put, table.Scan);
        if (_contender == 0)
        {
            throw new InvalidOperationException($"The contender in C cannot open '{file}'.");
        }
    }

    /// <summary>Whether there is a C compiler.</summary>
    public static bool IsThere => Compiled.Value is not null;

    public double Get(int first, int count) => Watch.Time(() => Watch.Expect(count, contender_get(_contender, ref _keys[first * BenchmarkData.KeySize], count)));

    public double Put(int first, int count, int turn)
    {
        byte[] values = MakeValues(count, turn);
        return Watch.Time(() => Watch.Expect(count, contender_put(_contender, ref _keys[first * BenchmarkData.KeySize], values, count)));
    }

    public double Load(int first, int count, int turn)
    {
        byte[] values = MakeValues(count, turn);
        return Watch.Time(() =>
        {
            Execute("BEGIN IMMEDIATE");
            Watch.Expect(count, contender_put(_contender, ref _keys[first * BenchmarkData.KeySize], values, count));
            Execute("COMMIT");
        });
    }

    public double Scan() => Watch.Time(() => Watch.Expect(_data.Keys.Length, contender_scan(_contender, "hosts/", "hosts0")));

    public void Clear() => Execute("DELETE FROM kv");

    /// <summary>Runs a statement: BEGIN, say, for a snapshot.</summary>
    public void Execute(string sql) => Watch.Expect(0, contender_exec(_contender, sql));

    public void Dispose() => contender_close(_contender);

    private static string? Compile()
    {
        string target = Path.Combine(AppContext.BaseDirectory, "libcontender.so");
        try
        {
            using Process compiler = Process.Start("cc", ["-O2", "-shared", "-fPIC", "-o", target, Path.Combine(AppContext.BaseDirectory, "Contenders", "contender.c"), "-ldl"]);
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
            {
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }

        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == Library ? NativeLibrary.Load(target) : 0);
        return target;
    }

    // KvStore has loaded it by then, wherever it lay.
    private static string FindSqlite() =>
        Process.GetCurrentProcess().Modules.Cast<ProcessModule>().First(module => module.ModuleName.Contains("e_sqlite3", StringComparison.Ordinal)).FileName;

    private byte[] MakeValues(int count, int turn) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => _data.GetValue(i, turn))));

#pragma warning disable SYSLIB1054, CA2101 // Plain imports: all text is ASCII.
    [DllImport(Library)]
    private static extern nint contender_open(string library, string file, string schema, string get, string put, string scan);

    [DllImport(Library)]
    private static extern int contender_exec(nint contender, string sql);

    [DllImport(Library)]
    private static extern int contender_get(nint contender, ref byte keys, int count);

    [DllImport(Library)]
    private static extern int contender_put(nint contender, ref byte keys, byte[] values, int count);

    [DllImport(Library)]
    private static extern int contender_scan(nint contender, string lower, string upper);

    [DllImport(Library)]
    private static extern void contender_close(nint contender);
#pragma warning restore SYSLIB1054, CA2101
}

/// <summary>A table and the statements on it.</summary>
internal readonly record struct NativeTable(string Schema, string Get, string Put, string Scan);
