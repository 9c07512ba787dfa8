// Which children a listing shows. -Filter means here exactly what it means in the file system, in the same code.
using System.IO.Enumeration;

namespace KvStore.PowerShell;

/// <summary>Selects children by -Filter, -Directory and -File.</summary>
/// <param name="filter">A file-system filter with <c>*</c> and <c>?</c>, without regard to case; null or empty for all. Brackets stand for themselves.</param>
/// <param name="parameters">-Directory and -File; null for neither.</param>
internal sealed class ListingFilter(string? filter, ListingParameters? parameters)
{
    private readonly string? _expression = string.IsNullOrEmpty(filter) ? null : FileSystemName.TranslateWin32Expression(filter);

    /// <summary>Whether a node is shown.</summary>
    public bool Selects(KvNodeInfo node) =>
        (parameters is null || parameters.Wants(node))
        && (_expression is null || FileSystemName.MatchesWin32Expression(_expression, node.Name, ignoreCase: true));
}
