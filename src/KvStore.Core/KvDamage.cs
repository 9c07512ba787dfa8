// What a check of a storage finds: which item or structure, so that the rest can be kept.
namespace KvStore;

/// <summary>Something that is damaged in a storage.</summary>
/// <param name="Store">The store, as first spelled; null if the damage belongs to none.</param>
/// <param name="FullKey">The damaged item's full key as it can still be read; null if the damage is of no item.</param>
/// <param name="Problem">What does not fit, as a sentence.</param>
public sealed record KvDamage(string? Store, string? FullKey, string Problem)
{
    /// <summary>The item's absolute path within its store; null if the damage is of no item.</summary>
    public string? Path => FullKey is null ? null : KvPath.ToAbsolute(FullKey);
}
