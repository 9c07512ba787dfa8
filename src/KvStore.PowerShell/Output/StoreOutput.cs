// What Get-KvStore emits: Core's description, and where it was found, so that a pipeline acts there.
namespace KvStore.PowerShell;

/// <summary>A store of a storage.</summary>
public sealed class StoreOutput
{
    private readonly KvStoreInfo _info;

    internal StoreOutput(string storage, KvStoreInfo info)
    {
        Storage = storage;
        _info = info;
    }

    /// <summary>The name of the connection or drive that it was found through.</summary>
    public string Storage { get; }

    /// <summary>The name as first spelled; found without regard to case.</summary>
    public string Name => _info.Name;

    /// <summary>The name, for parameters -Store.</summary>
    public string Store => _info.Name;

    /// <summary>The number of its items; null where that is not cheap to know.</summary>
    public long? ItemCount => _info.ItemCount;

    /// <summary>Grows by one with each commit; null where the storage keeps none.</summary>
    public long? Revision => _info.Revision;

    /// <summary>The largest full key, in bytes of UTF-8.</summary>
    public int MaximumKeySize => _info.Limits.MaximumKeySize;

    /// <summary>The largest value, in bytes of UTF-8.</summary>
    public int MaximumValueSize => _info.Limits.MaximumValueSize;

    /// <summary>Whether New-KvStore made it, so that it stays while empty.</summary>
    public bool IsKept => _info.IsKept;

    /// <summary>How long earlier states of its items are kept: zero for not at all, <see cref="TimeSpan.MaxValue"/> for ever; null where the storage keeps none, or its engine decides.</summary>
    public TimeSpan? HistoryPeriod => _info.HistoryPeriod;

    /// <summary>The oldest revision that Get-KvItem -Revision can still read; null where the storage keeps no history.</summary>
    public long? OldestRevision => _info.OldestRevision;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
