// What is tested over every storage is written once, over a fixture; here is a fixture of each storage.
using KvStore.LinstorTestServer;
using KvStore.Storage.Etcd;
using KvStore.Storage.Linstor;
using KvStore.Storage.Sqlite;

namespace KvStore.Storage.Fixtures;

/// <summary>A storage under test, open for all cases of its class.</summary>
public abstract class StorageFixture : IDisposable
{
    /// <summary>Why the storage cannot be tested here; null if it can.</summary>
    public virtual string? WhySkipped => null;

    /// <summary>The storage; not asked for where the tests are skipped.</summary>
    public abstract KvStorage Storage { get; }

    /// <inheritdoc/>
    public virtual void Dispose() => Storage.Dispose();
}

/// <summary>The storage in memory.</summary>
public sealed class MemoryFixture : StorageFixture
{
    /// <inheritdoc/>
    public override KvStorage Storage { get; } = new MemoryStorage();
}

/// <summary>SQLite in memory.</summary>
public sealed class SqliteMemoryFixture : StorageFixture
{
    /// <inheritdoc/>
    public override KvStorage Storage { get; } = new MemoryDbStorage();
}

/// <summary>SQLite in a file.</summary>
public sealed class SqliteFileFixture : StorageFixture
{
    private readonly TemporaryFolder _folder = new();

    public SqliteFileFixture() => Storage = new SqliteStorage(_folder["kv.db"]);

    /// <inheritdoc/>
    public override KvStorage Storage { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A database of its own on PostgreSQL.</summary>
public sealed class PostgreSqlFixture : StorageFixture
{
    private KvStorage? _storage;

    /// <inheritdoc/>
    public override string? WhySkipped => PostgreSqlServer.WhySkipped;

    /// <inheritdoc/>
    public override KvStorage Storage => _storage ??= SharedServers.Get<PostgreSqlServer>().OpenNew();

    /// <inheritdoc/>
    public override void Dispose() => _storage?.Dispose();
}

/// <summary>A database of its own on MariaDB.</summary>
public sealed class MariaDbFixture : StorageFixture
{
    private KvStorage? _storage;

    /// <inheritdoc/>
    public override string? WhySkipped => MariaDbServer.WhySkipped;

    /// <inheritdoc/>
    public override KvStorage Storage => _storage ??= SharedServers.Get<MariaDbServer>().OpenNew();

    /// <inheritdoc/>
    public override void Dispose() => _storage?.Dispose();
}

/// <summary>A prefix of its own in a cluster of three.</summary>
public sealed class EtcdFixture : StorageFixture
{
    private KvStorage? _storage;

    /// <inheritdoc/>
    public override string? WhySkipped => EtcdCluster.WhySkipped;

    /// <inheritdoc/>
    public override KvStorage Storage => _storage ??= new EtcdStorage(SharedEtcdCluster.Cluster.Connection($"fixture-{Guid.NewGuid():N}"));

    /// <inheritdoc/>
    public override void Dispose() => _storage?.Dispose();
}

/// <summary>A controller of the tests.</summary>
public sealed class LinstorFixture : StorageFixture
{
    private readonly Controller _controller = new();

    public LinstorFixture() => Storage = new LinstorStorage($"linstor://127.0.0.1:{_controller.Port}");

    /// <inheritdoc/>
    public override KvStorage Storage { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _controller.Dispose();
    }
}
