// History: what was is read as it was, as long as it is kept.
namespace KvStore.Conformance;

internal static class HistoryCases
{
    private const KvCapabilities Both = KvCapabilities.History | KvCapabilities.Versions;

    [ConformanceCase(Needs = Both)]
    public static void A_scan_at_a_revision_gives_the_items_as_they_were(ConformanceContext c)
    {
        c.Commit(new KvBatch().Set("a", "1").Set("b", "1").Set("n/c", "1"));
        long first = Keep(c);
        long second = c.Commit(new KvBatch().Set("b", "2").Delete("a").Set("d", "2")).Revision!.Value;
        long third = c.Commit(new KvBatch().DeleteNamespace("n").Set("a", "3")).Revision!.Value;
        Expect.Sequence(["a = 1", "b = 1", "n/c = 1"], ShowAt(c, first), "The items at the first revision");
        Expect.Sequence(["b = 2", "d = 2", "n/c = 1"], ShowAt(c, second), "The items at the second revision");
        Expect.Sequence(["a = 3", "b = 2", "d = 2"], ShowAt(c, third), "The items at the third revision");
        KvItem b = c.Storage.ScanAt(c.Store, new KvRange { Start = "b", Limit = 1 }, first, c.Cancellation).Single();
        Expect.Equal<long?>(1L, b.Version, "The version of an item as it was");
        KvItem a = c.Storage.ScanAt(c.Store, new KvRange { Limit = 1 }, third, c.Cancellation).Single();
        Expect.Equal<long?>(third, a.CreateRevision, "The revision that created an item anew");
    }

    [ConformanceCase(Needs = Both)]
    public static void A_scan_at_a_revision_heeds_its_range(ConformanceContext c)
    {
        c.SetAll("a", "n", "n/a", "n/b", "n/c", "o");
        long revision = Keep(c);
        c.Commit(new KvBatch().DeleteNamespace("").Set("n/bb", "new"));
        Expect.Sequence(["n/a", "n/b", "n/c"], KeysAt(c, KvRange.Beneath("n"), revision), "The keys beneath a namespace");
        Expect.Sequence(["n/b"], KeysAt(c, KvRange.Beneath("n") with { After = "n/a", Limit = 1 }, revision), "One key behind another");
        Expect.Sequence(["n/c", "o"], KeysAt(c, new KvRange { Start = "n/bb", KeysOnly = true }, revision), "The keys from another on");
    }

    [ConformanceCase(Needs = Both)]
    public static void A_revision_that_is_not_reached_yet_is_an_error(ConformanceContext c)
    {
        c.Set("a", "1");
        long revision = Keep(c);
        Expect.Error(KvError.RevisionGone, () => c.Storage.ScanAt(c.Store, KvRange.All, revision + 1, c.Cancellation).ToArray(), "A scan at the next revision");
    }

    [ConformanceCase(Needs = Both)]
    public static void The_history_of_an_item_goes_from_its_newest_state_to_its_oldest(ConformanceContext c)
    {
        c.Set("a", "1");
        Keep(c);
        c.Commit(new KvBatch().Set("a", "2").Set("b", "x"));
        c.Commit(new KvBatch().Delete("a"));
        c.Set("b", "y");
        c.Set("a", "3");
        Expect.Sequence(
            ["Set 3, version 1", "Deleted , version ", "Set 2, version 2", "Set 1, version 1"],
            c.Storage.GetHistory(c.Store, "a", c.Cancellation).Select(change => $"{change.Kind} {change.Value}, version {change.Version}"),
            "The history");
        Expect.Sequence([], c.Storage.GetHistory(c.Store, "missing", c.Cancellation).Select(change => change.FullKey), "The history of a missing item");
    }

    [ConformanceCase(Needs = Both)]
    public static void Without_a_period_the_current_state_is_all_there_is_or_the_engine_decides(ConformanceContext c)
    {
        c.Set("a", "1");
        c.Set("a", "2");
        string[] history = c.Storage.GetHistory(c.Store, "a", c.Cancellation).Select(change => change.Value!).ToArray();
        Expect.Equal("2", history.FirstOrDefault(), "The newest state");
        if (c.Describe()?.HistoryPeriod is { } period)
        {
            Expect.Equal(TimeSpan.Zero, period, "The period of a new store");
            Expect.Sequence(["2"], history, "The history");
            Expect.Error(KvError.RevisionGone, () => c.Storage.ScanAt(c.Store, KvRange.All, 1, c.Cancellation).ToArray(), "A scan at a revision that is not kept");
            Expect.Error(KvError.RevisionGone, () => c.Storage.Watch(c.Store, "", fromRevision: 1, c.Cancellation).First(), "A watch from a revision that is not kept");
        }
    }

