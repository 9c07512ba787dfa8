// The engine makes a new provider object for every operation, so what lasts, the open storage, lives in the drive.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>A drive on a storage. Its storage is opened at the first use, so that making a drive is instant and never fails.</summary>
public sealed class KvDriveInfo : PSDriveInfo
{
    private readonly Func<KvStorage> _open;
    private readonly object _gate = new();
    private KvStorage? _storage;

    /// <summary>Creates the drive.</summary>
    /// <param name="drive">Name, provider, root and description.</param>
    /// <param name="open">Opens the storage, or finds one that is open; what it gives is disposed with the drive.</param>
    public KvDriveInfo(PSDriveInfo drive, Func<KvStorage> open)
        : base(drive)
    {
        _open = open;
    }

    /// <summary>The drive's storage, opened now if it was not.</summary>
    public KvStorage Storage
    {
        get
        {
            lock (_gate)
            {
                return _storage ??= _open();
            }
        }
    }

    /// <summary>Closes the drive's hold on its storage.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _storage?.Dispose();
            _storage = null;
        }
    }
}
