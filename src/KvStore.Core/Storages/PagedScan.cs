// A scan may be left after its first item or run through millions: pages begin small, grow, and stay bounded in memory.
namespace KvStore;

/// <summary>For storages that read by page: a range as a sequence of pages of growing size.</summary>
public static class PagedScan
{
    private const int LargestPage = 2000;
    private const long PageCharacters = 4 * 1024 * 1024;

    /// <summary>The number of items of a first page.</summary>
    public const int FirstPage = 32;

    /// <summary>Reads a range lazily.</summary>
    /// <param name="range">Which items.</param>
    /// <param name="readPage">Reads the first items of a range whose limit is the size of the page.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <param name="firstPage">The number of items of the first page; fewer for a scan that is likely to be left at once.</param>
    public static IEnumerable<KvItem> Read(KvRange range, Func<KvRange, IReadOnlyList<KvItem>> readPage, CancellationToken cancellation, int firstPage = FirstPage)
    {
        int left = range.IsEmpty ? 0 : range.Limit ?? int.MaxValue;
        int size = firstPage;
        while (left > 0)
        {
            size = Math.Min(size, left);
            IReadOnlyList<KvItem> page = readPage(range with { Limit = size });
            foreach (KvItem item in page)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return item;
            }

            if (page.Count < size)
            {
                yield break;
            }

            left -= size;
            range = range with { After = page[^1].FullKey };
            long characters = page.Sum(item => 100L + item.Value.Length);
            size = (int)Math.Clamp(PageCharacters * size / characters, 1, Math.Min(LargestPage, size * 4L));
        }
    }
}
