// What a runspace has chosen: Set-KvNamespace in one runspace must not move another.
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace KvStore.PowerShell;

/// <summary>The store and namespace that a runspace chose with Set-KvNamespace, and where its commands work.</summary>
internal sealed class KvSession
{
    private static readonly ConditionalWeakTable<Runspace, KvSession> Sessions = [];

    /// <summary>The session of the current runspace.</summary>
    public static KvSession Current => Sessions.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>What Set-KvNamespace chose; null until then.</summary>
    public KvTarget? Chosen { get; set; }

    /// <summary>The default storage, connected when it is first needed.</summary>
    public static KvStorage GetDefaultStorage(SessionState state) =>
        (StorageConnections.Shared.Find(DefaultStorage.ConnectionName)
            ?? StorageConnections.Shared.Connect(DefaultStorage.ConnectionName, DefaultStorage.GetConfiguration(GetFileSystemFolder(state)))).Storage;

    /// <summary>The storage of a connection's name, or of a kv drive's.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageNotFound"/>: neither is there.</exception>
    public static KvStorage GetStorage(SessionState state, string name)
    {
        if (StorageConnections.Shared.Find(name) is { } connection)
        {
            return connection.Storage;
        }

        if (name.Equals(DefaultStorage.ConnectionName, StringComparison.OrdinalIgnoreCase))
        {
            return GetDefaultStorage(state);
        }

        return state.Drive.GetAll().FirstOrDefault(drive => drive.Name.Equals(name.TrimEnd(':'), StringComparison.OrdinalIgnoreCase)) is KvDriveInfo kvDrive
            ? kvDrive.Storage
            : throw new KvException(
                KvError.StorageNotFound,
                $"No storage is connected as '{name}', and no kv drive has that name. Connect-KvStorage -Name {name} connects one; Get-KvStorage lists them.",
                name);
    }

    /// <summary>
    /// Where a command works: what its parameters say, else the current location in a kv drive, else what Set-KvNamespace
    /// chose. A store that is named without a namespace means its root.
    /// </summary>
    /// <param name="state">The command's session state.</param>
    /// <param name="storage">The name of a storage, or null.</param>
    /// <param name="store">The name of a store, or null.</param>
    /// <param name="namespaceName">A namespace as typed, or null.</param>
    /// <exception cref="KvException"><see cref="KvError.NoCurrentStore"/>: nothing says which store.</exception>
    public KvTarget Resolve(SessionState state, string? storage, string? store, string? namespaceName)
    {
        KvTarget? here = storage is null ? GetLocation(state) ?? Chosen : null;
        string storeName = store ?? here?.Store
            ?? throw new KvException(
                KvError.NoCurrentStore,
                "No store is given: name one with -Store, or go to one in a kv drive (cd kv:/myKV), or choose one with Set-KvNamespace.");
        string namespacePath = namespaceName is not null ? KvPath.Normalize(namespaceName)
            : store is null ? here!.NamespacePath
            : KvPath.Root;
        return new KvTarget(ResolveStorage(state, storage), storeName, namespacePath);
    }

    /// <summary>The storage that a command works on: by name, else of the current kv drive, else of the chosen store, else the default.</summary>
    public KvStorage ResolveStorage(SessionState state, string? storage) =>
        storage is not null ? GetStorage(state, storage)
        : state.Path.CurrentLocation.Drive is KvDriveInfo drive ? drive.Storage
        : Chosen?.Storage ?? GetDefaultStorage(state);

    /// <summary>The file-system folder that relative file names start from, wherever the current location is.</summary>
    public static string GetFileSystemFolder(SessionState state) => state.Path.CurrentFileSystemLocation.ProviderPath;

    private static KvTarget? GetLocation(SessionState state)
    {
        PathInfo location = state.Path.CurrentLocation;
        return location.Drive is KvDriveInfo drive && KvLocation.FromDrivePath(location.ProviderPath) is { Store: { } store } place
            ? new KvTarget(drive.Storage, store, place.Path)
            : null;
    }
}
