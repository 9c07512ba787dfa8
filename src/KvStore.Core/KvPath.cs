// The one place that normalises, joins, splits and checks keys and namespaces.
// Rules: python-linstor's KV class, with the differences that docs/architecture.md lists.
using System.Buffers;
using System.Text;

namespace KvStore;

/// <summary>
/// Keys and namespaces as paths of components separated by <c>/</c>. A namespace path and a full key have no leading or
/// trailing slash; the empty namespace path is the root. All comparison is ordinal.
/// </summary>
public static partial class KvPath
{
    /// <summary>The separator of components.</summary>
    public const char Separator = '/';

    /// <summary>The namespace path of the root.</summary>
    public const string Root = "";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Normalises a typed namespace or key: white space and slashes are removed at both ends, and a run of slashes inside is
    /// one. Everything else is untouched; <c>.</c> and <c>..</c> are ordinary components.
    /// </summary>
    /// <param name="path">What was typed; null is the root.</param>
    /// <returns>The path without leading or trailing slash; empty for the root.</returns>
    public static string Normalize(string? path)
    {
        ReadOnlySpan<char> rest = path;
        while (!rest.IsEmpty && IsEdge(rest[0]))
        {
            rest = rest[1..];
        }

        while (!rest.IsEmpty && IsEdge(rest[^1]))
        {
            rest = rest[..^1];
        }

        if (rest.IndexOf("//", StringComparison.Ordinal) >= 0)
        {
            return CollapseSlashes(rest);
        }

        return rest.Length == path?.Length ? path : rest.ToString();

        static bool IsEdge(char c) => c == Separator || IsWhiteSpace(c);
    }

    /// <summary>Normalises a typed key, which unlike a namespace must not be empty.</summary>
    /// <param name="key">What was typed, relative to a namespace; a leading slash does not make it absolute.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: nothing is left of the key.</exception>
    public static string NormalizeKey(string? key)
    {
        string normalized = Normalize(key);
        return normalized.Length > 0
            ? normalized
            : throw new KvException(KvError.InvalidKey, "A key must not be empty: at least one character other than white space and '/' is needed.", key);
    }

    /// <summary>
    /// The namespace path that an item or a namespace tells of itself: as <see cref="Normalize"/>, but white space before a
    /// slash or at the end stays, since it is part of the keys beneath (<c>foo /bar</c> lies in <c>foo </c>).
    /// </summary>
    /// <param name="namespacePath">A namespace path, with or without slashes at its ends; null is the root.</param>
    public static string NormalizeExact(string? namespacePath) => GetParent(Normalize(namespacePath + "/x"));

    /// <summary>The full key of a relative key in a namespace, both in normal form.</summary>
    public static string Join(string namespacePath, string relativeKey) =>
        namespacePath.Length == 0 ? relativeKey
        : relativeKey.Length == 0 ? namespacePath
        : string.Concat(namespacePath, "/", relativeKey);

    /// <summary>The path above; the root for a path of one component, and for the root itself.</summary>
    public static string GetParent(string path)
    {
        int slash = path.LastIndexOf(Separator);
        return slash < 0 ? Root : path[..slash];
    }

    /// <summary>The last component; empty for the root.</summary>
    public static string GetName(string path) => path[(path.LastIndexOf(Separator) + 1)..];

    /// <summary>What every full key beneath a namespace begins with: the path and a slash, or nothing for the root.</summary>
    public static string GetPrefix(string namespacePath) => namespacePath.Length == 0 ? "" : namespacePath + "/";

    /// <summary>Whether a path lies strictly beneath a namespace: <c>foo2</c> and <c>foo</c> do not lie beneath <c>foo</c>.</summary>
    public static bool IsBeneath(string path, string namespacePath) =>
        namespacePath.Length == 0
            ? path.Length > 0
            : path.Length > namespacePath.Length && path[namespacePath.Length] == Separator && path.StartsWith(namespacePath, StringComparison.Ordinal);

    /// <summary>The part of a path that follows a namespace which it lies beneath.</summary>
    public static string GetRelative(string path, string namespacePath) =>
        namespacePath.Length == 0 ? path : path[(namespacePath.Length + 1)..];

    /// <summary>The form that is shown: with a leading slash.</summary>
    public static string ToAbsolute(string path) => "/" + path;

    /// <summary>The number of bytes of text in UTF-8, the unit of all limits.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidText"/>: a lone surrogate.</exception>
    public static int GetSize(string text) => Measure("The text", text, text);

    /// <summary>Whether text is a full key in its normal form, whatever its size; nothing else can be the key of an item.</summary>
    public static bool IsKey(string text) => text.Length > 0 && ReferenceEquals(Normalize(text), text) && IsUnicodeWithoutNul(text);

    /// <summary>Whether text is a namespace path; nothing else can have items beneath it. Other than a key, it may begin and end with white space.</summary>
    public static bool IsNamespace(string text) =>
        text.Length == 0
        || (text[0] != Separator && text[^1] != Separator && !text.Contains("//", StringComparison.Ordinal) && IsUnicodeWithoutNul(text));

