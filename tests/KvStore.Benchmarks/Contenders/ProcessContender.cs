// Contenders that are programs of their own; their start is no part of the work.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using KvStore.Storage.Fixtures;

namespace KvStore.Benchmarks;

/// <summary>Makes the contenders that are installed: Python's sqlite3 and the sqlite3 shell.</summary>
internal static class ProcessContender
{
    public static void Add(Dictionary<string, IContender> contenders, string folder, BenchmarkData data)
    {
        if (ServerProcess.IsInstalled("python3"))
        {
            contenders.Add("Python's sqlite3", new PythonContender(folder, data));
        }

        if (ServerProcess.IsInstalled("sqlite3"))
        {
            contenders.Add("sqlite3 shell", new ShellContender(folder, data));
        }
    }

    /// <summary>Starts a program that reads orders from its input.</summary>
    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}

/// <summary>Python's sqlite3, which times its work itself.</summary>
internal sealed class PythonContender(string folder, BenchmarkData data) : IContender
{
    private readonly Process _process = ProcessContender.Start(
        "python3", Path.Combine(AppContext.BaseDirectory, "Contenders", "contender.py"), $"{folder}/python.db", $"{folder}/keys");

    public double Get(int first, int count) => Run($"get {first} {count} 0");

    public double Put(int first, int count, int turn) => Run($"put {first} {count} {turn}");

    public double Load(int first, int count, int turn) => Run($"load {first} {count} {turn}");

    public double Scan() => Run($"scan 0 {data.Keys.Length} 0");

    public void Clear() => Run("clear 0 0 0");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double Run(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        return double.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }
}

/// <summary>The sqlite3 shell, which is given SQL as text.</summary>
internal sealed class ShellContender : IContender
{
    private readonly BenchmarkData _data;
    private readonly Process _process;

    public ShellContender(string folder, BenchmarkData data)
    {
        _data = data;
        _process = ProcessContender.Start("sqlite3", "-batch", $"{folder}/shell.db");
        Run(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;
            CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

            """);
    }

    public double Get(int first, int count) => Run(Repeat(first, count, (key, _) => $"SELECT value FROM kv WHERE key = '{key}';\n"));

    public double Put(int first, int count, int turn) => Run(MakePuts(first, count, turn));

    public double Load(int first, int count, int turn) => Run($"BEGIN;\n{MakePuts(first, count, turn)}COMMIT;\n");

    public double Scan() => Run("SELECT key, value FROM kv WHERE key >= 'hosts/' AND key < 'hosts0' ORDER BY key;\n");

    public void Clear() => Run("DELETE FROM kv;\n");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string MakePuts(int first, int count, int turn) => Repeat(
        first, count, (key, i) => $"INSERT INTO kv VALUES ('{key}', '{_data.GetValue(i, turn)}') ON CONFLICT DO UPDATE SET value = excluded.value;\n");

    private string Repeat(int first, int count, Func<string, int, string> statement)
    {
        var sql = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            sql.Append(statement(_data.Shuffled[first + i], i));
        }

        return sql.ToString();
    }

    private double Run(string sql) => Watch.Time(() =>
    {
        // It writes while it reads: both must flow at once.
        Task writing = Task.Run(() =>
        {
            _process.StandardInput.Write(sql);
            _process.StandardInput.WriteLine(".print done");
            _process.StandardInput.Flush();
        });
        while (_process.StandardOutput.ReadLine() is { } line && line != "done")
        {
        }

        writing.Wait();
    });
}
