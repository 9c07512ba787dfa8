// Which storage, store and namespace: the same three parameters and the same rule for every cmdlet on items.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work in a namespace of a store.</summary>
public abstract class KvTargetCmdlet : KvCmdlet
{
    private KvTarget? _target;
    private (string? Store, string? Namespace) _typed;

    /// <summary>The store; without it the one of the current location in a kv drive, else the one that Set-KvNamespace chose.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Store { get; set; }

    /// <summary>The namespace within the store; <c>/</c> is the root. Without it the root of -Store, else the current location's or the chosen one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Namespace { get; set; }

    /// <summary>The name of a connected storage or of a kv drive; without it the current location's, the chosen one's, or the default storage.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Storage { get; set; }

    /// <summary>Where the cmdlet works for the current record.</summary>
    private protected KvTarget GetTarget()
    {
        // A pipeline of a hundred thousand records mostly names one place: it is resolved once.
        if (_target is null || _typed != (Store, Namespace))
        {
            _typed = (Store, Namespace);
            _target = KvSession.Current.Resolve(SessionState, Storage, Store, Namespace);
        }

        return _target;
    }
}
