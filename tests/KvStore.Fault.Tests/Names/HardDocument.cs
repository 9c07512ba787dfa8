// Documents that are nearly right: a byte wrong, a part twice or missing, something where nothing may be.
using System.Text;

namespace KvStore.Fault.Tests;

/// <summary>Changes documents by chance.</summary>
internal sealed class HardDocument(Random random)
{
    private static readonly byte[][] Parts =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ",", ":", "null", "true", "0", "-1", "1e999", "1e-999", "123456789012345678901234567890", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\uD83D\\uDE00\"", "\\",
            "{}", "[]", "\"key\":", "\"value\":", "\"name\": \"x\",", "\"expires\": \"9999-12-31T23:59:59.9999999Z\",", "\"expires\": \"0001-01-01T00:00:00+14:00\",", "\"expires\": \"2999-13-45\",",
            "\"maximumKeySize\": 2147483647,", "\"maximumValueSize\": 1,", "\"formatVersion\": 2,", "// no comment", "\uFEFF", "\0", "'; DROP TABLE kv; --", "../../etc/passwd",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ];

    /// <summary>A document like another.</summary>
    public byte[] Next(byte[] sound)
    {
        List<byte> document = [.. sound];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(document.Count + 1);
            int length = Math.Min(random.Next(1, 60), document.Count - at);
            switch (random.Next(10))
            {
                case > 6 when at < document.Count && char.IsAsciiLetterOrDigit((char)document[at]):
                    // Mostly a value or a key that reads differently, now and then a word of the format.
                    document[at] = "aZ05-_ /"u8[random.Next(8)];
                    break;
                case > 6:
                    break;
                case 0 when at < document.Count:
                    document[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    document.RemoveRange(at, length);
                    break;
                case 2:
                    document.InsertRange(at, document.GetRange(at, length));
                    break;
                case 3:
                    document.RemoveRange(at, document.Count - at);
                    break;
                case 4 when length > 0:
                    document.RemoveRange(at, length);
                    document.InsertRange(at, Parts[random.Next(Parts.Length)]);
                    break;
                default:
                    document.InsertRange(at, Parts[random.Next(Parts.Length)]);
                    break;
            }
        }

        return [.. document];
    }

    /// <summary>A document with something nested ten thousand deep at each place where its text holds a mark.</summary>
    public static IEnumerable<byte[]> Nest(string sound, string mark)
    {
        const int Depth = 10_000;
        string array = new string('[', Depth) + new string(']', Depth);
        string open = new('[', Depth);
        string objects = string.Concat(Enumerable.Repeat("{\"a\":", Depth)) + "1" + new string('}', Depth);
        for (int at = sound.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = sound.IndexOf(mark, at + 1, StringComparison.Ordinal))
        {
            foreach (string deep in new[] { array, open, objects })
            {
                yield return Encoding.UTF8.GetBytes(sound[..at] + deep + sound[(at + mark.Length)..]);
            }
        }
    }
}
