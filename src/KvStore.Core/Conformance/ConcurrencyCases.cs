// One storage object serves all threads of a process at once.
namespace KvStore.Conformance;

internal static class ConcurrencyCases
{
    private const int Threads = 8;

    [ConformanceCase(IsParallel = true)]
    public static void Writers_of_different_items_lose_none(ConformanceContext c)
    {
        const int Each = 40;
        ConformanceContext.InParallel(Threads, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                c.Set($"t{thread}/{i:D3}", "x");
            }
        });
        Expect.Equal(Threads * Each, c.Keys().Length, "The number of items");
        if (c.Describe() is { ItemCount: long count })
        {
            Expect.Equal(Threads * Each, count, "The number of items told by the store");
        }
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions | KvCapabilities.Versions, IsParallel = true)]
    public static void Increments_by_condition_from_many_threads_add_up(ConformanceContext c)
    {
        const int Each = 25;
        c.Set("counter", "0");
        ConformanceContext.InParallel(Threads, _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                while (!TryIncrement(c))
                {
                    c.Cancellation.ThrowIfCancellationRequested();
                }
            }
        });
        Expect.Equal($"{Threads * Each}", c.GetValue("counter"), "The counter");
        Expect.Equal(1L + (Threads * Each), c.Get("counter")?.Version, "The version of the counter");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions, IsParallel = true)]
    public static void Only_one_of_many_threads_creates_an_item(ConformanceContext c)
    {
        int created = 0;
        ConformanceContext.InParallel(Threads, thread =>
        {
            if (c.Commit(new KvBatch().RequireAbsent("a").Set("a", $"{thread}")).Succeeded)
            {
                Interlocked.Increment(ref created);
            }
        });
        Expect.Equal(1, created, "The number of threads that created it");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions, IsParallel = true)]
    public static void Each_commit_of_many_threads_has_a_revision_of_its_own(ConformanceContext c)
    {
        const int Each = 20;
        var revisions = new long[Threads * Each];
        ConformanceContext.InParallel(Threads, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                revisions[(thread * Each) + i] = c.Set($"t{thread}", $"{i}").Revision ?? 0;
            }
        });
        Array.Sort(revisions);
        Expect.Equal(revisions.Length, revisions.Distinct().Count(), "The number of different revisions");
        Expect.Equal(revisions.Length - 1, revisions[^1] - revisions[0], "The revisions from the first to the last");
    }

    [ConformanceCase(IsParallel = true)]
    public static void Readers_and_writers_at_once_meet_no_error(ConformanceContext c)
    {
        c.SetAll("n/a", "n/b", "stays");
        ConformanceContext.InParallel(6, thread =>
        {
            for (int i = 0; i < 30; i++)
            {
                switch (thread)
                {
                    case 0:
                        c.Commit(new KvBatch().Set($"n/{i % 5}", $"{i}").Delete($"n/{(i + 2) % 5}"));
                        break;
                    case 1:
                        c.Commit(new KvBatch().DeleteNamespace("n").Set("n/a", $"{i}"));
                        break;
                    case 2:
                        Expect.Equal(ConformanceContext.ValueOf("stays"), c.GetValue("stays"), "An item that nobody changes");
                        break;
                    case 3:
                        Expect.True(c.Keys().Contains("stays"), "an item that nobody changes in each scan");
                        break;
                    case 4:
                        Expect.True(c.Children().Contains("stays="), "an item that nobody changes in each listing");
                        break;
                    default:
                        Expect.NotNull(c.Describe(), "The store");
                        break;
                }
            }
        });
    }

    private static bool TryIncrement(ConformanceContext c)
    {
        KvItem item = Expect.NotNull(c.Get("counter"), "The counter");
        string next = $"{int.Parse(item.Value, System.Globalization.CultureInfo.InvariantCulture) + 1}";
        return c.Commit(new KvBatch().RequireVersion("counter", item.VersionNumber).Set("counter", next)).Succeeded;
    }
}
