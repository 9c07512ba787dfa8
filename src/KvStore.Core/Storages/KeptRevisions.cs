// Every storage forgets the past at some point, and says so in the same words.
namespace KvStore;

/// <summary>For storages: the checks that a revision can still be read.</summary>
public static class KeptRevisions
{
    /// <summary>Checks that all changes from a revision on are kept.</summary>
    /// <param name="store">The store.</param>
    /// <param name="fromRevision">The first revision whose changes are wanted.</param>
    /// <param name="oldestRevision">The oldest revision whose state can be read; changes are kept of those after it.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public static void CheckChanges(string store, long fromRevision, long oldestRevision)
    {
        if (fromRevision <= oldestRevision)
        {
            throw new KvException(
                KvError.RevisionGone,
                $"The changes of store '{store}' from revision {fromRevision} on are no longer kept; those from {oldestRevision + 1} on are. Read the store anew and watch from there, or have it keep its history for longer.",
                store);
        }
    }

    /// <summary>Checks that the state of a revision can be read.</summary>
    /// <param name="store">The store.</param>
    /// <param name="revision">The revision whose state is wanted.</param>
    /// <param name="oldestRevision">The oldest that can be read.</param>
    /// <param name="newestRevision">The store's own.</param>
    /// <exception cref="KvException"><see cref="KvError.RevisionGone"/>.</exception>
    public static void CheckState(string store, long revision, long oldestRevision, long newestRevision)
    {
        if (revision < oldestRevision)
        {
            throw new KvException(
                KvError.RevisionGone,
                $"Store '{store}' as it was at revision {revision} is no longer kept; it is from revision {oldestRevision} on. Choose a later one, or have the store keep its history for longer.",
                store);
        }

        if (revision > newestRevision)
        {
            throw new KvException(KvError.RevisionGone, $"Store '{store}' has not reached revision {revision} yet: it has {newestRevision}. Choose an earlier one.", store);
        }
    }
}
