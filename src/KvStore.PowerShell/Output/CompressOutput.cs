// What Compress-KvStore emits: whether it was worth it.
namespace KvStore.PowerShell;

/// <summary>A compressed store.</summary>
public sealed class CompressOutput
{
    internal CompressOutput(string storage, string store, long forgotten) => (Storage, Store, Forgotten) = (storage, store, forgotten);

    /// <summary>The name of the connection or drive that it was found through.</summary>
    public string Storage { get; }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>The number of earlier states that were forgotten.</summary>
    public long Forgotten { get; }
}
