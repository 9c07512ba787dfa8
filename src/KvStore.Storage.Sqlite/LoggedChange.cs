// What a row of the log says: the change itself, where it stands, and what trimming needs to know of it.
namespace KvStore.Storage.Sqlite;

/// <summary>A logged change.</summary>
/// <param name="FullKey">The full key.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Previous">The revision of the state before; 0 if there was no item, or if nobody asks.</param>
/// <param name="Numbers">The item's numbers after it; of one that is gone only the revision and the time.</param>
/// <param name="Value">The value after it.</param>
internal readonly record struct LoggedChange(string FullKey, KvChangeKind Kind, long Previous, ItemNumbers Numbers, string Value)
{
    public long Revision => Numbers.ModRevision;

    /// <summary>The change as it is shown.</summary>
    public KvChange ToChange(string store) => Kind == KvChangeKind.Set
        ? KvChange.OfSet(Numbers.ToItem(store, FullKey, Value))
        : new KvChange(store, FullKey, Kind, Revision) { Time = KvTime.ToDateTime(Numbers.Modified) };
}

/// <summary>Where a reader of the log stands: behind a key of a revision.</summary>
internal readonly record struct LogPosition(long Revision, string FullKey)
{
    /// <summary>Where a change stands.</summary>
    public static LogPosition Of(in LoggedChange change) => new(change.Revision, change.FullKey);

    /// <summary>Whether another position is behind this one.</summary>
    public bool IsBefore(in LogPosition other) =>
        Revision < other.Revision || (Revision == other.Revision && KvOrder.Instance.Compare(FullKey, other.FullKey) < 0);
}

/// <summary>A change as trimming sees it.</summary>
internal readonly record struct LogLink(long Revision, string FullKey, long Previous, long Time);
