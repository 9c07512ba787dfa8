// A drive path shows a component as it is, except for what PowerShell or a terminal would take for something else.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace KvStore;

public static partial class KvPath
{
    private const string DriveSpecial = "%\\"
        + "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F"
        + "\u007F\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008A\u008B\u008C\u008D\u008E\u008F"
        + "\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009A\u009B\u009C\u009D\u009E\u009F";

    private static readonly SearchValues<char> DriveSpecials = SearchValues.Create(DriveSpecial);

    /// <summary>
    /// The form of a path in a drive: in each component <c>%</c>, <c>\</c> and control characters, and a whole component
    /// <c>.</c> or <c>..</c>, are percent-encoded (UTF-8 bytes, capital hexadecimal), so that every key has one drive path.
    /// </summary>
    public static string ToDrivePath(string path)
    {
        if (path.AsSpan().IndexOfAny(DriveSpecials) < 0 && !path.Contains('.', StringComparison.Ordinal))
        {
            return path;
        }

        return string.Join(Separator, path.Split(Separator).Select(EncodeComponent));
    }

    /// <summary>The path that a drive path stands for: the reverse of <see cref="ToDrivePath"/>. <c>\</c> is taken for <c>/</c>; a <c>%</c> that begins no escape stands for itself.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: the escapes are not UTF-8.</exception>
    public static string FromDrivePath(string drivePath)
    {
        string path = drivePath.Replace('\\', Separator);
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }

        // Encoded, a lone surrogate would become another character.
        GetSize(path);
        var bytes = new ArrayBufferWriter<byte>(path.Length);
        int from = 0;
        for (int at = path.IndexOf('%'); at >= 0; at = path.IndexOf('%', from))
        {
            Encoding.UTF8.GetBytes(path.AsSpan(from, at - from), bytes);
            bool isEscape = at + 2 < path.Length && char.IsAsciiHexDigit(path[at + 1]) && char.IsAsciiHexDigit(path[at + 2]);
            bytes.Write([isEscape ? byte.Parse(path.AsSpan(at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : (byte)'%']);
            from = isEscape ? at + 3 : at + 1;
        }

        Encoding.UTF8.GetBytes(path.AsSpan(from), bytes);
        try
        {
            return StrictUtf8.GetString(bytes.WrittenSpan);
        }
        catch (DecoderFallbackException e)
        {
            throw new KvException(
                KvError.InvalidPath,
                $"The percent escapes in path '{KvException.Shorten(drivePath)}' are not UTF-8. Write '%25' for a percent sign before two hexadecimal digits.",
                drivePath,
                e);
        }
    }

    private static string EncodeComponent(string component)
    {
        if (component is "." or "..")
        {
            return component.Replace(".", "%2E", StringComparison.Ordinal);
        }

        if (component.AsSpan().IndexOfAny(DriveSpecials) < 0)
        {
            return component;
        }

        var result = new StringBuilder(component.Length + 8);
        foreach (char c in component)
        {
            if (!DriveSpecials.Contains(c))
            {
                result.Append(c);
            }
            else if (c < 0x80)
            {
                result.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                // U+0080 to U+009F are two bytes: C2 and the character itself.
                result.Append("%C2%").Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
