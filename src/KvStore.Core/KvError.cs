// One closed list of error codes, so that scripts can rely on them: the error id is "KvStore." plus the code's name.
namespace KvStore;

/// <summary>What went wrong, as a stable code; a PowerShell error id is <c>KvStore.</c> followed by its name.</summary>
public enum KvError
{
    /// <summary>A key is empty, contains NUL, or is not in its normal form.</summary>
    InvalidKey,

    /// <summary>Text that is not valid Unicode (a lone surrogate), or that a storage cannot hold.</summary>
    InvalidText,

    /// <summary>A value is missing, or of a type that is not text.</summary>
    InvalidValue,

    /// <summary>A full key is longer than its store or storage allows.</summary>
    KeyTooLong,

    /// <summary>A value is longer than its store or storage allows.</summary>
    ValueTooLong,

    /// <summary>A batch has more changes, or more bytes, than its storage commits at once.</summary>
    BatchTooLarge,

    /// <summary>A store name breaks the rule for store names.</summary>
    InvalidStoreName,

    /// <summary>There is no store of that name.</summary>
    StoreNotFound,

    /// <summary>A store of that name is there already.</summary>
    StoreExists,

    /// <summary>There is no item of that key, or no namespace of that path.</summary>
    ItemNotFound,

    /// <summary>A condition of a batch did not hold; nothing was written.</summary>
    ConditionFailed,

    /// <summary>What a transaction had read was changed by others before it could commit, each time that it was run.</summary>
    TransactionConflict,

    /// <summary>A transaction was begun within another.</summary>
    TransactionNested,

    /// <summary>A call within a transaction that no transaction, or not this one, can cover: another store, another storage, a whole store.</summary>
    OutsideTransaction,

    /// <summary>The storage no longer keeps the revision that is asked for.</summary>
    RevisionGone,

    /// <summary>The storage lacks a capability that the call needs.</summary>
    NotSupported,

    /// <summary>The storage, its file or the drive can only be read.</summary>
    ReadOnly,

    /// <summary>No storage plugin or connected storage of that name, or for that URL scheme.</summary>
    StorageNotFound,

    /// <summary>A storage's configuration has a missing, unknown or malformed part.</summary>
    InvalidConfiguration,

    /// <summary>A plugin's file, folder or type cannot be used as a storage.</summary>
    InvalidPlugin,

    /// <summary>The storage cannot be reached or opened, or was closed.</summary>
    StorageUnavailable,

    /// <summary>Another writer held the storage for longer than the stated wait.</summary>
    StorageBusy,

    /// <summary>The storage's disk or quota is full.</summary>
    StorageFull,

    /// <summary>What the storage holds is damaged: a checksum or a structure does not fit.</summary>
    StorageDamaged,

    /// <summary>The file is not a database, or the database belongs to another program.</summary>
    ForeignDatabase,

    /// <summary>The database was written by a newer version of KvStore.</summary>
    NewerSchema,

    /// <summary>The system or the server refused access.</summary>
    AccessDenied,

    /// <summary>An export document is malformed, or of a newer format.</summary>
    InvalidDocument,

    /// <summary>A file to import from or export to cannot be opened, read or written, or must not be overwritten.</summary>
    FileUnavailable,

    /// <summary>A copied store differs from its source afterwards.</summary>
    CopyDiffers,

    /// <summary>A drive path that cannot name a store, namespace or item.</summary>
    InvalidPath,

    /// <summary>A namespace of that path is there already.</summary>
    NamespaceExists,

    /// <summary>A namespace is not empty, and the call was not recursive.</summary>
    NamespaceNotEmpty,

    /// <summary>No store was named, chosen or stood in.</summary>
    NoCurrentStore,
}
