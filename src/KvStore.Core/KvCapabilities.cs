// What a storage can do is asked before it is tried: a missing capability is a clear error, never a silent half.
namespace KvStore;

/// <summary>What a storage can do beyond reading, scanning and committing whole batches.</summary>
[Flags]
public enum KvCapabilities
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>Conditions of a batch are checked in the commit itself.</summary>
    Conditions = 1,

    /// <summary>Items carry versions, revisions and times; a store's revision grows by one with each commit.</summary>
    Versions = 2,

    /// <summary>Items may expire.</summary>
    Expiry = 4,

    /// <summary>Changes can be watched.</summary>
    Watching = 8,

    /// <summary>Namespaces can be kept while empty. Goes with <see cref="NamespaceDeletes"/>: only the storage itself can let go of them.</summary>
    EmptyNamespaces = 16,

    /// <summary>Stores can be created by themselves, and stay while empty.</summary>
    EmptyStores = 32,

    /// <summary>Each store may have limits of its own, which the storage checks in the commit itself.</summary>
    StoreLimits = 64,

    /// <summary>Several processes may use the same data at once.</summary>
    Sharing = 128,

    /// <summary>A scan sees one moment: commits during it do not show.</summary>
    Snapshots = 256,

    /// <summary>A load of several stores is all or nothing, and bounded in memory.</summary>
    Loading = 512,

    /// <summary>Namespaces are deleted in the commit itself; for other storages the keys beneath are looked up and deleted one by one.</summary>
    NamespaceDeletes = 1024,

    /// <summary>
    /// Conditions on the revisions of items and of the store are checked in the commit itself, and
    /// <see cref="KvStorage.GetRevision"/> tells the latter: what transactions are built upon. Goes with <see cref="Conditions"/>,
    /// <see cref="Versions"/> and <see cref="Snapshots"/>.
    /// </summary>
    Transactions = 2048,

    /// <summary>Earlier states of items can be read, as long as they are kept.</summary>
    History = 4096,

    /// <summary>The whole storage can be copied to a file and brought back from it.</summary>
    Backup = 8192,
}
