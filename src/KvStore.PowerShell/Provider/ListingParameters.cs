// FileSystem's switches, for hands that know them.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The dynamic parameters of Get-ChildItem on kv drives.</summary>
public sealed class ListingParameters
{
    /// <summary>Only stores and namespaces.</summary>
    [Parameter]
    [Alias("ad", "Namespace")]
    public SwitchParameter Directory { get; set; }

    /// <summary>Only items. A node that is an item and a namespace counts as both.</summary>
    [Parameter]
    [Alias("af", "Item")]
    public SwitchParameter File { get; set; }

    internal bool Wants(KvNodeInfo node) => (!Directory && !File) || (Directory && !File && node.IsNamespace) || (File && !Directory && node.IsItem);
}
