// What the controller would refuse, refused before it is asked, by a sentence that says what to do.
namespace KvStore.Storage.Linstor;

/// <summary>LINSTOR's rules where they are stricter than KvStore's.</summary>
internal static class LinstorRules
{
    /// <summary>Items in the order of their keys.</summary>
    public static IComparer<KvItem> ByKey { get; } = Comparer<KvItem>.Create((x, y) => KvOrder.Instance.Compare(x.FullKey, y.FullKey));

    /// <summary>Checks a store's name: two characters at least, one of them a letter.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidStoreName"/>.</exception>
    public static void CheckStoreName(string store)
    {
        if (!KvPath.IsStoreName(store) || store.Length < 2 || !store.Any(char.IsAsciiLetter))
        {
            throw new KvException(
                KvError.InvalidStoreName,
                $"'{store}' is no store name to LINSTOR: 2 to 48 ASCII letters, digits, '_' and '-' are allowed, the first a letter or '_', and one a letter.",
                store);
        }
    }

    /// <summary>Checks that no value holds NUL, which not every database of a controller keeps.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidText"/>.</exception>
    public static void CheckValues(KvBatch batch)
    {
        foreach (KvSet set in batch.Sets)
        {
            if (set.Value.Contains('\0', StringComparison.Ordinal))
            {
                throw new KvException(KvError.InvalidText, $"The value of key '{set.FullKey}' contains NUL, which LINSTOR's databases do not all keep. Write binary data as Base64.", set.FullKey);
            }
        }
    }
}
