// A watch owes each change once, in the order of the commits: what writers tell of their commits says exactly what must be seen.
using System.Globalization;

namespace KvStore.Fault.Tests;

/// <summary>Compares what a watch saw with what was written, both in the lines of the probe: revision, key, value.</summary>
internal static class WatchChecker
{
    /// <summary>Looks for the first place where a watch went wrong.</summary>
    /// <param name="written">The changes that the writers made, in any order.</param>
    /// <param name="seen">What the watch saw, in its order.</param>
    /// <returns>What is wrong; null if each change was seen once, in the order of revisions and, within one, of keys.</returns>
    public static string? FindViolation(IEnumerable<string> written, IReadOnlyList<string> seen)
    {
        string[] expected = [.. written.OrderBy(RevisionOf).ThenBy(KeyOf, StringComparer.Ordinal)];
        int right = expected.Zip(seen).TakeWhile(pair => pair.First == pair.Second).Count();
        if (right == expected.Length && right == seen.Count)
        {
            return null;
        }

        if (right == seen.Count)
        {
            return $"'{expected[right]}' was lost, and all that came behind it.";
        }

        string wrong = seen[right];
        return seen.Take(right).Contains(wrong) ? $"'{wrong}' was seen twice."
            : !expected.Contains(wrong) ? $"'{wrong}' was seen, and nobody wrote it."
            : seen.Skip(right).Contains(expected[right]) ? $"'{wrong}' was seen before '{expected[right]}'."
            : $"'{expected[right]}' was lost.";
    }

    /// <summary>The revision of a line.</summary>
    public static long RevisionOf(string line) => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);

    private static string KeyOf(string line) => line.Split(' ')[1];
}
