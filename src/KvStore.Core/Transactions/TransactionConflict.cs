// Each run of a transaction that fails tells what came between; only the last of them is shown, with the number of runs.
namespace KvStore;

/// <summary>What a run of a transaction has read no longer holds.</summary>
internal sealed class TransactionConflict : KvException
{
    private TransactionConflict(string reason, object target)
        : base(KvError.TransactionConflict, $"The transaction must begin again, because {reason}. Nothing of it was written.", target) => Reason = reason;

    /// <summary>What came between, as the end of a sentence.</summary>
    public string Reason { get; }

    /// <summary>Something was read and has changed.</summary>
    /// <param name="what">What, as the middle of a sentence.</param>
    /// <param name="target">The key or the store.</param>
    public static TransactionConflict Changed(string what, string target) => new($"another writer has changed {what}", target);

    /// <summary>An item was read and has changed.</summary>
    public static TransactionConflict ChangedItem(string fullKey) => Changed($"item '{KvException.Shorten(fullKey)}'", fullKey);

    /// <summary>No two reads could be made at one revision.</summary>
    public static TransactionConflict TooQuick(string store) => new($"other writers change store '{store}' faster than it can be read", store);
}
