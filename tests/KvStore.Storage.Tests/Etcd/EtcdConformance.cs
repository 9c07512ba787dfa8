// The contract, over a cluster of three.
using KvStore.Storage.Etcd;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdFixture : StorageFixture
{
    private KvStorage? _storage;

    public override string? WhySkipped => EtcdCluster.WhySkipped;

    public override KvStorage Storage => _storage ??= new EtcdStorage(SharedEtcdCluster.Cluster.Connection("conformance"));

    public override void Dispose() => _storage?.Dispose();
}

public sealed class EtcdConformance(EtcdFixture fixture) : StorageConformance<EtcdFixture>(fixture);
