// The contract, over a controller of the tests.
namespace KvStore.Storage.Tests.Linstor;

public sealed class LinstorConformance(LinstorFixture fixture) : StorageConformance<LinstorFixture>(fixture);
