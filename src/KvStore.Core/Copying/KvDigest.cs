// Two storages hold the same when what they list, in order, has the same digest: compared without holding either in memory.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KvStore;

/// <summary>The number of items of a listing and the SHA-256 of their keys, values and expiries, each preceded by its length.</summary>
/// <param name="Count">The number of items.</param>
/// <param name="Text">The digest in hexadecimal.</param>
internal readonly record struct KvDigest(long Count, string Text)
{
    public static KvDigest Of(IEnumerable<KvItem> items)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        long count = 0;
        foreach (KvItem item in items)
        {
            count++;
            Append(hash, item.FullKey, number);
            Append(hash, item.Value, number);
            BinaryPrimitives.WriteInt64LittleEndian(number, item.ExpiresTime);
            hash.AppendData(number);
        }

        return new KvDigest(count, Convert.ToHexString(hash.GetHashAndReset()));
    }

    private static void Append(IncrementalHash hash, string text, Span<byte> number)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt64LittleEndian(number, bytes.Length);
        hash.AppendData(number);
        hash.AppendData(bytes);
    }
}