    [ConformanceCase(Needs = Both)]
    public static void A_period_is_told_keeps_its_store_and_goes_with_it(ConformanceContext c)
    {
        c.Set("a", "1");
        if (c.Describe()?.HistoryPeriod is null)
        {
            Expect.Error(KvError.NotSupported, () => c.Storage.SetHistoryPeriod(c.Store, TimeSpan.FromHours(1), c.Cancellation), "A period where the engine decides");
            return;
        }

        c.Storage.SetHistoryPeriod(c.Store, TimeSpan.FromHours(1), c.Cancellation);
        Expect.Equal<TimeSpan?>(TimeSpan.FromHours(1), c.Describe()?.HistoryPeriod, "The period");
        c.Storage.SetHistoryPeriod(c.Store, TimeSpan.MaxValue, c.Cancellation);
        Expect.Equal<TimeSpan?>(TimeSpan.MaxValue, c.Describe()?.HistoryPeriod, "The period without end");
        c.Commit(new KvBatch().Delete("a"));
        Expect.Equal<TimeSpan?>(TimeSpan.MaxValue, c.Describe()?.HistoryPeriod, "The period of the emptied store");
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        c.Set("a", "2");
        Expect.Equal<TimeSpan?>(TimeSpan.Zero, c.Describe()?.HistoryPeriod, "The period of a store made anew");
        Expect.Error(KvError.StoreNotFound, () => c.Storage.SetHistoryPeriod(c.OtherStore, TimeSpan.FromHours(1), c.Cancellation), "A period of a missing store");
    }

    [ConformanceCase(Needs = Both)]
    public static void Compressing_forgets_what_is_older_than_the_period(ConformanceContext c)
    {
        c.Set("a", "1");
        long revision = Keep(c);
        c.Set("a", "2");
        c.Commit(new KvBatch().Set("a", "3").Set("b", "1"));
        if (c.Describe()?.HistoryPeriod is null)
        {
            Expect.Error(KvError.NotSupported, () => c.Storage.Compress(c.Store, keep: null, c.Cancellation), "Compressing where the engine decides");
            return;
        }

        Expect.Equal(0L, c.Storage.Compress(c.Store, keep: null, c.Cancellation), "What was forgotten within the period");
        Expect.Sequence(["a = 1"], ShowAt(c, revision), "The items at the first revision");
        Expect.True(c.Storage.Compress(c.Store, keep: TimeSpan.Zero, c.Cancellation) > 0, "something forgotten without a period");
        Expect.Error(KvError.RevisionGone, () => ShowAt(c, revision), "The forgotten revision");
        Expect.Sequence(["a = 3", "b = 1"], c.Scan().Select(item => $"{item.FullKey} = {item.Value}"), "The items");
        Expect.Sequence(["a = 3", "b = 1"], ShowAt(c, c.Describe()!.Revision!.Value), "The items at the current revision");
        Expect.Equal(c.Describe()!.Revision, c.Describe()!.OldestRevision, "The oldest revision");
    }

    [ConformanceCase(Needs = Both | KvCapabilities.Expiry)]
    public static void What_has_expired_is_not_seen_in_the_past_either(ConformanceContext c)
    {
        c.Set("stays", "1");
        Keep(c);
        long revision = 0;
        DateTimeOffset end = ExpiryCases.SeeBefore(expires =>
        {
            revision = c.Commit(new KvBatch().Set("a", "secret", expires)).Revision!.Value;
            Expect.Sequence(["a = secret", "stays = 1"], ShowAt(c, revision), "The items before");
        });
        c.WaitUntilPast(end);
        c.Set("other", "1");
        Expect.Sequence(["stays = 1"], ShowAt(c, revision), "The items after");
        Expect.True(c.Storage.GetHistory(c.Store, "a", c.Cancellation).All(change => change.Item is null), "a history without what has expired");
    }

    [ConformanceCase(Lacks = KvCapabilities.History)]
    public static void A_storage_without_history_says_so(ConformanceContext c)
    {
        c.Set("a", "1");
        Expect.Error(KvError.NotSupported, () => c.Storage.ScanAt(c.Store, KvRange.All, 0, c.Cancellation).ToArray(), "A scan at a revision");
        Expect.Error(KvError.NotSupported, () => c.Storage.GetHistory(c.Store, "a", c.Cancellation).ToArray(), "A history");
        Expect.Error(KvError.NotSupported, () => c.Storage.SetHistoryPeriod(c.Store, TimeSpan.FromHours(1), c.Cancellation), "A period");
        Expect.Error(KvError.NotSupported, () => c.Storage.Compress(c.Store, keep: null, c.Cancellation), "Compressing");
    }

    /// <summary>Has the past of the case's store kept from now on, where that is not the engine's affair; gives the store's revision.</summary>
    public static long Keep(ConformanceContext c)
    {
        if (c.Describe()?.HistoryPeriod is not null)
        {
            c.Storage.SetHistoryPeriod(c.Store, TimeSpan.FromHours(1), c.Cancellation);
        }

        return c.Describe()!.Revision!.Value;
    }

    private static string[] KeysAt(ConformanceContext c, KvRange range, long revision) =>
        c.Storage.ScanAt(c.Store, range, revision, c.Cancellation).Select(item => item.FullKey).ToArray();

    private static string[] ShowAt(ConformanceContext c, long revision) =>
        c.Storage.ScanAt(c.Store, KvRange.All, revision, c.Cancellation).Select(item => $"{item.FullKey} = {item.Value}").ToArray();
}
