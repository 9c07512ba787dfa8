// Emptying a namespace is one commit: nobody sees it half empty.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Removes all that is in a namespace and beneath it, in one commit. An item of the namespace's own path stays, and so does a namespace that is kept while empty.</summary>
[Cmdlet(VerbsCommon.Clear, "KvNamespace", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class ClearKvNamespaceCommand : KvTargetCmdlet
{
    /// <summary>The namespace to empty; <c>/</c> empties the whole store.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public override string? Namespace { get; set; }

    /// <summary>Does not ask, whatever $ConfirmPreference says.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        if (!ShouldProcess(target.Describe(target.NamespacePath), "Clear namespace", Force))
        {
            return;
        }

        var batch = new KvBatch().DeleteNamespace(target.NamespacePath);
        bool isKept = target.NamespacePath.Length > 0
            && target.Storage.GetKeptNamespaces(target.Store, target.NamespacePath, Cancellation).FirstOrDefault() == target.NamespacePath;
        if (isKept)
        {
            batch.AddNamespace(target.NamespacePath);
        }

        target.Storage.Commit(target.Store, batch, Cancellation);
    }
}
