// Removing is idempotent, as in LINSTOR: what isn't there is already gone.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Removes items by key or wildcard. What comes through a pipeline is committed in batches, as with Set-KvItem.</summary>
[Cmdlet(VerbsCommon.Remove, "KvItem", SupportsShouldProcess = true, DefaultParameterSetName = KeySet)]
public sealed class RemoveKvItemCommand : KvKeyCmdlet
{
    private PipelineWriter? _writer;

    /// <summary>The version that the item must have when it is removed; else it stays, and is an error, as one that is not there is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NullIsZero]
    public long? IfVersion { get; set; }

    /// <inheritdoc/>
    protected override void Begin() => _writer = new PipelineWriter(this, Tell, passThru: false, Cancellation);

    /// <inheritdoc/>
    protected override void ProcessKeys()
    {
        KvTarget target = GetTarget();
        long? version = VersionCondition.Check(IfVersion);
        foreach (KeySelector key in GetRequiredKeys())
        {
            Report(() => Remove(target, key, version));
        }
    }

    /// <inheritdoc/>
    protected override void End() => _writer!.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Remove(KvTarget target, KeySelector key, long? version)
    {
        IEnumerable<string> fullKeys = key.HasWildcard
            ? KvSearch.FindItems(target.Storage, target.Store, target.NamespacePath, key.Pattern, Cancellation).Select(item => item.FullKey)
            : [key.GetFullKey(target)];
        foreach (string fullKey in fullKeys)
        {
            if (ShouldProcessRecord(target, fullKey, "Remove item"))
            {
                _writer!.Delete(target, fullKey, version);
            }
        }
    }
}
