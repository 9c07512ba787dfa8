// How soon a program that has just started gets its first item: what is loaded, compiled and opened on the way counts too.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using KvStore.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace KvStore.Benchmarks;

/// <summary>A process of its own that gets one item and tells the milliseconds since its Main began.</summary>
internal static class FirstGet
{
    /// <summary>Runs as <c>first-get kvstore|ado file</c>.</summary>
    public static void Run(string contender, string file)
    {
        long start = Stopwatch.GetTimestamp();
        string value = contender == "kvstore" ? GetByKvStore(file) : GetByAdo(file);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Console.WriteLine(FormattableString.Invariant($"{milliseconds:f1} {value.Length}"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string GetByKvStore(string file)
    {
        using KvStorage storage = CheckedStorage.Wrap(new SqliteStorage($"sqlite:///{file}"));
        return storage.Get(StorageComparison.Store, BenchmarkData.GetKey(1), default)!.Value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string GetByAdo(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM kv WHERE key = $key";
        command.Parameters.AddWithValue("$key", BenchmarkData.GetKey(1));
        return (string)command.ExecuteScalar()!;
    }
}
