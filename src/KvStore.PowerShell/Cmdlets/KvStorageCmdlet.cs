// On which storage: one parameter and one rule for every cmdlet on stores and what they hold.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work on a storage.</summary>
public abstract class KvStorageCmdlet : KvCmdlet
{
    /// <summary>The name of a connected storage or of a kv drive; without it the current location's, the chosen one's, or the default storage.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public string? Storage { get; set; }

    /// <summary>The name of the storage that was asked for; null if none was.</summary>
    /// <exception cref="KvException"><see cref="KvError.StorageNotFound"/>: the user gave an empty name.</exception>
    private protected string? AskedStorage
    {
        // An item that code read names no storage, which means the current one; a variable of the user's that happens to be empty must not.
        get => !string.IsNullOrEmpty(Storage) ? Storage
            : !IsTyped(nameof(Storage)) ? null
            : throw new KvException(KvError.StorageNotFound, "The name given with -Storage is empty. Name a connected storage or a kv drive; Get-KvStorage lists them.");
    }

    /// <summary>The name by which the storage is found.</summary>
    private protected string GetStorageName() => KvSession.Current.GetStorageName(SessionState, AskedStorage);

    /// <summary>The storage to work on.</summary>
    private protected KvStorage GetStorage() => KvSession.GetStorage(SessionState, GetStorageName());
}
