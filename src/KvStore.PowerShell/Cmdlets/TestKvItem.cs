// A script asks before it acts, without an error to catch.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Tells for each key whether there is an item, or for a pattern whether there are any.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvItem", DefaultParameterSetName = KeySet)]
[OutputType(typeof(bool))]
public sealed class TestKvItemCommand : KvKeyCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessKeys()
    {
        KvTarget target = GetTarget();
        foreach (KeySelector key in GetRequiredKeys())
        {
            Report(() => WriteObject(key.HasWildcard
                ? KvSearch.FindItems(target.Storage, target.Store, target.NamespacePath, key.Pattern, Cancellation).Any()
                : target.Storage.Get(target.Store, key.GetFullKey(target), Cancellation) is not null));
        }
    }
}