    /// <summary>Checks that a full key is in its normal form, is valid Unicode without NUL, and fits the limit.</summary>
    /// <param name="fullKey">The full key, without a leading slash.</param>
    /// <param name="maximumSize">The limit in bytes of UTF-8.</param>
    /// <param name="owner">Who sets the limit, for the message: <c>store 'myKV'</c>.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>, <see cref="KvError.InvalidText"/> or <see cref="KvError.KeyTooLong"/>.</exception>
    public static void CheckKey(string fullKey, int maximumSize, string owner)
    {
        if (fullKey.Length == 0 || !ReferenceEquals(Normalize(fullKey), fullKey))
        {
            throw new KvException(
                KvError.InvalidKey,
                $"Key '{KvException.Shorten(fullKey)}' is not a full key: it must not be empty, begin or end with white space or '/', or contain '//'.",
                fullKey);
        }

        if (fullKey.Contains('\0', StringComparison.Ordinal))
        {
            throw new KvException(KvError.InvalidKey, $"Key '{KvException.Shorten(fullKey.Replace('\0', '␀'))}' contains NUL, which no key may.", fullKey);
        }

        int size = Measure("Key '{0}'", fullKey, fullKey);
        if (size > maximumSize)
        {
            throw new KvException(
                KvError.KeyTooLong,
                $"Key '{KvException.Shorten(fullKey)}' is {size} bytes of UTF-8; {owner} allows {maximumSize}. Shorten the key, or create a store with -MaximumKeySize on a storage that permits it.",
                fullKey);
        }
    }

    /// <summary>Checks that a value is valid Unicode and fits the limit.</summary>
    /// <param name="fullKey">The key it is for, for the message.</param>
    /// <param name="value">The value; empty is legal.</param>
    /// <param name="maximumSize">The limit in bytes of UTF-8.</param>
    /// <param name="owner">Who sets the limit, for the message: <c>store 'myKV'</c>.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidText"/> or <see cref="KvError.ValueTooLong"/>.</exception>
    public static void CheckValue(string fullKey, string value, int maximumSize, string owner)
    {
        int size = Measure("The value of key '{0}'", fullKey, value);
        if (size > maximumSize)
        {
            throw new KvException(
                KvError.ValueTooLong,
                $"The value of key '{KvException.Shorten(fullKey)}' is {size} bytes of UTF-8; {owner} allows {maximumSize}. Shorten the value, or create a store with -MaximumValueSize on a storage that permits it.",
                fullKey);
        }
    }

    /// <summary>Checks that a namespace path has no empty component and is valid Unicode without NUL; white space at its ends is legal, since a key may go on behind it.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/> or <see cref="KvError.InvalidText"/>.</exception>
    public static void CheckNamespace(string namespacePath)
    {
        bool isNormal = namespacePath.Length == 0
            || (namespacePath[0] != Separator && namespacePath[^1] != Separator && !namespacePath.Contains("//", StringComparison.Ordinal) && !namespacePath.Contains('\0', StringComparison.Ordinal));
        if (!isNormal)
        {
            throw new KvException(
                KvError.InvalidKey,
                $"'{KvException.Shorten(namespacePath.Replace('\0', '␀'))}' is not a namespace path: it must not begin or end with '/', or contain '//' or NUL.",
                namespacePath);
        }

        GetSize(namespacePath);
    }

    /// <summary>Checks a store name: 1 to 48 of ASCII letters, digits, <c>_</c> and <c>-</c>, the first a letter or <c>_</c> (LINSTOR's rule).</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidStoreName"/>.</exception>
    public static void CheckStoreName(string? store)
    {
        if (!IsStoreName(store))
        {
            // A URL in the wrong place may hold a password.
            string shown = StorageUrl.Redact(store ?? "");
            throw new KvException(
                KvError.InvalidStoreName,
                $"'{KvException.Shorten(shown)}' is not a store name: 1 to 48 ASCII letters, digits, '_' and '-' are allowed, the first a letter or '_'.",
                shown);
        }
    }

    /// <summary>Whether text is a store name by the rule of <see cref="CheckStoreName"/>.</summary>
    public static bool IsStoreName(string? store)
    {
        if (store is null || store.Length is 0 or > 48 || !(char.IsAsciiLetter(store[0]) || store[0] == '_'))
        {
            return false;
        }

        foreach (char c in store)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    // The size of what is called so; the words are put together only for the error, since every item that is written is measured.
    private static int Measure(string what, string target, string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new KvException(
                KvError.InvalidText,
                $"{string.Format(null, what, KvException.Shorten(target))} is not valid Unicode: a lone surrogate (U+{(int)text[e.Index]:X4}) stands at position {e.Index}. Write binary data as Base64.",
                target,
                e);
        }
    }

    // Python's str.strip, which LINSTOR's client uses, also takes U+001C to U+001F for white space; .NET does not.
    private static bool IsWhiteSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    private static bool IsUnicodeWithoutNul(ReadOnlySpan<char> text)
    {
        for (int at = text.IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0; at = text.IndexOfAnyInRange('\uD800', '\uDFFF'))
        {
            if (text[..at].Contains('\0') || Rune.DecodeFromUtf16(text[at..], out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + length)..];
        }

        return !text.Contains('\0');
    }

    private static string CollapseSlashes(ReadOnlySpan<char> path)
    {
        var result = new StringBuilder(path.Length);
        foreach (char c in path)
        {
            if (c != Separator || result[^1] != Separator)
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }
}
