// Removing is idempotent, as in LINSTOR: what isn't there is already gone.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Removes items by key or wildcard. What comes through a pipeline is committed in batches, as with Set-KvItem.</summary>
[Cmdlet(VerbsCommon.Remove, "KvItem", SupportsShouldProcess = true, DefaultParameterSetName = KeySet)]
public sealed class RemoveKvItemCommand : KvKeyCmdlet
{
    private PipelineWriter? _writer;

    /// <inheritdoc/>
    protected override void Begin() => _writer = new PipelineWriter(this, Tell, passThru: false, requireAbsent: false, Cancellation);

    /// <inheritdoc/>
    protected override void ProcessKeys()
    {
        KvTarget target = GetTarget();
        foreach (KeySelector key in GetRequiredKeys())
        {
            Report(() => Remove(target, key));
        }
    }

    /// <inheritdoc/>
    protected override void End() => _writer!.Flush();

    private void Remove(KvTarget target, KeySelector key)
    {
        IEnumerable<string> fullKeys = key.HasWildcard
            ? KvSearch.FindItems(target.Storage, target.Store, target.NamespacePath, key.Pattern, Cancellation).Select(item => item.FullKey)
            : [key.GetFullKey(target)];
        foreach (string fullKey in fullKeys)
        {
            if (ShouldProcessRecord(target, fullKey, "Remove item"))
            {
                _writer!.Delete(target, fullKey);
            }
        }
    }
}
