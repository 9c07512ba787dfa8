// The contract, over PostgreSQL.
namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlFixture : StorageFixture
{
    private KvStorage? _storage;

    public override string? WhySkipped => PostgreSqlServer.WhySkipped;

    public override KvStorage Storage => _storage ??= SharedServers.Get<PostgreSqlServer>() is var server ? server.Open(server.NewDatabase()) : null!;

    public override void Dispose() => _storage?.Dispose();
}

public sealed class PostgreSqlConformance(PostgreSqlFixture fixture) : StorageConformance<PostgreSqlFixture>(fixture);
