// For people: what is in a store, where, and how much of it. For scripts there are Get-KvNamespace and Get-KvItem.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Draws the namespaces and items beneath a namespace as a tree, with counts and sizes, line by line as they are read.</summary>
[Cmdlet(VerbsCommon.Show, "KvTree")]
[OutputType(typeof(string))]
public sealed class ShowKvTreeCommand : KvTargetCmdlet
{
    /// <summary>The namespace to draw; without it the root of -Store, else the current location's or the chosen one.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public override string? Namespace { get; set; }

    /// <summary>How far to go down: 0 draws what is right beneath the namespace, 1 what is beneath that too, and so on; without it all. What lies deeper is counted all the same.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; } = int.MaxValue;

    /// <summary>Draws with ASCII characters only.</summary>
    [Parameter]
    public SwitchParameter Ascii { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        string place = target.Describe(target.NamespacePath);
        using var progress = new ItemProgress(WriteProgress, $"Counting {place}");
        var tree = new KvTree(target.Storage, target.Store, Cancellation) { Read = progress.Show };
        var text = new TreeText(Ascii);
        (long items, long size) = (0, 0);
        WriteObject(place);
        foreach (KvTreeNode node in tree.Walk(target.NamespacePath, Depth))
        {
            WriteObject(text.Draw(node));
            if (node.IsLast.Count == 1)
            {
                items += node.Items + (node.ValueSize is null ? 0 : 1);
                size += node.Size + (node.ValueSize ?? 0);
            }
        }

        WriteObject(TreeText.Describe(items, size));
        if (items == 0)
        {
            TellIfMissing(target);
        }
    }
}
