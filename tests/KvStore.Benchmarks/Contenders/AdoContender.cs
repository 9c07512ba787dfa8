// The library that most .NET programs take, used as its documentation shows: a new command for each call.
using Microsoft.Data.Sqlite;

namespace KvStore.Benchmarks;

/// <summary>Microsoft.Data.Sqlite.</summary>
internal sealed class AdoContender : IContender
{
    private const string Upsert = "INSERT INTO kv VALUES ($key, $value) ON CONFLICT DO UPDATE SET value = excluded.value";

    private readonly SqliteConnection _connection;
    private readonly BenchmarkData _data;

    public AdoContender(string file, BenchmarkData data)
    {
        _data = data;
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000");
        Execute("CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    }

    public double Get(int first, int count) => Watch.Time(() =>
    {
        int found = 0;
        for (int i = first; i < first + count; i++)
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "SELECT value FROM kv WHERE key = $key";
            command.Parameters.AddWithValue("$key", _data.Shuffled[i]);
            found += command.ExecuteScalar() is string { Length: BenchmarkData.ValueSize } ? 1 : 0;
        }

        Watch.Expect(count, found);
    });

    public double Put(int first, int count, int turn) => Watch.Time(() =>
    {
        for (int i = 0; i < count; i++)
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = Upsert;
            command.Parameters.AddWithValue("$key", _data.Shuffled[first + i]);
            command.Parameters.AddWithValue("$value", _data.GetValue(i, turn));
            command.ExecuteNonQuery();
        }
    });

    public double Load(int first, int count, int turn) => Watch.Time(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = Upsert;
        SqliteParameter key = command.Parameters.Add("$key", SqliteType.Text);
        SqliteParameter value = command.Parameters.Add("$value", SqliteType.Text);
        for (int i = 0; i < count; i++)
        {
            key.Value = _data.Shuffled[first + i];
            value.Value = _data.GetValue(i, turn);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    });

    public double Scan() => Watch.Time(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT key, value FROM kv WHERE key >= 'hosts/' AND key < 'hosts0' ORDER BY key";
        using SqliteDataReader reader = command.ExecuteReader();
        int found = 0;
        while (reader.Read())
        {
            found += reader.GetString(0).Length == BenchmarkData.KeySize && reader.GetString(1).Length == BenchmarkData.ValueSize ? 1 : 0;
        }

        Watch.Expect(_data.Keys.Length, found);
    });

    public void Clear() => Execute("DELETE FROM kv");

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
