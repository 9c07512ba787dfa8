// Where a drive path leads: drives put the stores of a storage at their top, and namespaces beneath.
namespace KvStore;

/// <summary>A place in a storage.</summary>
/// <param name="Store">The store's name; null for the storage's top, where the stores are.</param>
/// <param name="Path">The path in the store, as a full key or namespace path; empty for the store's root.</param>
public readonly record struct KvLocation(string? Store, string Path)
{
    /// <summary>The place that a drive path leads to.</summary>
    /// <param name="drivePath">The path from the storage's top: encoded as by <see cref="KvPath.ToDrivePath"/>, with any number of slashes.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: the escapes are not UTF-8.</exception>
    public static KvLocation FromDrivePath(string drivePath)
    {
        string[] components = KvPath.FromDrivePath(drivePath).Split(KvPath.Separator, StringSplitOptions.RemoveEmptyEntries);
        return components.Length == 0 ? default(KvLocation) with { Path = KvPath.Root } : new KvLocation(components[0], string.Join(KvPath.Separator, components.Skip(1)));
    }

    /// <summary>The drive path of this place, from the storage's top, without a leading slash.</summary>
    public string ToDrivePath() => Store is null ? "" : KvPath.ToDrivePath(KvPath.Join(Store, Path));
}
