// SQLite does not notice a bit that flipped in a value, nor does its integrity check: a checksum in each row does.
using System.Numerics;
using System.Runtime.InteropServices;

namespace KvStore.Storage.Sqlite;

/// <summary>
/// CRC-32C (Castagnoli, in hardware where there is any) over all that a row holds and over the store it belongs to, so that
/// a row that strayed into another place is found out too.
/// </summary>
internal static class RowChecksum
{
    private const uint Start = uint.MaxValue;

    /// <summary>
    /// The checksum of an item: that of its key, numbers and value checksum in the upper half, that of its value in the
    /// lower. So a scan of keys can verify them without reading the values.
    /// </summary>
    public static long OfItem(long storeId, ReadOnlySpan<byte> key, in ItemNumbers numbers, uint valueChecksum)
    {
        uint head = Add(Start, (ulong)storeId);
        head = Add(head, (ulong)numbers.Version);
        head = Add(head, (ulong)numbers.CreateRevision);
        head = Add(head, (ulong)numbers.ModRevision);
        head = Add(head, (ulong)numbers.Created);
        head = Add(head, (ulong)numbers.Modified);
        head = Add(head, (ulong)numbers.Expires);
        head = Add(Add(head, valueChecksum), key);
        return (long)(((ulong)head << 32) | valueChecksum);
    }

    /// <summary>
    /// The checksum of a logged change: that of the item as it became, with what the change adds worked into the upper half.
    /// A change that only tells an item's state adds nothing, so that a row of an item is copied into the log as it is.
    /// </summary>
    public static long OfChange(long itemChecksum, KvChangeKind kind, long previous) =>
        kind == KvChangeKind.Set && previous == 0 ? itemChecksum : itemChecksum ^ (long)((ulong)Add(Add(Start, (ulong)kind), (ulong)previous) << 32);

    /// <summary>The checksum of a value.</summary>
    public static uint OfValue(ReadOnlySpan<byte> value) => Add(Start, value);

    /// <summary>The checksum of a row of text and numbers.</summary>
    public static long OfRow(ReadOnlySpan<byte> text, params long[] numbers)
    {
        uint checksum = Add(Start, text);
        foreach (long number in numbers)
        {
            checksum = Add(checksum, (ulong)number);
        }

        return checksum;
    }

    private static uint Add(uint checksum, ulong number) => BitOperations.Crc32C(checksum, number);

    private static uint Add(uint checksum, ReadOnlySpan<byte> bytes)
    {
        // The length too: else a text that ends in zeros could lose some unnoticed.
        checksum = Add(checksum, (ulong)bytes.Length);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            checksum = BitOperations.Crc32C(checksum, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            checksum = BitOperations.Crc32C(checksum, rest);
        }

        return checksum;
    }
}
