// The engine makes a new provider object for every operation, so what lasts, the open storage, lives in the drive.
using System.Management.Automation;
using DriveNotFoundException = System.Management.Automation.DriveNotFoundException;

namespace KvStore.PowerShell;

/// <summary>A drive on a storage, or on a store or namespace in it.</summary>
/// <remarks>
/// The provider's paths begin with the drive's name: what a pipeline hands on is a provider path without its drive, and
/// only so does it lead back to the same storage.
/// </remarks>
public sealed class KvDriveInfo : PSDriveInfo
{
    /// <summary>The name of the drive that is there at import, on the default storage.</summary>
    internal const string DefaultName = "kv";

    private readonly Func<KvStorage> _getStorage;
    private readonly Action _close;
    private int _users = 1;

    /// <summary>Creates the drive.</summary>
    /// <param name="drive">Name, provider, description and credential.</param>
    /// <param name="place">What is at the drive's top.</param>
    /// <param name="shownRoot">What is shown as the drive's root.</param>
    /// <param name="getStorage">Gives the storage, at each use; opening it waits for the first.</param>
    /// <param name="close">Lets go of the storage.</param>
    internal KvDriveInfo(PSDriveInfo drive, KvLocation place, string shownRoot, Func<KvStorage> getStorage, Action close)
        : base(drive.Name, drive.Provider, ProviderPath.GetRoot(drive.Name), drive.Description, drive.Credential, shownRoot)
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

    /// <summary>The provider path of a place at or beneath the drive's top, each component in its one encoding.</summary>
    internal string GetProviderPath(KvLocation location)
    {
        string rest = Place.Store is null ? location.ToDrivePath()
            : location.Path == Place.Path ? ""
            : KvPath.ToDrivePath(KvPath.GetRelative(location.Path, Place.Path));
        return ProviderPath.Join(Root, rest);
    }

    /// <summary>The drive that a provider path begins with; null if there is no such drive.</summary>
    /// <param name="state">Where drives are looked up: the session's, since a provider's leave out those of functions and scripts.</param>
    /// <param name="current">The drive that the engine named, if any.</param>
    /// <param name="providerPath">The path; without a drive it means the current one, or else the default drive.</param>
    internal static KvDriveInfo? Find(SessionState state, PSDriveInfo? current, string providerPath)
    {
        string? name = ProviderPath.GetDriveName(providerPath);
        if (current is KvDriveInfo kvDrive && (name is null || kvDrive.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            return kvDrive;
        }

        try
        {
            return state.Drive.Get(name ?? DefaultName) as KvDriveInfo;
        }
        catch (DriveNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Lets another drive stand on this one's storage, which is let go of with the last of them.</summary>
    internal Func<KvStorage> Share()
    {
        Interlocked.Increment(ref _users);
        return _getStorage;
    }

    /// <summary>Lets go of the storage.</summary>
    internal void Close()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _close();
        }
    }
}
