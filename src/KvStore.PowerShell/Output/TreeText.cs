// How a tree is drawn, apart from how it is read.
using System.Globalization;

namespace KvStore.PowerShell;

/// <summary>Draws the lines of a tree, with box characters or plain ones.</summary>
/// <param name="ascii">Whether only ASCII may be used.</param>
internal sealed class TreeText(bool ascii)
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    private readonly (string Branch, string LastBranch, string Bar) _lines = ascii ? ("|-- ", "`-- ", "|   ") : ("├── ", "└── ", "│   ");

    /// <summary>The line of a node.</summary>
    public string Draw(KvTreeNode node)
    {
        IEnumerable<string> above = node.IsLast.SkipLast(1).Select(isLast => isLast ? "    " : _lines.Bar);
        string branch = node.IsLast[^1] ? _lines.LastBranch : _lines.Branch;

        // As a drive shows it: a key must not move the cursor.
        string name = KvPath.ToDrivePath(node.Node.Name) + (node.Node.IsNamespace ? "/" : "");
        return $"{string.Concat(above)}{branch}{name} ({Describe(node)})";
    }

    /// <summary>A number of items and the size of their values, in words.</summary>
    public static string Describe(long items, long size) =>
        items == 0 ? "empty" : string.Create(CultureInfo.InvariantCulture, $"{items:n0} {(items == 1 ? "item" : "items")}, {FormatSize(size)}");

    private static string Describe(KvTreeNode node) => node.ValueSize switch
    {
        null => Describe(node.Items, node.Size),
        { } own when !node.Node.IsNamespace => FormatSize(own),
        { } own => $"{FormatSize(own)}; {Describe(node.Items, node.Size)}",
    };

    private static string FormatSize(long size)
    {
        double amount = size;
        int unit = 0;
        while (amount >= 1024 && unit < Units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }
}
