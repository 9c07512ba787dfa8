// On which storage: one parameter and one rule for every cmdlet on stores and what they hold.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work on a storage.</summary>
public abstract class KvStorageCmdlet : KvCmdlet
{
    /// <summary>The name of a connected storage or of a kv drive; without it the current location's, the chosen one's, or the default storage.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public virtual string? Storage { get; set; }

    /// <summary>The name by which the storage is found.</summary>
    private protected string GetStorageName() => KvSession.Current.GetStorageName(SessionState, Storage);

    /// <summary>The storage to work on.</summary>
    private protected KvStorage GetStorage() => KvSession.GetStorage(SessionState, GetStorageName());
}
