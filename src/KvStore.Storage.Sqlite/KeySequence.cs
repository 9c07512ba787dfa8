// A damaged page may lead to another twice and past a third: rows that are whole, and of the right number, in a wrong order.
namespace KvStore.Storage.Sqlite;

/// <summary>Tells whether each key stands behind the one before it.</summary>
internal sealed class KeySequence
{
    private byte[] _last = new byte[64];
    private int _length = -1;

    /// <summary>Whether a key stands behind the one that was given last.</summary>
    public bool IsNext(ReadOnlySpan<byte> key)
    {
        if (_length >= 0 && key.SequenceCompareTo(_last.AsSpan(0, _length)) <= 0)
        {
            return false;
        }

        if (key.Length > _last.Length)
        {
            _last = new byte[Math.Max(key.Length, 2 * _last.Length)];
        }

        key.CopyTo(_last);
        _length = key.Length;
        return true;
    }
}
