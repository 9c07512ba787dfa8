// Engines that lock a store, read what a batch names and then write share one piece of reasoning: which versions come of it.
namespace KvStore;

/// <summary>For storages: what a batch comes to, given the items that it meets. Nothing is written by it.</summary>
public sealed class CommitPlan
{
    private CommitPlan(KvCommit outcome, int added)
    {
        Outcome = outcome;
        Added = added;
    }

    /// <summary>The outcome once the batch is written, with the items as they are to be stored; or what failed.</summary>
    public KvCommit Outcome { get; }

    /// <summary>How many of the set items are new, after the batch's own deletes.</summary>
    public int Added { get; }

    /// <summary>The keys whose items decide about a batch: those of its conditions and its sets, each once.</summary>
    public static string[] GetKeys(KvBatch batch) =>
        batch.Conditions.Select(condition => condition.FullKey).Concat(batch.Sets.Select(set => set.FullKey)).Distinct(StringComparer.Ordinal).ToArray();

    /// <summary>Checks the conditions of a batch and works out its items.</summary>
    /// <param name="batch">The batch, within the limits of the store.</param>
    /// <param name="store">The store's name as it is shown.</param>
    /// <param name="revision">The revision that the commit makes, one more than the store has.</param>
    /// <param name="now">The time of the commit in microseconds since 1970.</param>
    /// <param name="current">The items of <see cref="GetKeys"/> that are there and have not expired.</param>
    public static CommitPlan Create(KvBatch batch, string store, long revision, long now, IReadOnlyDictionary<string, KvItem> current)
    {
        if (KvCommit.FindFailed(batch, revision - 1, current.GetValueOrDefault) is { } failed)
        {
            return new CommitPlan(failed, added: 0);
        }

        int added = 0;
        var items = new KvItem[batch.Sets.Count];
        for (int i = 0; i < items.Length; i++)
        {
            KvSet set = batch.Sets[i];
            bool isDeleted = batch.DeletedNamespaces.Any(namespacePath => KvPath.IsBeneath(set.FullKey, namespacePath));
            KvItem? old = isDeleted ? null : current.GetValueOrDefault(set.FullKey);
            added += old is null ? 1 : 0;
            items[i] = new KvItem(store, set.FullKey, set.Value)
            {
                VersionNumber = (old?.VersionNumber ?? 0) + 1,
                CreateRevisionNumber = old?.CreateRevisionNumber ?? revision,
                ModRevisionNumber = revision,
                CreatedTime = old?.CreatedTime ?? now,
                ModifiedTime = now,
                ExpiresTime = set.ExpiresTime,
            };
        }

        return new CommitPlan(KvCommit.Committed(revision, items), added);
    }
}
