// A log tells what an item was, its row what it is: engines that read their log by page put the two together alike.
namespace KvStore;

/// <summary>For storages that read by page: the history of one item, the newest change first.</summary>
public static class PagedHistory
{
    private const int PageSize = 100;

    /// <summary>Reads a history lazily.</summary>
    /// <param name="current">The item as it is, read before the first page: what replaces it meanwhile has put it into the log. Null if there is none.</param>
    /// <param name="readPage">Reads the newest changes before a revision, at most so many.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    public static IEnumerable<KvChange> Read(KvItem? current, Func<long, int, IReadOnlyList<KvChange>> readPage, CancellationToken cancellation)
    {
        IReadOnlyList<KvChange> page = readPage(long.MaxValue, PageSize);
        if (current is not null && (page.Count == 0 || page[0].Revision < current.ModRevisionNumber))
        {
            yield return KvChange.OfSet(current);
        }

        while (true)
        {
            foreach (KvChange change in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return change;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            page = readPage(page[^1].Revision, PageSize);
        }
    }
}
