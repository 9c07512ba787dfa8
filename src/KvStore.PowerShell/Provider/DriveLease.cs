// A drive holds its storage from its first use until it is removed, and a drive that never came to be must hold none.
namespace KvStore.PowerShell;

/// <summary>A storage that is opened when it is needed, and can be let go of at any time.</summary>
/// <param name="open">Opens the storage.</param>
internal sealed class DriveLease(Func<KvStorage> open)
{
    private readonly object _gate = new();
    private KvStorage? _storage;

    /// <summary>The storage, opened now if it is not open.</summary>
    /// <exception cref="KvException">It cannot be opened; the next call tries again.</exception>
    public KvStorage Storage
    {
        get
        {
            lock (_gate)
            {
                return _storage ??= open();
            }
        }
    }

    /// <summary>Lets go of the storage, if it is open.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _storage?.Dispose();
            _storage = null;
        }
    }
}
