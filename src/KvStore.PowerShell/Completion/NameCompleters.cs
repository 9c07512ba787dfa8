// Names of stores, storages and plugins are few: all are asked for, and those shown that begin right.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Completes the names of stores.</summary>
public sealed class StoreCompleter : KvCompleter
{
    private protected override IEnumerable<Completion> Find(CompletionRequest request) =>
        from store in request.GetStorage().GetStores(request.Cancellation)
        where store.Name.StartsWith(request.Word, StringComparison.OrdinalIgnoreCase)
        select new Completion(store.Name, store.Name, store.ItemCount is { } count ? $"{store.Name}: {count} items" : store.Name);
}

/// <summary>Completes the names of connected storages and of kv drives.</summary>
public sealed class StorageCompleter : KvCompleter
{
    private protected override IEnumerable<Completion> Find(CompletionRequest request)
    {
        var connections = StorageConnections.Shared.GetAll().Select(connection => new Completion(connection.Name, connection.Name, connection.Description));
        var drives = request.State.Drive.GetAll().OfType<KvDriveInfo>().Select(drive => new Completion(drive.Name + ":", drive.Name + ":", drive.Description));
        return connections.Concat(drives).Where(found => found.Text.StartsWith(request.Word, StringComparison.OrdinalIgnoreCase))
            .Select(found => found.ToolTip.Length > 0 ? found : found with { ToolTip = found.Text });
    }
}

/// <summary>Completes the names of storage plugins.</summary>
public sealed class PluginCompleter : KvCompleter
{
    private protected override IEnumerable<Completion> Find(CompletionRequest request) =>
        from plugin in StorageRegistry.Shared.GetPlugins().DistinctBy(plugin => plugin.Name, StringComparer.OrdinalIgnoreCase)
        where plugin.Name.StartsWith(request.Word, StringComparison.OrdinalIgnoreCase)
        select new Completion(plugin.Name, plugin.Name, plugin.Schemes.Count > 0 ? $"{plugin.Name}: {string.Join(", ", plugin.Schemes)}" : plugin.Name);
}
