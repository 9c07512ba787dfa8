// What is connected can be let go, so that a file may be moved or a server stopped.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Disconnects storages; each is closed when no drive shares it. What is in a memory storage is then gone. The default storage is connected anew when it is next needed.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "KvStorage", SupportsShouldProcess = true)]
public sealed class DisconnectKvStorageCommand : KvCmdlet
{
    /// <summary>The names of the connections.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Storage")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string name in Name)
        {
            Report(() =>
            {
                if (StorageConnections.Shared.Find(name) is null)
                {
                    string shown = StorageUrl.Redact(name);
                    throw new KvException(KvError.StorageNotFound, $"No storage is connected as '{shown}'. Get-KvStorage lists the connections; Remove-PSDrive removes a drive.", shown);
                }

                if (ShouldProcess(name, "Disconnect storage"))
                {
                    StorageConnections.Shared.Disconnect(name);
                }
            });
        }
    }
}
