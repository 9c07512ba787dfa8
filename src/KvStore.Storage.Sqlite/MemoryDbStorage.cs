// cinderlib's memory_db: a database that lives and dies with its storage object.
namespace KvStore.Storage.Sqlite;

/// <summary>SQLite in memory, gone when the storage is disposed.</summary>
[StoragePlugin("memory_db")]
public sealed class MemoryDbStorage() : SqliteStorage("sqlite://")
{
    /// <inheritdoc/>
    public override string Description => "memory_db";
}
