// What must happen when the module comes and goes. Import stays instant: plugins are looked up when first needed.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Announces the module's storages at import, and closes every connection when the last runspace removes the module.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static int s_imports;

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Interlocked.Increment(ref s_imports) == 1)
        {
            ModuleStorages.Announce(StorageRegistry.Shared);
        }
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Interlocked.Decrement(ref s_imports) == 0)
        {
            StorageConnections.Shared.DisconnectAll();
        }
    }
}
