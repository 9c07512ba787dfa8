// Where a drive path leads: drives put the stores of a storage at their top, and namespaces beneath.
namespace KvStore;

/// <summary>A place in a storage.</summary>
/// <param name="Store">The store's name; null for the storage's top, where the stores are.</param>
/// <param name="Path">The path in the store, as a full key or namespace path; empty for the store's root.</param>
public readonly record struct KvLocation(string? Store, string Path)
{
    /// <summary>The storage's top, where the stores are.</summary>
    public static KvLocation Top { get; } = new(null, KvPath.Root);

    /// <summary>The place that a drive path leads to.</summary>
    /// <param name="drivePath">
    /// The path from the storage's top: encoded as by <see cref="KvPath.ToDrivePath"/>, with any number of slashes; the
    /// components <c>.</c> and <c>..</c> mean this place and the one above.
    /// </param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: the escapes are not UTF-8.</exception>
    public static KvLocation FromDrivePath(string drivePath) => Top.Go(drivePath);

    /// <summary>The place that a relative drive path leads to from here.</summary>
    /// <param name="drivePath">The path, as for <see cref="FromDrivePath"/>; it cannot lead above the place where it begins.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: the escapes are not UTF-8.</exception>
    public KvLocation Go(string drivePath)
    {
        var components = new List<string>();
        foreach (string component in drivePath.Replace('\\', KvPath.Separator).Split(KvPath.Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (component == "..")
            {
                components.RemoveRange(Math.Max(0, components.Count - 1), Math.Min(1, components.Count));
            }
            else if (component != ".")
            {
                components.Add(KvPath.FromDrivePath(component));
            }
        }

        string path = string.Join(KvPath.Separator, components);
        if (Store is not null || components.Count == 0)
        {
            return this with { Path = KvPath.Join(Path, path) };
        }

        return new KvLocation(components[0], string.Join(KvPath.Separator, components.Skip(1)));
    }

    /// <summary>The place of a child.</summary>
    /// <param name="name">A store's name at the top, else one component of a path, as it is.</param>
    public KvLocation Child(string name) => Store is null ? new KvLocation(name, KvPath.Root) : this with { Path = KvPath.Join(Path, name) };

    /// <summary>Whether this place lies strictly beneath another.</summary>
    public bool IsBeneath(KvLocation other) =>
        other.Store is null ? Store is not null
        : other.Store.Equals(Store, StringComparison.OrdinalIgnoreCase) && KvPath.IsBeneath(Path, other.Path);

    /// <summary>The last component, as it is; empty for the top.</summary>
    public string Name => Path.Length > 0 ? KvPath.GetName(Path) : Store ?? "";

    /// <summary>The drive path of this place, from the storage's top, without a leading slash.</summary>
    public string ToDrivePath() => Store is null ? "" : KvPath.ToDrivePath(KvPath.Join(Store, Path));

    /// <summary>The place as people write it: <c>myKV:/foo/bar</c>.</summary>
    public override string ToString() => Store is null ? "/" : $"{Store}:{KvPath.ToAbsolute(Path)}";
}
