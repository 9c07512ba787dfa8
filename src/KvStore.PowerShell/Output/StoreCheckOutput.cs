// What Test-KvStore emits: one answer a store, with the evidence.
namespace KvStore.PowerShell;

/// <summary>A checked store.</summary>
public sealed class StoreCheckOutput
{
    internal StoreCheckOutput(string storage, string? store, long? itemCount, IReadOnlyList<KvDamage> damages) =>
        (Storage, Store, ItemCount, Damages) = (storage, store, damages.Count == 0 ? itemCount : null, damages);

    /// <summary>The name of the connection or drive that it was found through.</summary>
    public string Storage { get; }

    /// <summary>The store's name; null for what belongs to no store.</summary>
    public string? Store { get; }

    /// <summary>Whether nothing is damaged.</summary>
    public bool IsSound => Damages.Count == 0;

    /// <summary>The number of its items; null where that is not cheap to know, or where damage makes it doubtful.</summary>
    public long? ItemCount { get; }

    /// <summary>What is damaged; empty if all is well.</summary>
    public IReadOnlyList<KvDamage> Damages { get; }
}
