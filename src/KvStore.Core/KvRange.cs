// One description of "which items" serves listing, searching, counting and paging on every storage.
namespace KvStore;

/// <summary>A range of full keys, in the order of their UTF-8 bytes.</summary>
public sealed record KvRange
{
    /// <summary>All items.</summary>
    public static KvRange All { get; } = new();

    /// <summary>What the full keys begin with, as plain text; empty for all. For a namespace see <see cref="Beneath"/>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The first key that may come, inclusive; empty for the first there is.</summary>
    public string Start { get; init; } = "";

    /// <summary>The key behind which the range begins, exclusive; null for none. The one way to go on after a key.</summary>
    public string? After { get; init; }

    /// <summary>The largest number of items; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Values and times are not needed: a storage may leave them empty.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Everything beneath a namespace.</summary>
    /// <param name="namespacePath">A namespace path in normal form; empty for the root.</param>
    public static KvRange Beneath(string namespacePath) => new() { Prefix = KvPath.GetPrefix(namespacePath) };

    /// <summary>Whether a full key lies in the range, its limit aside.</summary>
    public bool Contains(string fullKey) =>
        fullKey.StartsWith(Prefix, StringComparison.Ordinal)
        && (Start.Length == 0 || KvOrder.Instance.Compare(fullKey, Start) >= 0)
        && (After is null || KvOrder.Instance.Compare(fullKey, After) > 0);
}
