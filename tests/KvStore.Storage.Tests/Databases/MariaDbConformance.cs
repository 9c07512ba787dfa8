// The contract, over MariaDB.
namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbFixture : StorageFixture
{
    private KvStorage? _storage;

    public override string? WhySkipped => MariaDbServer.WhySkipped;

    public override KvStorage Storage => _storage ??= SharedServers.Get<MariaDbServer>() is var server ? server.Open(server.NewDatabase()) : null!;

    public override void Dispose() => _storage?.Dispose();
}

public sealed class MariaDbConformance(MariaDbFixture fixture) : StorageConformance<MariaDbFixture>(fixture);
