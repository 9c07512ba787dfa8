// Drives come and go: the default one at import, instantly and without touching a file; others with a storage of their own.
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override Collection<PSDriveInfo> InitializeDefaultDrives()
    {
        SessionState state = SessionState;
        ProviderInfo.Home = ProviderPath.GetRoot(KvDriveInfo.DefaultName);
        var drive = new PSDriveInfo(KvDriveInfo.DefaultName, ProviderInfo, ProviderInfo.Home, "The default storage.", credential: null);
        return [new KvDriveInfo(drive, KvLocation.Top, shownRoot: "/", () => KvSession.GetDefaultStorage(state), close: () => { })];
    }

    /// <inheritdoc/>
    protected override object NewDriveDynamicParameters() => new KvDriveParameters();

    /// <inheritdoc/>
    protected override PSDriveInfo? NewDrive(PSDriveInfo drive)
    {
        if (drive is KvDriveInfo)
        {
            return drive;
        }

        try
        {
            return MakeDrive(drive, DynamicParameters as KvDriveParameters ?? new KvDriveParameters());
        }
        catch (KvException e)
        {
            // Only written, it would be followed by an error of the engine that says less.
            ThrowTerminatingError(KvErrorRecord.From(e));
            return null;
        }
    }

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as KvDriveInfo)?.Close();
        return drive;
    }

    private KvDriveInfo MakeDrive(PSDriveInfo drive, KvDriveParameters parameters)
    {
        SessionState state = SessionState;
        bool isElsewhere = parameters.Storage is not null || parameters.Connection is not null || parameters.Option is not null;
        KvDriveInfo? origin = FindOrigin(drive.Root);
        KvLocation place = (origin, isElsewhere) switch
        {
            (null, _) => KvLocation.FromDrivePath(drive.Root),
            (_, true) => KvLocation.FromDrivePath(ProviderPath.GetRest(drive.Root)),
            _ => origin.GetLocation(drive.Root),
        };
        if (place.Store is not null)
        {
            KvPath.CheckStoreName(place.Store);
        }

        string shownPlace = KvPath.ToAbsolute(place.ToDrivePath());
        if (!isElsewhere)
        {
            return origin is null
                ? new KvDriveInfo(drive, place, shownPlace, Protect(() => KvSession.GetDefaultStorage(state), parameters.ReadOnly), close: () => { })
                : MakeInnerDrive(drive, place, shownPlace, origin, parameters.ReadOnly);
        }

        if (ItemText.Unwrap(parameters.Storage) is string name && parameters.Connection is null && parameters.Option is null
            && (StorageConnections.Shared.Find(name) is not null || name.Equals(DefaultStorage.ConnectionName, StringComparison.OrdinalIgnoreCase)))
        {
            // Connecting another storage under the name is followed by its drives, so it is asked for each time.
            return new KvDriveInfo(drive, place, name + shownPlace, Protect(() => KvSession.GetStorage(state, name), parameters.ReadOnly), close: () => { });
        }

        StorageConfiguration configuration = parameters.GetConfiguration(drive.Credential, KvSession.GetFileSystemFolder(state));
        var lease = new DriveLease(() => StorageConnections.Shared.Open(configuration));
        string shownRoot = lease.Storage.Description + shownPlace;
        if (IsTaken(drive.Name))
        {
            lease.Close();
        }

        return new KvDriveInfo(drive, place, shownRoot, () => lease.Storage, lease.Close);
    }

    // A drive within another stands on that one's storage, whatever becomes of it.
    private KvDriveInfo MakeInnerDrive(PSDriveInfo drive, KvLocation place, string shownRoot, KvDriveInfo origin, bool isReadOnly)
    {
        var share = new Lazy<Func<KvStorage>>(origin.Share);
        if (!IsTaken(drive.Name))
        {
            _ = share.Value;
        }

        return new KvDriveInfo(drive, place, shownRoot, Protect(() => share.Value(), isReadOnly), close: () =>
        {
            if (share.IsValueCreated)
            {
                origin.Close();
            }
        });
    }

    // The engine refuses a name only after the drive was made, and then nobody closes the drive: one of a name that it may
    // refuse, for there is such a drive in this scope or in another, takes its storage at the first use.
    private bool IsTaken(string name) => SessionState.Drive.GetAll().Any(other => other.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // The engine resolves a root that is there: "myKV/foo" typed in kv:/, or "kv:/myKV/foo".
    private KvDriveInfo? FindOrigin(string root) => ProviderPath.GetDriveName(root) is null ? null
        : KvDriveInfo.Find(SessionState, current: null, root)
            ?? throw NoRoot(StorageUrl.Redact(root));

    private static KvException NoRoot(string shown) => new(
        KvError.InvalidPath,
        $"Root '{shown}' begins with no kv drive. Give a root such as '/' or 'myKV/foo', or one on a drive that Get-PSDrive -PSProvider KvStore lists; -Connection takes a URL.",
        shown);

    private static Func<KvStorage> Protect(Func<KvStorage> getStorage, bool isReadOnly)
    {
        if (!isReadOnly)
        {
            return getStorage;
        }

        // One wrapper as long as what it wraps stays the same: commands tell storages apart by identity.
        ReadOnlyStorage? last = null;
        return () => getStorage() is var storage && ReferenceEquals(last?.Inner, storage) ? last! : last = new ReadOnlyStorage(storage);
    }
}
