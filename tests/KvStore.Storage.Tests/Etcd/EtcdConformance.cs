// The contract, over a cluster of three.
namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdConformance(EtcdFixture fixture) : StorageConformance<EtcdFixture>(fixture);
