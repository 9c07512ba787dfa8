// SQLite, in a file and in memory.
using KvStore.Storage.Sqlite;

namespace KvStore.Storage.Tests;

public sealed class SqliteFileFixture : StorageFixture
{
    private readonly TemporaryFolder _folder = new();

    public SqliteFileFixture() => Storage = new SqliteStorage(_folder["kv.db"]);

    public override KvStorage Storage { get; }

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }
}

public sealed class SqliteFileConformance(SqliteFileFixture fixture) : StorageConformance<SqliteFileFixture>(fixture);

public sealed class SqliteMemoryFixture : StorageFixture
{
    public override KvStorage Storage { get; } = new MemoryDbStorage();
}

public sealed class SqliteMemoryConformance(SqliteMemoryFixture fixture) : StorageConformance<SqliteMemoryFixture>(fixture);
