// The contract, executable: our own storages and anybody's plugin are held to the very same cases.
using System.Diagnostics;
using System.Reflection;

namespace KvStore.Conformance;

/// <summary>All cases of the storage contract, and a run of them over a storage.</summary>
public static class ConformanceSuite
{
    private static readonly Type[] Groups =
    [
        typeof(ItemsCases),
        typeof(TextCases),
        typeof(OrderCases),
        typeof(NamespacesCases),
        typeof(KeptNamespacesCases),
        typeof(BatchesCases),
        typeof(ConditionsCases),
        typeof(VersionsCases),
        typeof(RevisionsCases),
        typeof(TransactionsCases),
        typeof(ExpiryCases),
        typeof(WatchCases),
        typeof(HistoryCases),
        typeof(StoresCases),
        typeof(LimitsCases),
        typeof(ChildrenCases),
        typeof(LoadingCases),
        typeof(SnapshotsCases),
        typeof(ConcurrencyCases),
        typeof(RecordVolumesCases),
        typeof(RecordSnapshotsCases),
        typeof(RecordConnectionsCases),
        typeof(RecordKeyValuesCases),
        typeof(RecordChangesCases),
        typeof(RecordDocumentsCases),
    ];

    /// <summary>All cases, in the order of their groups.</summary>
    public static IReadOnlyList<ConformanceCase> Cases { get; } = Groups.SelectMany(GetCases).ToArray();

    /// <summary>Runs all cases, one after the other, giving each outcome as it comes.</summary>
    /// <param name="storage">The storage, which is used in stores of the suite's own only.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static IEnumerable<ConformanceResult> Run(KvStorage storage, CancellationToken cancellation) =>
        Cases.Select(conformanceCase => Run(conformanceCase, storage, cancellation));

    /// <summary>Runs one case and tells its outcome.</summary>
    /// <param name="conformanceCase">The case.</param>
    /// <param name="storage">The storage, which is used in stores of the suite's own only.</param>
    /// <param name="cancellation">Ends the run with <see cref="OperationCanceledException"/>.</param>
    public static ConformanceResult Run(ConformanceCase conformanceCase, KvStorage storage, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (conformanceCase.WhyNotApplicable(storage) is { } reason)
        {
            return new ConformanceResult(conformanceCase, ConformanceOutcome.NotApplicable, reason, TimeSpan.Zero);
        }

        var watch = Stopwatch.StartNew();
        try
        {
            conformanceCase.Run(storage, cancellation);
            return new ConformanceResult(conformanceCase, ConformanceOutcome.Passed, "", watch.Elapsed);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // Whatever a plugin throws is a finding about the plugin, not the end of the run.
            string message = e is ConformanceException ? e.Message : $"An unexpected error: {e.GetType().Name}, {e.Message}";
            return new ConformanceResult(conformanceCase, ConformanceOutcome.Failed, message, watch.Elapsed, e);
        }
    }

    private static IEnumerable<ConformanceCase> GetCases(Type cases) =>
        from method in cases.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<ConformanceCaseAttribute>()
        where attribute is not null
        select new ConformanceCase(method, attribute);
}
