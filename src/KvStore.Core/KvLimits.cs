// Limits are bytes of UTF-8 everywhere: characters would mean something else on every storage.
namespace KvStore;

/// <summary>The largest full key and value, in bytes of UTF-8.</summary>
/// <param name="MaximumKeySize">Of a full key (namespace and key, without a leading slash).</param>
/// <param name="MaximumValueSize">Of a value.</param>
public sealed record KvLimits(int MaximumKeySize, int MaximumValueSize)
{
    /// <summary>What a store has unless it was created with others: 510 and 4096 bytes (LINSTOR's documented limits).</summary>
    public static KvLimits Default { get; } = new(510, 4096);

    /// <summary>The ceiling of a storage that states none: keys of 4,096 bytes and values of 64 MiB.</summary>
    public static KvLimits Ceiling { get; } = new(4096, 64 * 1024 * 1024);

    /// <summary>Checks keys and values of everything that a batch sets, and its namespaces.</summary>
    /// <param name="batch">What is about to be written.</param>
    /// <param name="owner">Who sets these limits, for the message: <c>store 'myKV'</c>.</param>
    /// <exception cref="KvException"><see cref="KvError.KeyTooLong"/>, <see cref="KvError.ValueTooLong"/>, <see cref="KvError.InvalidKey"/> or <see cref="KvError.InvalidText"/>.</exception>
    public void Check(KvBatch batch, string owner)
    {
        foreach (KvSet set in batch.Sets)
        {
            Check(set.FullKey, set.Value, owner);
        }

        foreach (string namespacePath in batch.AddedNamespaces)
        {
            KvPath.CheckKey(namespacePath, MaximumKeySize, owner);
        }
    }

    /// <summary>Checks one full key and its value.</summary>
    /// <exception cref="KvException"><see cref="KvError.KeyTooLong"/>, <see cref="KvError.ValueTooLong"/>, <see cref="KvError.InvalidKey"/> or <see cref="KvError.InvalidText"/>.</exception>
    public void Check(string fullKey, string value, string owner)
    {
        KvPath.CheckKey(fullKey, MaximumKeySize, owner);
        KvPath.CheckValue(fullKey, value, MaximumValueSize, owner);
    }

    /// <summary>The smaller of each pair of limits.</summary>
    public KvLimits Within(KvLimits ceiling) =>
        new(Math.Min(MaximumKeySize, ceiling.MaximumKeySize), Math.Min(MaximumValueSize, ceiling.MaximumValueSize));
}
