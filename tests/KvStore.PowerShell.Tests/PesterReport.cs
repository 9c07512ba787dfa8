// What Invoke-PesterFile.ps1 writes when a Pester file has run.
namespace KvStore.PowerShell.Tests;

/// <summary>The outcome of a Pester file.</summary>
public sealed record PesterReport
{
    /// <summary>Why nothing ran and nothing could (no pwsh, no Pester 5); null if it ran.</summary>
    public string? SkipReason { get; init; }

    /// <summary>What went wrong outside all cases, in finding them or in the run itself; null if nothing.</summary>
    public string? Error { get; init; }

    /// <summary>The outcomes, one for each case of each <c>It</c>.</summary>
    public IReadOnlyList<PesterResult> Results { get; init; } = [];
}

/// <summary>The outcome of one case.</summary>
/// <param name="Title">The title as written; the cases of a parameterised <c>It</c> share it.</param>
/// <param name="Case">The title with the case's values in it.</param>
/// <param name="Outcome">Pester's word: Passed, Failed, Skipped, Inconclusive, NotRun.</param>
/// <param name="Message">Pester's message and stack of a failure, or the reason of a skip.</param>
public sealed record PesterResult(string Title, string Case, string Outcome, string? Message);
