// What Test-KvStorage shows, a line a case.
namespace KvStore.Conformance;

/// <summary>How a case ended.</summary>
public enum ConformanceOutcome
{
    /// <summary>The storage keeps the promise.</summary>
    Passed,

    /// <summary>The storage breaks the promise, or failed.</summary>
    Failed,

    /// <summary>The promise is about a capability that the storage lacks, or about lacking one that it has.</summary>
    NotApplicable,
}

/// <summary>The outcome of one case on one storage.</summary>
/// <param name="Case">The case.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">What was expected and found, or why the case does not apply; empty if it passed.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">The error of a failed case.</param>
public sealed record ConformanceResult(ConformanceCase Case, ConformanceOutcome Outcome, string Message, TimeSpan Duration, Exception? Error = null);
