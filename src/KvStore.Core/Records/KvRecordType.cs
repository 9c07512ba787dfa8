// The four kinds of things that cinderlib's metadata persistence keeps.
namespace KvStore;

/// <summary>What a record describes.</summary>
public enum KvRecordType
{
    /// <summary>A volume; its id is its key.</summary>
    Volume,

    /// <summary>A snapshot of a volume.</summary>
    Snapshot,

    /// <summary>A connection (cinder: volume attachment) of a volume to a host.</summary>
    Connection,

    /// <summary>A key with a text, kept beside the records; its key is its id.</summary>
    KeyValue,
}
