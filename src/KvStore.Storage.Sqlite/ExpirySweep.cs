// Expired items go with the next commit to their store; where nobody writes, a watch or a compression makes one.
namespace KvStore.Storage.Sqlite;

internal static class ExpirySweep
{
    /// <summary>Removes what has expired from a store, as a commit of its own if there is anything.</summary>
    /// <returns>Whether there was.</returns>
    public static bool Run(Session session, string store)
    {
        if (session.Stores.Find(store) is not { Items: > 0 } row || session.Items.CountExpired(row.Id, KvTime.Now) == 0)
        {
            return false;
        }

        StoreChange.Begin(session, new KvStoreEntry(row.Name)).Save();
        return true;
    }
}
