// The engine makes a new provider object for every operation, so what lasts, the open storage, lives in the drive.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>A drive on a storage, or on a store or namespace in it.</summary>
/// <remarks>
/// The provider's paths begin with the drive's name: what a pipeline hands on is a provider path without its drive, and
/// only so does it lead back to the same storage.
/// </remarks>
public sealed class KvDriveInfo : PSDriveInfo
{
    private readonly Func<KvStorage> _getStorage;
    private readonly Action _close;

    /// <summary>Creates the drive.</summary>
    /// <param name="drive">Name, provider, description and credential.</param>
    /// <param name="place">What is at the drive's top.</param>
    /// <param name="shownRoot">What is shown as the drive's root.</param>
    /// <param name="getStorage">Gives the storage, at each use; opening it waits for the first.</param>
    /// <param name="close">Lets go of the storage.</param>
    internal KvDriveInfo(PSDriveInfo drive, KvLocation place, string shownRoot, Func<KvStorage> getStorage, Action close)
        : base(drive.Name, drive.Provider, root: drive.Name, drive.Description, drive.Credential, shownRoot)
    {
        Place = place;
        _getStorage = getStorage;
        _close = close;
    }

    /// <summary>What is at the drive's top: the storage's stores, a store, or a namespace.</summary>
    public KvLocation Place { get; }

    /// <summary>The drive's storage, with all checks before it.</summary>
    public KvStorage Storage => _getStorage();

    /// <summary>The place that a provider path of this drive leads to.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: the escapes in it are not UTF-8.</exception>
    internal KvLocation GetLocation(string providerPath) => Place.Go(ProviderPath.GetRest(providerPath));

    /// <summary>Lets go of the storage.</summary>
    internal void Close() => _close();
}
