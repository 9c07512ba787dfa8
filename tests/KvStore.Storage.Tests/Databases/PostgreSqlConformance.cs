// The contract, over PostgreSQL.
namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlConformance(PostgreSqlFixture fixture) : StorageConformance<PostgreSqlFixture>(fixture);
