// MariaDB, broken.
namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbFaultTests() : DatabaseFaultTests<MariaDbServer>(MariaDbServer.WhySkipped);
