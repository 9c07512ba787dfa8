// Namespaces are made by keys; this shows which there are, and where the session stands.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets the namespaces beneath one, or the namespace that commands work in.</summary>
[Cmdlet(VerbsCommon.Get, "KvNamespace", DefaultParameterSetName = "Children")]
[OutputType(typeof(KvNamespaceInfo))]
public sealed class GetKvNamespaceCommand : KvTargetCmdlet
{
    /// <summary>The namespace to look beneath; without it the root of -Store, else the current location's or the chosen one.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public override string? Namespace { get; set; }

    /// <summary>All beneath the namespace, at any depth.</summary>
    [Parameter(ParameterSetName = "Children")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The namespace itself that the other parameters lead to: without them, where the session works.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Current")]
    public SwitchParameter Current { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        IEnumerable<string> paths = Current ? [target.NamespacePath]
            : Recurse ? KvSearch.GetNamespaces(target.Storage, target.Store, target.NamespacePath, Cancellation)
            : target.Storage.GetChildren(target.Store, target.NamespacePath, Cancellation).Where(node => node.IsNamespace).Select(node => node.Path);
        foreach (string path in paths)
        {
            WriteObject(new KvNamespaceInfo(target.StorageName, target.Store, path));
        }
    }
}
