// Storages order keys by their UTF-8 bytes; .NET's ordinal order differs from that where surrogates meet U+E000 to U+FFFF.
namespace KvStore;

/// <summary>Compares text by its UTF-8 bytes without encoding it: the order of keys in every storage.</summary>
public sealed class KvOrder : IComparer<string>
{
    private KvOrder()
    {
    }

    /// <summary>The one comparer.</summary>
    public static KvOrder Instance { get; } = new();

    /// <summary>Less than, equal to or greater than zero, as <paramref name="x"/> stands before, at or behind <paramref name="y"/>.</summary>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        char a = left[common];
        char b = right[common];

        // In UTF-8 a character outside the basic plane (a surrogate pair here) follows all of the plane.
        bool aIsSurrogate = char.IsSurrogate(a);
        return aIsSurrogate == char.IsSurrogate(b) ? a - b : aIsSurrogate ? 1 : -1;
    }
}
