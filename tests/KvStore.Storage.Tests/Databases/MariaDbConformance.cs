// The contract, over MariaDB.
namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbConformance(MariaDbFixture fixture) : StorageConformance<MariaDbFixture>(fixture);
