// PostgreSQL, broken.
namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlFaultTests(OwnServer<PostgreSqlServer> own) : DatabaseFaultTests<PostgreSqlServer>(own, PostgreSqlServer.WhySkipped);
