// A listing may be of a million items: what is remembered of it is a digest, and how to list it again.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KvStore;

/// <summary>A listing that a transaction has read, wholly or up to an entry.</summary>
/// <param name="description">What was listed, as the middle of a sentence.</param>
internal abstract class TransactionListing(string description)
{
    /// <summary>What was listed, as the middle of a sentence.</summary>
    public string Description => description;

    /// <summary>Whether it was read to its end.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Whether the transaction knows it already.</summary>
    public bool IsRemembered { get; set; }

    /// <summary>Whether as much as was read of it is still the same.</summary>
    /// <param name="see">Told each item on the way.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public abstract bool IsUnchanged(Action<KvItem?> see, CancellationToken cancellation);

    /// <summary>Refuses an item whose changes nobody can notice.</summary>
    /// <exception cref="KvException"><see cref="KvError.NotSupported"/>.</exception>
    public static void CheckRevision(KvItem? item)
    {
        if (item is { ModRevisionNumber: 0 })
        {
            throw new KvException(
                KvError.NotSupported,
                $"Item '{KvException.Shorten(item.FullKey)}' has no revision, because another program has put it there: a transaction could not notice its change. Set it once with Set-KvItem, outside of a transaction.",
                item);
        }
    }
}

/// <summary>A listing of entries of a type.</summary>
/// <param name="description">What was listed, as the middle of a sentence.</param>
/// <param name="read">Lists it.</param>
/// <param name="getText">What tells an entry from others, its item aside.</param>
/// <param name="getItem">The item of an entry; null if it has none, or only its key counts.</param>
internal sealed class TransactionListing<T>(string description, Func<CancellationToken, IEnumerable<T>> read, Func<T, string> getText, Func<T, KvItem?> getItem)
    : TransactionListing(description)
{
    private IncrementalHash? _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _digest = [];
    private long _count;

    /// <summary>Lists it anew.</summary>
    public IEnumerable<T> Read(CancellationToken cancellation) => read(cancellation);

    /// <summary>Remembers an entry that was read.</summary>
    /// <returns>Its item, if it has one.</returns>
    public KvItem? Add(T entry)
    {
        KvItem? item = getItem(entry);
        CheckRevision(item);
        Append(_hash!, entry, item);
        _count++;
        return item;
    }

    /// <summary>Passes the entries that were read already.</summary>
    public bool Skip(IEnumerator<T> entries)
    {
        for (long i = 0; i < _count; i++)
        {
            if (!entries.MoveNext())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Nothing more is read of it.</summary>
    public void End()
    {
        if (_hash is not null)
        {
            _digest = _hash.GetHashAndReset();
            _hash.Dispose();
            _hash = null;
        }
    }

    /// <inheritdoc/>
    public override bool IsUnchanged(Action<KvItem?> see, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using IEnumerator<T> entries = read(cancellation).GetEnumerator();
        for (long i = 0; i < _count; i++)
        {
            if (!entries.MoveNext())
            {
                return false;
            }

            KvItem? item = getItem(entries.Current);
            see(item);
            Append(hash, entries.Current, item);
        }

        ReadOnlySpan<byte> known = _hash is null ? _digest : _hash.GetCurrentHash();
        return known.SequenceEqual(hash.GetHashAndReset()) && (!IsWhole || !entries.MoveNext());
    }

    private void Append(IncrementalHash hash, T entry, KvItem? item)
    {
        byte[] text = Encoding.UTF8.GetBytes(getText(entry));
        Span<byte> numbers = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, text.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[sizeof(long)..], item?.ModRevisionNumber ?? 0);
        hash.AppendData(numbers);
        hash.AppendData(text);
    }
}
