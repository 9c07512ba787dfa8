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
        CheckNamespace(target);
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

    // Where one stands may be a namespace that comes with its first item; one that is asked for by name must be there.
    private void CheckNamespace(KvTarget target)
    {
        string path = target.NamespacePath;
        if (Namespace is null || path.Length == 0 || KvSearch.IsNamespace(target.Storage, target.Store, path, Cancellation))
        {
            return;
        }

        string advice = target.Storage.GetStore(target.Store, Cancellation) is null ? "There is no such store; Get-KvStore lists those there are."
            : KvPath.IsKey(path) && target.Storage.Get(target.Store, path, Cancellation) is not null ? "An item has that path, and nothing lies beneath it; Get-KvItem shows it."
            : "Namespaces are case-sensitive; Get-KvNamespace -Recurse lists those there are.";
        throw new KvException(KvError.ItemNotFound, $"There is no namespace '{KvPath.ToAbsolute(path)}' in store '{target.Store}' of storage '{target.StorageName}'. {advice}", path);
    }
}
