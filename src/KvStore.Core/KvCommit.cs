// A failed condition is an outcome, not an exception: optimistic loops meet it as a matter of course.
namespace KvStore;

/// <summary>The outcome of a committed batch.</summary>
public sealed class KvCommit
{
    private KvCommit()
    {
    }

    /// <summary>Success of a storage that reports no versions.</summary>
    public static KvCommit Done { get; } = new();

    /// <summary>Whether everything was written; else nothing was.</summary>
    public bool Succeeded => FailedCondition is null;

    /// <summary>The store's new revision; null where the storage keeps none.</summary>
    public long? Revision { get; private init; }

    /// <summary>The items as set, in the order of <see cref="KvBatch.Sets"/>; empty where the storage reports no versions.</summary>
    public IReadOnlyList<KvItem> Items { get; private init; } = [];

    /// <summary>The first condition that did not hold.</summary>
    public KvCondition? FailedCondition { get; private init; }

    /// <summary>The item that the failed condition met; null if there is none.</summary>
    public KvItem? Current { get; private init; }

    /// <summary>The outcome of a success.</summary>
    /// <param name="revision">The store's new revision.</param>
    /// <param name="items">The items as set.</param>
    public static KvCommit Committed(long revision, IReadOnlyList<KvItem> items) => new() { Revision = revision, Items = items };

    /// <summary>The outcome of a failed condition.</summary>
    /// <param name="condition">The first that did not hold.</param>
    /// <param name="current">The item that it met; null if there is none.</param>
    public static KvCommit Failed(KvCondition condition, KvItem? current) => new() { FailedCondition = condition, Current = current };

    /// <summary>Turns a failed condition into its error.</summary>
    /// <returns>This outcome, a success.</returns>
    /// <exception cref="KvException">As <see cref="GetError"/>.</exception>
    public KvCommit ThrowIfFailed() => GetError() is { } error ? throw error : this;

    /// <summary>The error that tells of the failed condition; null for a success.</summary>
    /// <returns><see cref="KvError.ConditionFailed"/>, whose target is the current item, or the key if there is none.</returns>
    public KvException? GetError()
    {
        if (FailedCondition is not { } condition)
        {
            return null;
        }

        string key = KvException.Shorten(condition.FullKey);
        string message = (condition.Version, Current) switch
        {
            (0, _) => $"Item '{key}' exists already (version {Current?.Version?.ToString() ?? "unknown"}); nothing was written. To overwrite it, leave out the condition (-NoClobber), or give New-Item -Force.",
            (_, null) => $"Item '{key}' does not exist; version {condition.Version} was expected, and nothing was written. Read it again and decide anew.",
            _ => $"Item '{key}' has version {Current.Version}; {condition.Version} was expected, and nothing was written. Read it again and decide anew.",
        };
        return new KvException(KvError.ConditionFailed, message, (object?)Current ?? condition.FullKey);
    }
}
