// PostgreSQL, broken.
namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlFaultTests() : DatabaseFaultTests<PostgreSqlServer>(PostgreSqlServer.WhySkipped);
