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
            AppDomain.CurrentDomain.ProcessExit -= CloseAll;
            AppDomain.CurrentDomain.ProcessExit += CloseAll;
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

    // The engine removes no drive when a session ends. Nothing is lost by that, but people copy the one file that they see:
    // a storage that is closed has folded its write-ahead log into it.
    private static void CloseAll(object? sender, EventArgs e) => StorageConnections.Shared.CloseAll();
}
