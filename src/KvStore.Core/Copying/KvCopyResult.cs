// What a copy did, for the user's eyes and for scripts that decide by it.
namespace KvStore;

/// <summary>The outcome of copying one store, which was compared afterwards.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Items">The number of items of the source, each of which is in the target now.</param>
/// <param name="Written">How many of them were written; the others were there already, equal.</param>
/// <param name="Digest">The SHA-256 of keys, values and expiries in order, the same on both sides.</param>
/// <param name="LeftOut">What the target cannot keep, in words; empty if nothing.</param>
public sealed record KvCopyResult(string Store, long Items, long Written, string Digest, IReadOnlyList<string> LeftOut);
