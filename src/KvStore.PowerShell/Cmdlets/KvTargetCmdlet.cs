// Which store and namespace: the same parameters and the same rule for every cmdlet on items.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work in a namespace of a store.</summary>
public abstract class KvTargetCmdlet : KvStorageCmdlet
{
    private KvTarget? _target;
    private (string? Storage, string? Store, string? Namespace) _resolved;

    /// <summary>The store; without it the one of the current location in a kv drive, else the one that Set-KvNamespace chose.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public virtual string? Store { get; set; }

    /// <summary>The namespace within the store; <c>/</c> is the root. Without it the root of -Store, else the current location's or the chosen one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public virtual string? Namespace { get; set; }

    /// <summary>An item, a namespace, a store, or what a kv drive lists: what is done with it is done in the storage that it was read from. For commands that take a key also a key as text; for Set-KvItem with -Key the value.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Where the cmdlet works for the current record.</summary>
    private protected KvTarget GetTarget()
    {
        // A pipeline of a hundred thousand records mostly names one place: it is resolved once.
        (string?, string?, string?) asked = (Storage ?? GetStorageOfRecord(), Store, Namespace);
        if (_target is null || _resolved != asked)
        {
            _target = KvSession.Current.Resolve(SessionState, asked.Item1, Store, GetNamespacePath());
            _resolved = asked;
        }

        return _target;
    }

    /// <summary>Says with -Verbose that nothing was found because there is no such store: a misspelled one reads as an empty one.</summary>
    private protected void TellIfMissing(KvTarget target)
    {
        if (IsVerbose && target.Storage.GetStore(target.Store, Cancellation) is null)
        {
            WriteVerbose($"There is no store '{target.Store}' in storage '{target.StorageName}'; it reads as an empty one, and is born with its first item.");
        }
    }

    private string? GetStorageOfRecord() => InputObject?.BaseObject switch
    {
        KvItem item => item.Storage,
        KvChange change => change.Storage,
        KvNamespaceInfo info => info.Storage,
        StoreOutput store => store.Storage,
        StorageOutput storage => storage.Name,
        KvNodeInfo node => node.Storage,
        _ => null,
    };

    // A namespace that an item tells of itself is taken as it is, a typed one is normalised.
    private string? GetNamespacePath() =>
        Namespace is null ? null
        : IsTyped(nameof(Namespace)) ? KvPath.Normalize(Namespace)
        : KvPath.NormalizeExact(Namespace);
}
