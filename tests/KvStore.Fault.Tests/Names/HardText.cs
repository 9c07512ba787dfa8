// Text that has broken programs before, and text by chance: what keys, namespaces, values, paths and documents are tried with.
using System.Text;

namespace KvStore.Fault.Tests;

/// <summary>Hard text, some known, the rest by chance.</summary>
internal sealed class HardText(Random random)
{
    /// <summary>Names that mean something to SQL, file systems, shells, patterns or formats, all of them legal as keys.</summary>
    public static readonly string[] Names =
    [
        "'; DROP TABLE kv; --", "\"; DROP TABLE kvstore_item; --", "`; DELETE FROM store; #", "1' OR '1'='1", "x' UNION SELECT value FROM kv --",
        "../../etc/passwd", "..\\..\\windows\\system32", "..", ".", "a/../b", "C:\\x", "\\\\server\\share", "~", "$HOME", "$(reboot)", "`id`", "%2e%2e%2f", "%00",
        "%", "_", "a%", "a_", "*", "?", "[ab]", "\\", "\\%", "\\_", "'", "\"", "''", "a\\'b", "{0}", "%s%n", "?a=b&c#d", "http://x/y", "null", "NaN", "😀", "a b", "\u202Eabc", "\u0001", "\n", "a\nb", "\u007F",
    ];

    private static readonly string[] Pieces =
    [
        .. Names, "/", "//", " ", "\0", "\uD800", "\uDC00", "\uFFFF", "\uFEFF", "\uE000", "\U0010FFFF", "é", "e\u0301", "\t", "\r\n", "\u001C", "\u0085", "\u2028", "%41", "%zz", "%C2%80", "%ff", "a", "B", "0", "key", "-", "ß", "İ",
    ];

    // The limits of keys and values, and both sides of each.
    private static readonly int[] Sizes = [1, 2, 47, 48, 49, 127, 128, 254, 255, 256, 509, 510, 511, 512, 1023, 1024, 4094, 4095, 4096, 4097, 16_384, 65_536];

    /// <summary>Text of any kind, mostly short.</summary>
    public string Next() => random.Next(20) switch
    {
        0 => "",
        1 => Stretch(Sizes[random.Next(Sizes.Length)]),
        2 => RandomUnits(random.Next(1, 40)),
        3 => RandomUnits(random.Next(1, 2000)),
        < 10 => Names[random.Next(Names.Length)],
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pieces[random.Next(Pieces.Length)])),
    };

    /// <summary>Text of ten million characters and more.</summary>
    public string NextHuge() => random.Next(3) switch
    {
        0 => new string('x', 10_000_000),
        1 => new string('é', 10_000_000),
        _ => new string('y', 10_000_000) + "\uD800",
    };

    /// <summary>Text in a form that can be read in a message.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, 200)))
        {
            shown.Append(c is > ' ' and < '\u007F' ? $"{c}" : $"\\u{(int)c:X4}");
        }

        return text.Length > 200 ? $"{shown}… ({text.Length} characters)" : shown.ToString();
    }

    private string Stretch(int size)
    {
        string piece = Pieces[random.Next(Pieces.Length)];
        return string.Concat(Enumerable.Repeat(piece, (size / piece.Length) + 1))[..size];
    }

    // Any code units at all; half of the surrogates among them stand alone.
    private string RandomUnits(int length) => string.Create(length, random, static (span, random) =>
    {
        foreach (ref char c in span)
        {
            c = (char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x20, 0x250));
        }
    });
}
