// Scripts that work in one place name it once.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Chooses the store and namespace that this session's commands work in where they name none. Neither need exist.</summary>
[Cmdlet(VerbsCommon.Set, "KvNamespace", SupportsShouldProcess = true)]
[OutputType(typeof(KvNamespaceInfo))]
public sealed class SetKvNamespaceCommand : KvTargetCmdlet
{
    /// <summary>The namespace within the store; without it the root of -Store.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public override string? Namespace { get; set; }

    /// <summary>Emits the chosen namespace.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        KvPath.CheckStoreName(target.Store);
        if (!ShouldProcess(target.Describe(target.NamespacePath), "Choose namespace"))
        {
            return;
        }

        KvSession.Current.Chosen = new KvChoice(target.StorageName, target.Store, target.NamespacePath);
        if (KvSession.GetLocation(SessionState) is not null)
        {
            WriteWarning($"The current location {SessionState.Path.CurrentLocation.Path} goes before the namespace chosen here, for as long as you stand in it.");
        }

        if (PassThru)
        {
            WriteObject(new KvNamespaceInfo(target.StorageName, target.Store, target.NamespacePath));
        }
    }
}
