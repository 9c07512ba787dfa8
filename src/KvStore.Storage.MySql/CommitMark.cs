// A commit whose connection breaks may have been applied or not: a mark that is written with the data tells.
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>By which a commit is found again.</summary>
/// <param name="Store">The store, in any case; of several that are committed together, any one.</param>
/// <param name="Revision">The revision that the commit makes.</param>
/// <param name="Id">What no other commit has.</param>
internal readonly record struct CommitMark(string Store, long Revision, string Id)
{
    /// <summary>How many commits of a store are remembered at least.</summary>
    public const long Remembered = 1000;

    /// <summary>Whether the commit was applied; null if so many came after it that nobody can tell.</summary>
    /// <param name="connection">A connection without a transaction; one is open afterwards.</param>
    public bool? IsApplied(Connection connection)
    {
        // The lock is had when the transaction in question has ended, which the server may not have noticed yet.
        connection.Begin();
        LockedStore now = LockedStore.Lock(connection, Store, keys: [], withValue: new HashSet<string>());
        if (now.Revision < Revision)
        {
            return false;
        }

        string? id = connection.Select("SELECT id FROM kvstore_commit WHERE store = ? AND revision = ?", "t", row => row.GetText(0), now.Id, Revision).SingleOrDefault();
        return id is null ? null : id == Id;
    }
}
