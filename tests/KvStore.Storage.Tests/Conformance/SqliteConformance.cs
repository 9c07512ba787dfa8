// SQLite, in a file and in memory.
namespace KvStore.Storage.Tests;

public sealed class SqliteFileConformance(SqliteFileFixture fixture) : StorageConformance<SqliteFileFixture>(fixture);

public sealed class SqliteMemoryConformance(SqliteMemoryFixture fixture) : StorageConformance<SqliteMemoryFixture>(fixture);
