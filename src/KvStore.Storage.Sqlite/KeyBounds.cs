// A range of keys as the two bounds of a search in the primary key; SQLite compares text by its UTF-8 bytes, as the contract does.
using System.Text;

namespace KvStore.Storage.Sqlite;

/// <summary>Where a range of keys begins (inclusive), and the prefix that all of it has.</summary>
internal readonly record struct KeyBounds(string First, string Prefix)
{
    /// <summary>The bounds of everything beneath a namespace.</summary>
    public static KeyBounds Beneath(string namespacePath)
    {
        string prefix = KvPath.GetPrefix(namespacePath);
        return new KeyBounds(prefix, prefix);
    }

    /// <summary>The bounds of a range, its limit aside.</summary>
    public static KeyBounds Of(KvRange range)
    {
        string first = KvOrder.Instance.Compare(range.Start, range.Prefix) > 0 ? range.Start : range.Prefix;
        if (range.After is not null && KvOrder.Instance.Compare(range.After, first) >= 0)
        {
            // The least text behind another is that text and a NUL, which no key contains.
            first = range.After + '\0';
        }

        return new KeyBounds(first, range.Prefix);
    }

    /// <summary>Binds the lower bound, inclusive, and the upper one, exclusive.</summary>
    public void Bind(Statement statement, int lowerIndex, int upperIndex)
    {
        statement.Bind(lowerIndex, First);
        if (Prefix.Length == 0)
        {
            statement.BindBehindAllText(upperIndex);
            return;
        }

        // No byte of UTF-8 is 0xFF: the last one can be raised, and what results stands behind all that has the prefix.
        Span<byte> bytes = Prefix.Length <= 256 ? stackalloc byte[256 * 3] : new byte[Prefix.Length * 3];
        bytes = bytes[..Encoding.UTF8.GetBytes(Prefix, bytes)];
        bytes[^1]++;
        statement.Bind(upperIndex, (ReadOnlySpan<byte>)bytes);
    }
}
