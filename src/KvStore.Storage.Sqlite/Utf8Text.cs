// Keys and values on their way into statements: encoded into buffers that are used again, since a writer does it by the thousand.
using System.Text;

namespace KvStore.Storage.Sqlite;

internal static class Utf8Text
{
    private const int BufferLimit = 1 << 20;

    /// <summary>A text as UTF-8, valid until the buffer's next use.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">The buffer, replaced by a larger one where needed.</param>
    public static ReadOnlySpan<byte> Encode(string text, ref byte[] buffer)
    {
        int maximumSize = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (maximumSize <= buffer.Length)
        {
            return buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
        }

        // A single huge value must not hold its memory for ever.
        if (maximumSize > BufferLimit)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        buffer = new byte[maximumSize];
        return buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
    }
}
