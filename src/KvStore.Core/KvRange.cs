// One description of "which items" serves listing, searching, counting and paging on every storage.
using System.Text;

namespace KvStore;

/// <summary>A range of full keys, in the order of their UTF-8 bytes.</summary>
public sealed record KvRange
{
    /// <summary>All items.</summary>
    public static KvRange All { get; } = new();

    /// <summary>What the full keys begin with, as plain text; empty for all. For a namespace see <see cref="Beneath"/>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The first key that may come, inclusive; empty for the first there is.</summary>
    public string Start { get; init; } = "";

    /// <summary>The key behind which the range begins, exclusive; null for none. The one way to go on after a key.</summary>
    public string? After { get; init; }

    /// <summary>The largest number of items; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Values and times are not needed: a storage may leave them empty.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>
    /// What is damaged is left out, where it would otherwise end the scan with <see cref="KvError.StorageDamaged"/>;
    /// <see cref="KvStorage.Check"/> tells what that is. A storage that cannot tell damage from data ignores it.
    /// </summary>
    public bool SkipDamaged { get; init; }

    /// <summary>Whether no key can lie in the range.</summary>
    public bool IsEmpty => Limit <= 0 || Prefix.Contains('\0', StringComparison.Ordinal);

    /// <summary>For storages: the lower bound of all keys in the range, inclusive; what <see cref="Prefix"/>, <see cref="Start"/> and <see cref="After"/> come to.</summary>
    public string LowerBound
    {
        get
        {
            string bound = Max(WithoutNul(Prefix), WithoutNul(Start));
            return After is null ? bound : Max(bound, After.Length == 0 ? "" : WithoutNul(After + '\0'));
        }
    }

    /// <summary>For storages: the upper bound of all keys in the range, exclusive; null if there is none.</summary>
    public string? UpperBound
    {
        get
        {
            string bound = Prefix;
            while (bound.Length > 0)
            {
                Rune.DecodeLastFromUtf16(bound, out Rune last, out int length);
                bound = bound[..^length];
                if (last.Value != 0x10FFFF)
                {
                    // The next character, and none is a lone surrogate.
                    return bound + new Rune(last.Value == 0xD7FF ? 0xE000 : last.Value + 1);
                }
            }

            return null;
        }
    }

    /// <summary>Everything beneath a namespace.</summary>
    /// <param name="namespacePath">A namespace path in normal form; empty for the root.</param>
    public static KvRange Beneath(string namespacePath) => new() { Prefix = KvPath.GetPrefix(namespacePath) };

    /// <summary>Whether a full key lies in the range, its limit aside.</summary>
    public bool Contains(string fullKey) =>
        fullKey.StartsWith(Prefix, StringComparison.Ordinal)
        && (Start.Length == 0 || KvOrder.Instance.Compare(fullKey, Start) >= 0)
        && (After is null || KvOrder.Instance.Compare(fullKey, After) > 0);

    /// <summary>Checks that what bounds the range is valid Unicode: a lone surrogate would reach a storage as another character.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidText"/>.</exception>
    internal void CheckText()
    {
        KvPath.GetSize(Prefix);
        KvPath.GetSize(Start);
        KvPath.GetSize(After ?? "");
    }

    private static string Max(string x, string y) => KvOrder.Instance.Compare(x, y) >= 0 ? x : y;

    // No key holds NUL, so that the first key that can stand behind "a" is "a\u0001", which engines without NUL in text can be asked for.
    private static string WithoutNul(string text)
    {
        int nul = text.IndexOf('\0', StringComparison.Ordinal);
        return nul < 0 ? text : text[..nul] + '\u0001';
    }
}
