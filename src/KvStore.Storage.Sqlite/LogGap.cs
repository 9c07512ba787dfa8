// The errors of a watch that was cut off from its log, with the way out.
namespace KvStore.Storage.Sqlite;

internal static class LogGap
{
    /// <summary>The error of a watch that missed changes.</summary>
    public static KvException OfGap(StoreRow row, long seen) => new(
        KvError.RevisionGone,
        $"The watch of store '{row.Name}' has seen revision {seen}, and changes are kept from revision {row.Log.Start + 1} on: this process stood still for too long. Read the store, and watch it anew.",
        row.Name);

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
}
