// The errors of a past that is no longer kept, with the way out.
namespace KvStore.Storage.Sqlite;

internal static class LogGap
{
    /// <summary>The error of a watch that begins too early.</summary>
    public static KvException OfWatch(StoreRow row, long fromRevision) => Gone(
        row,
        $"Changes of store '{row.Name}' are kept from revision {row.Log.Start + 1} on; {fromRevision} is gone.",
        "Read the store, and watch it from the revision after the one it had");

    /// <summary>The error of a watch that missed changes.</summary>
    public static KvException OfGap(StoreRow row, long seen) => Gone(
        row,
        $"The watch of store '{row.Name}' has seen revision {seen}, and changes are kept from revision {row.Log.Start + 1} on: this process stood still for too long.",
        "Read the store, and watch it anew");

    /// <summary>The error of a watch whose database was replaced.</summary>
    public static KvException OfReplaced(string store, string place) => new(
        KvError.RevisionGone,
        $"The watch of store '{store}' cannot go on: database '{place}' was replaced by another one. Read the store, and watch it anew.",
        store);

    /// <summary>The error of a watch whose file is gone.</summary>
    public static KvException OfDeleted(string store) => new(
        KvError.StorageUnavailable,
        $"The watch of store '{store}' cannot go on: the database was deleted. Bring it back or write to it, then watch it anew.",
        store);

    /// <summary>The error of a moment that cannot be read.</summary>
    public static KvException OfMoment(string store, StoreRow? row, long revision)
    {
        string name = row?.Name ?? store;
        return revision > (row?.Revision ?? 0)
            ? new KvException(KvError.RevisionGone, $"Store '{name}' has not reached revision {revision}: it has {row?.Revision ?? 0}. Ask for that or an earlier one.", name)
            : Gone(row!, $"Store '{name}' can be read as it was from revision {row!.Log.Start} on; {revision} is gone.", "Ask for a later one");
    }

    private static KvException Gone(StoreRow row, string what, string wayOut)
    {
        string advice = row.Log.Period == 0 ? "; to have the past kept from now on, give the store a period (Set-KvStore -HistoryPeriod)" : "";
        return new KvException(KvError.RevisionGone, $"{what} {wayOut}{advice}.", row.Name);
    }
}
