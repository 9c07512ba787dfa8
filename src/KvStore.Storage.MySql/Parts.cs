// Many rows go in one statement. Its text says how many, and is prepared once: so only a few numbers of rows occur.
namespace KvStore.Storage.MySql;

/// <summary>Divides rows among statements.</summary>
internal static class Parts
{
    private const int MostRows = 256;

    // A message must fit the server's max_allowed_packet of 16 MiB, whatever number of bytes a character takes.
    private const long MostCharacters = 1024 * 1024;

    /// <summary>Parts of 1, 2, 4, … 256 rows, each as large as it may be.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="getSize">The number of characters of a row.</param>
    public static IEnumerable<T[]> Of<T>(T[] rows, Func<T, long> getSize)
    {
        int start = 0;
        while (start < rows.Length)
        {
            int fitting = 0;
            for (long size = 0; fitting < MostRows && start + fitting < rows.Length; fitting++)
            {
                size += getSize(rows[start + fitting]);
                if (size > MostCharacters && fitting > 0)
                {
                    break;
                }
            }

            int count = 1;
            while (count * 2 <= fitting)
            {
                count *= 2;
            }

            yield return rows[start..(start + count)];
            start += count;
        }
    }

    /// <summary>A question mark for each value, or a group of them for each row.</summary>
    public static string Marks(int count, string group = "?") => string.Join(", ", Enumerable.Repeat(group, count));
}
