// The contract, over a controller of the tests.
using KvStore.LinstorTestServer;
using KvStore.Storage.Linstor;

namespace KvStore.Storage.Tests.Linstor;

public sealed class LinstorFixture : StorageFixture
{
    private readonly Controller _controller = new();

    public LinstorFixture() => Storage = new LinstorStorage($"linstor://127.0.0.1:{_controller.Port}");

    public override KvStorage Storage { get; }

    public override void Dispose()
    {
        base.Dispose();
        _controller.Dispose();
    }
}

public sealed class LinstorConformance(LinstorFixture fixture) : StorageConformance<LinstorFixture>(fixture);
