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
        ProviderInfo.Home = $"kv:{ProviderPath.Separator}";
        var drive = new PSDriveInfo("kv", ProviderInfo, "kv", "The default storage.", credential: null);
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
            var parameters = DynamicParameters as KvDriveParameters ?? new KvDriveParameters();
            KvLocation place = KvLocation.FromDrivePath(drive.Root);
            if (place.Store is not null)
            {
                KvPath.CheckStoreName(place.Store);
            }

            return MakeDrive(drive, place, parameters);
        }
        catch (KvException e)
        {
            WriteError(KvErrorRecord.From(e));
            return null;
        }
    }

    /// <inheritdoc/>
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive)
    {
        (drive as KvDriveInfo)?.Close();
        return drive;
    }

    private KvDriveInfo MakeDrive(PSDriveInfo drive, KvLocation place, KvDriveParameters parameters)
    {
        SessionState state = SessionState;
        object? storage = ItemText.Unwrap(parameters.Storage);
        bool isDefault = storage is null && parameters.Connection is null && parameters.Option is null;
        bool isConnected = storage is string name && parameters.Connection is null && parameters.Option is null && StorageConnections.Shared.Find(name) is not null;
        if (isDefault || isConnected)
        {
            // Connecting another storage under the name is followed by its drives, so it is asked for each time.
            KvStorage GetStorage() => isDefault ? KvSession.GetDefaultStorage(state) : KvSession.GetStorage(state, (string)storage!);
            Func<KvStorage> getStorage = parameters.ReadOnly ? () => new ReadOnlyStorage(GetStorage()) : GetStorage;
            return new KvDriveInfo(drive, place, $"{(isDefault ? "" : storage)}{KvPath.ToAbsolute(place.ToDrivePath())}", getStorage, close: () => { });
        }

        StorageConfiguration configuration = parameters.GetConfiguration(drive.Credential, KvSession.GetFileSystemFolder(state));
        KvStorage opened = StorageConnections.Shared.Open(configuration);
        return new KvDriveInfo(drive, place, $"{opened.Description}{KvPath.ToAbsolute(place.ToDrivePath())}", () => opened, opened.Dispose);
    }
}
