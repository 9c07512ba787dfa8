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
    public bool Succeeded => FailedCondition is null && FailedRevision is null;

    /// <summary>The store's new revision, or where <see cref="FailedRevision"/> tells of a failure its current one; null where the storage keeps none.</summary>
    public long? Revision { get; private init; }

    /// <summary>The items as set, in the order of <see cref="KvBatch.Sets"/>; empty where the storage reports no versions.</summary>
    public IReadOnlyList<KvItem> Items { get; private init; } = [];

    /// <summary>The first condition that did not hold.</summary>
    public KvCondition? FailedCondition { get; private init; }

    /// <summary>The revision that the store was to have (<see cref="KvBatch.RequiredRevision"/>) and has not; null if that is not what failed.</summary>
    public long? FailedRevision { get; private init; }

    /// <summary>The item that the failed condition met; null if there is none.</summary>
    public KvItem? Current { get; private init; }

    /// <summary>The outcome of a success.</summary>
    /// <param name="revision">The store's new revision.</param>
    /// <param name="items">The items as set.</param>
    public static KvCommit Committed(long revision, IReadOnlyList<KvItem> items) => new() { Revision = revision, Items = items };

    /// <summary>The outcome of a batch that a transaction has taken over: it has no revision yet.</summary>
    internal static KvCommit Collected(IReadOnlyList<KvItem> items) => new() { Items = items };

    /// <summary>The outcome of a failed condition.</summary>
    /// <param name="condition">The first that did not hold.</param>
    /// <param name="current">The item that it met; null if there is none.</param>
    public static KvCommit Failed(KvCondition condition, KvItem? current) => new() { FailedCondition = condition, Current = current };

    /// <summary>The outcome of a store that has another revision than it must.</summary>
    /// <param name="required">The revision that was required.</param>
    /// <param name="current">The revision that the store has.</param>
    public static KvCommit FailedAt(long required, long current) => new() { FailedRevision = required, Revision = current };

    /// <summary>The outcome of the conditions of a batch, for an engine that asks for one item after the other; null if all hold.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="revision">The store's revision before the batch.</param>
    /// <param name="getItem">The item of a full key, not expired; null if there is none.</param>
    public static KvCommit? FindFailed(KvBatch batch, long revision, Func<string, KvItem?> getItem)
    {
        foreach (KvCondition condition in batch.Conditions)
        {
            KvItem? current = getItem(condition.FullKey);
            if (!condition.Holds(current))
            {
                return Failed(condition, current);
            }
        }

        return batch.RequiredRevision is { } required && required != revision ? FailedAt(required, revision) : null;
    }

    /// <summary>Turns a failed condition into its error.</summary>
    /// <returns>This outcome, a success.</returns>
    /// <exception cref="KvException">As <see cref="GetError"/>.</exception>
    public KvCommit ThrowIfFailed() => GetError() is { } error ? throw error : this;

    /// <summary>The error that tells of the failed condition; null for a success.</summary>
    /// <returns><see cref="KvError.ConditionFailed"/>, whose target is the current item, or the key if there is none, or the revision that was required.</returns>
    public KvException? GetError()
    {
        if (FailedRevision is { } required)
        {
            return new KvException(KvError.ConditionFailed, $"The store has revision {Revision}; {required} was expected, and nothing was written. Read it again and decide anew.", required);
        }

        if (FailedCondition is not { } condition)
        {
            return null;
        }

        string key = KvException.Shorten(condition.FullKey);
        (string name, long expected, long? found) = condition.Version != 0 ? ("version", condition.Version, Current?.Version) : ("revision", condition.ModRevision, Current?.ModRevision);
        string message = (condition.IsAbsence, Current) switch
        {
            (true, _) => $"Item '{key}' exists already (version {Current?.Version?.ToString() ?? "unknown"}); nothing was written. To overwrite it, leave out the condition (-NoClobber), or give New-Item -Force.",
            (_, null) => $"Item '{key}' does not exist; {name} {expected} was expected, and nothing was written. Read it again and decide anew.",
            _ => $"Item '{key}' has {(found is null ? $"no {name} yet" : $"{name} {found}")}; {expected} was expected, and nothing was written. Read it again and decide anew.",
        };
        return new KvException(KvError.ConditionFailed, message, (object?)Current ?? condition.FullKey);
    }
}
