// What a runspace has chosen: Set-KvNamespace in one runspace must not move another.
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace KvStore.PowerShell;

/// <summary>What Set-KvNamespace chose. The storage goes by its name, so that connecting another under it is followed.</summary>
/// <param name="Storage">The storage's name.</param>
/// <param name="Store">The store's name.</param>
/// <param name="NamespacePath">The namespace path in normal form.</param>
internal sealed record KvChoice(string Storage, string Store, string NamespacePath);

/// <summary>The store and namespace that a runspace chose with Set-KvNamespace, and where its commands work.</summary>
internal sealed class KvSession
{
    private static readonly ConditionalWeakTable<Runspace, KvSession> Sessions = [];

    /// <summary>The session of the current runspace.</summary>
    public static KvSession Current => Sessions.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>What Set-KvNamespace chose; null until then.</summary>
    public KvChoice? Chosen { get; set; }

    /// <summary>The connection to the default storage, made when it is first needed.</summary>
    public static StorageConnection GetDefaultConnection(SessionState state) =>
        StorageConnections.Shared.Find(DefaultStorage.ConnectionName)
            ?? StorageConnections.Shared.FindOrConnect(DefaultStorage.ConnectionName, () => DefaultStorage.GetConfiguration(GetFileSystemFolder(state)));

    /// <summary>The default storage, connected when it is first needed.</summary>
    public static KvStorage GetDefaultStorage(SessionState state) => GetDefaultConnection(state).Storage;

    /// <summary>The storage of a connection's name, or of a kv drive's; with a colon behind it only of a drive's.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageNotFound"/>: neither is there.</exception>
    public static KvStorage GetStorage(SessionState state, string name)
    {
        if (name.EndsWith(':'))
        {
            return FindDrive(state, name[..^1])?.Storage
                ?? throw Missing(name, "There is no kv drive '{0}'. Get-PSDrive -PSProvider KvStore lists them; Get-KvStorage lists the connected storages.");
        }

        if (StorageConnections.Shared.Find(name) is { } connection)
        {
            return connection.Storage;
        }

        if (name.Equals(DefaultStorage.ConnectionName, StringComparison.OrdinalIgnoreCase))
        {
            return GetDefaultStorage(state);
        }

        return FindDrive(state, name)?.Storage
            ?? throw Missing(name, "No storage is connected as '{0}', and no kv drive has that name. Connect-KvStorage -Name connects one; Get-KvStorage lists them; Set-KvNamespace -Storage chooses another.");
    }

    /// <summary>
    /// Where a command works: what its parameters say, else the current location in a kv drive, else what Set-KvNamespace
    /// chose. A store that is named without a namespace means its root.
    /// </summary>
    /// <param name="state">The command's session state.</param>
    /// <param name="storage">The name of a storage, or null.</param>
    /// <param name="store">The name of a store, or null.</param>
    /// <param name="namespacePath">A namespace path in normal form, or null.</param>
    /// <exception cref="KvException"><see cref="KvError.NoCurrentStore"/>: nothing says which store.</exception>
    public KvTarget Resolve(SessionState state, string? storage, string? store, string? namespacePath)
    {
        if (store is not null)
        {
            string name = GetStorageName(state, storage);
            return new KvTarget(GetStorage(state, name), name, store, namespacePath ?? KvPath.Root);
        }

        KvChoice here = (storage is null ? GetLocation(state) ?? Chosen : null)
            ?? throw new KvException(
                KvError.NoCurrentStore,
                "No store is given: name one with -Store, or go to one in a kv drive (cd kv:/myKV), or choose one with Set-KvNamespace.");
        return new KvTarget(GetStorage(state, here.Storage), here.Storage, here.Store, namespacePath ?? here.NamespacePath);
    }

    /// <summary>The name of the storage that a command works on: as given, else of the current kv drive, else of the chosen store, else of the default.</summary>
    public string GetStorageName(SessionState state, string? storage) =>
        storage ?? GetDriveName(state) ?? Chosen?.Storage ?? DefaultStorage.ConnectionName;

    /// <summary>The store and namespace of the current location; null outside of kv drives and at their top.</summary>
    public static KvChoice? GetLocation(SessionState state)
    {
        PathInfo location = state.Path.CurrentLocation;
        return FindDrive(state, location) is { } drive && drive.GetLocation(location.ProviderPath) is { Store: { } store } place
            ? new KvChoice(drive.Name + ":", store, place.Path)
            : null;
    }

    /// <summary>The file-system folder that relative file names start from, wherever the current location is.</summary>
    public static string GetFileSystemFolder(SessionState state) => state.Path.CurrentFileSystemLocation.ProviderPath;

    // What is given for a name may be a URL with a password.
    private static KvException Missing(string name, string message)
    {
        string shown = StorageUrl.Redact(name);
        return new KvException(KvError.StorageNotFound, string.Format(null, message, shown), shown);
    }

    private static KvDriveInfo? FindDrive(SessionState state, string name) =>
        state.Drive.GetAll().FirstOrDefault(drive => drive.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) as KvDriveInfo;

    // With its colon, a drive cannot be taken for a connection of the same name.
    private static string? GetDriveName(SessionState state) => FindDrive(state, state.Path.CurrentLocation) is { } drive ? drive.Name + ":" : null;

    // A location may be one without a drive (cd KvStore::kv:/myKV): its provider path names the drive all the same.
    private static KvDriveInfo? FindDrive(SessionState state, PathInfo location) =>
        location.Provider.ImplementingType == typeof(KvProvider) ? KvDriveInfo.Find(state, location.Drive, location.ProviderPath) : null;
}
