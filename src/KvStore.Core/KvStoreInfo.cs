// What a storage tells of a store without reading it.
namespace KvStore;

/// <summary>A store in a storage.</summary>
public sealed record KvStoreInfo
{
    /// <summary>Describes a store.</summary>
    /// <param name="name">Its name as first spelled.</param>
    public KvStoreInfo(string name) => Name = name;

    /// <summary>Its name as first spelled; found without regard to case.</summary>
    public string Name { get; init; }

    /// <summary>Its limits.</summary>
    public KvLimits Limits { get; init; } = KvLimits.Default;

    /// <summary>The number of its items, where that is cheap to know.</summary>
    public long? ItemCount { get; init; }

    /// <summary>Grows by one with each commit; null where the storage keeps none.</summary>
    public long? Revision { get; init; }

    /// <summary>Whether it was created by itself and stays while empty; otherwise it vanishes with its last item.</summary>
    public bool IsKept { get; init; }

    /// <summary>How long earlier states of its items are kept: zero for not at all, <see cref="TimeSpan.MaxValue"/> for ever; null where the storage keeps none, or its engine decides.</summary>
    public TimeSpan? HistoryPeriod { get; init; }

    /// <summary>The oldest revision that can still be read; null where the storage keeps no history.</summary>
    public long? OldestRevision { get; init; }
}
