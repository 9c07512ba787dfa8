// What is older than the history's period and was seen by all watches goes from the log, each change looked at once: when a
// change grows old, nobody asks for the state before it any more; its own state is needed only while a later change names it.
namespace KvStore.Storage.Sqlite;

/// <summary>Trims a store's log within a transaction that is open.</summary>
internal static class LogTrimming
{
    /// <summary>Trims a portion of the log.</summary>
    /// <param name="session">A session in a writing transaction.</param>
    /// <param name="row">The store; the outcome is to be written to its row.</param>
    /// <param name="period">How long states are kept, in microseconds.</param>
    /// <param name="portion">About how many changes to look at.</param>
    /// <returns>The store's row, how many earlier states were forgotten, and whether there is no more to forget.</returns>
    public static (StoreRow Row, long Forgotten, bool IsDone) Trim(Session session, StoreRow row, long period, int portion)
    {
        long now = KvTime.Now;
        long oldest = period == long.MaxValue ? long.MinValue : now - period;
        long seen = session.Watches.GetLeastSeen(row.Id, now);
        StoreLog log = row.Log;
        long forgotten = 0;
        var position = new LogPosition(log.Trimmed + 1, "");
        for (int looked = 0; ;)
        {
            List<LogLink> links = session.Changes.ReadLinks(row.Id, position, portion);
            foreach (LogLink link in links)
            {
                bool isNeeded = link.Revision > row.Log.Start && (link.Time > oldest || link.Revision > seen);
                if (isNeeded)
                {
                    return (row with { Log = log with { Trimmed = link.Revision - 1 } }, forgotten, true);
                }

                forgotten += Forget(session, row, link);
                log = log with { Start = Math.Max(log.Start, link.Revision) };
            }

            if (links.Count < portion)
            {
                return (row with { Log = log with { Trimmed = log.Start } }, forgotten, true);
            }

            looked += links.Count;
            position = new LogPosition(links[^1].Revision, links[^1].FullKey);
            log = log with { Trimmed = Math.Max(log.Trimmed, position.Revision - 1) };
            if (looked >= portion && (forgotten > 0 || log.Trimmed > row.Log.Trimmed))
            {
                // The last revision may go on; what of it is left is looked at again.
                return (row with { Log = log }, forgotten, false);
            }
        }
    }

    private static long Forget(Session session, StoreRow row, LogLink link)
    {
        long forgotten = link.Previous == 0 ? 0 : session.Changes.Delete(row.Id, link.Previous, link.FullKey);
        if (session.Changes.FindSuccessorsPrevious(row.Id, link.FullKey, link.Revision) != link.Revision)
        {
            // The item's present state stands in its own row, and that it is gone needs no telling.
            session.Changes.Delete(row.Id, link.Revision, link.FullKey);
        }

        return forgotten;
    }
}
