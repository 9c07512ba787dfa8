// Expiry: an expired item is never seen again by any call, whether or not the storage has got round to removing it.
namespace KvStore.Conformance;

internal static class ExpiryCases
{
    // Long enough to be seen before it ends, short enough to be waited for; a storage that is slower gets longer ones.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan LongestMoment = TimeSpan.FromSeconds(30);

    [ConformanceCase(Needs = KvCapabilities.Expiry)]
    public static void An_item_is_seen_with_its_expiry_before_and_never_after(ConformanceContext c)
    {
        DateTimeOffset end = SeeBefore(expires =>
        {
            c.Commit(new KvBatch().Set("n/a", "1", expires).Set("n/a/b", "2", expires).Set("stays", "3"));
            Expect.Equal<DateTimeOffset?>(expires, c.Get("n/a")?.Expires, "The expiry");
            Expect.Sequence(["n/a", "n/a/b", "stays"], c.Keys(), "The keys before");
            Expect.Sequence(["n/", "stays="], c.Children(), "The children before");
            if (c.Describe() is { ItemCount: long before })
            {
                Expect.Equal(3L, before, "The number of items before");
            }
        });

        c.WaitUntilPast(end);
        Expect.Null(c.Get("n/a"), "The expired item");
        Expect.Sequence(["stays"], c.Keys(), "The keys after");
        Expect.Sequence(["stays"], c.Keys(new KvRange { KeysOnly = true, Limit = 1 }), "The first key after");
        Expect.Sequence(["stays="], c.Children(), "The children after");
        Expect.Sequence([], c.Children("n"), "The children of a namespace of expired items");
        if (c.Describe() is { ItemCount: long after })
        {
            Expect.Equal(1L, after, "The number of items after");
        }
    }

    [ConformanceCase(Needs = KvCapabilities.Expiry)]
    public static void A_store_vanishes_when_its_last_item_expires(ConformanceContext c)
    {
        DateTimeOffset end = SeeBefore(expires =>
        {
            c.Commit(new KvBatch().Set("a", "1", expires));
            Expect.NotNull(c.Describe(), "The store before");
        });
        c.WaitUntilPast(end);
        Expect.Null(c.Describe(), "The store after");
        Expect.True(!c.Storage.GetStores(c.Cancellation).Any(info => info.Name == c.Store), "a list of stores without the vanished one");
    }

    [ConformanceCase(Needs = KvCapabilities.Expiry | KvCapabilities.Conditions | KvCapabilities.Versions)]
    public static void Conditions_take_an_expired_item_for_absent(ConformanceContext c)
    {
        DateTimeOffset expires = SoonToTheMicrosecond();
        c.Set("a", "0");
        c.Commit(new KvBatch().Set("a", "1", expires).Set("b", "1", expires));
        c.WaitUntilPast(expires);
        Expect.True(!c.Commit(new KvBatch().RequireVersion("b", 1).Set("b", "x")).Succeeded, "a failed condition on the version of an expired item");
        Expect.True(c.Commit(new KvBatch().RequireAbsent("a").Set("a", "new")).Succeeded, "a commit onto an expired item");
        Expect.Equal(1L, c.Get("a")?.Version, "The version of the new item");
        Expect.Null(c.Get("a")?.Expires, "The expiry of the new item");
    }

    [ConformanceCase(Needs = KvCapabilities.Expiry)]
    public static void A_later_set_takes_the_expiry_away_or_moves_it(ConformanceContext c)
    {
        DateTimeOffset expires = SoonToTheMicrosecond();
        DateTimeOffset later = expires.AddHours(1);
        c.Commit(new KvBatch().Set("a", "1", expires).Set("b", "1", expires));
        c.Commit(new KvBatch().Set("a", "2").Set("b", "2", later));
        Expect.Null(c.Get("a")?.Expires, "The expiry of an item set without one");
        Expect.Equal<DateTimeOffset?>(later, c.Get("b")?.Expires, "The expiry of an item set with another");
        c.WaitUntilPast(expires);
        c.SetAll("c");
        Expect.Sequence(["a", "b", "c"], c.Keys(), "The keys behind the first expiry");
    }

    [ConformanceCase(Needs = KvCapabilities.Expiry)]
    public static void An_expiry_that_is_past_already_leaves_nothing_to_be_seen(ConformanceContext c)
    {
        c.SetAll("a", "b");
        c.Commit(new KvBatch().Set("a", "x", DateTimeOffset.UtcNow.AddMinutes(-1)));
        Expect.Null(c.Get("a"), "The item");
        Expect.Sequence(["b"], c.Keys(), "The keys");
        c.SetAll("c");
        Expect.Sequence(["b", "c"], c.Keys(), "The keys after another commit");
        if (c.Describe() is { ItemCount: long count })
        {
            Expect.Equal(2L, count, "The number of items");
        }
    }

    [ConformanceCase(Lacks = KvCapabilities.Expiry)]
    public static void A_storage_without_expiry_says_so(ConformanceContext c)
    {
        Expect.Error(KvError.NotSupported, () => c.Commit(new KvBatch().Set("a", "1").Set("b", "1", DateTimeOffset.UtcNow.AddHours(1))), "An item that expires");
        Expect.Sequence([], c.Keys(), "The keys after the refusal");
    }

    /// <summary>Writes what expires soon and looks at it while it is there; once more, and for longer, if the moment was over too soon.</summary>
    /// <param name="writeAndSee">Writes items that expire at the time given, and checks that they are seen.</param>
    /// <returns>When the items expire.</returns>
    public static DateTimeOffset SeeBefore(Action<DateTimeOffset> writeAndSee)
    {
        for (TimeSpan moment = Moment; ; moment *= 3)
        {
            DateTimeOffset expires = ToTheMicrosecond(DateTimeOffset.UtcNow + moment);
            try
            {
                writeAndSee(expires);
                return expires;
            }
            catch (ConformanceException) when (DateTimeOffset.UtcNow >= expires && moment < LongestMoment)
            {
                // What was missing may have expired; the next attempt tells.
            }
        }
    }

    private static DateTimeOffset SoonToTheMicrosecond() => ToTheMicrosecond(DateTimeOffset.UtcNow + Moment);

    private static DateTimeOffset ToTheMicrosecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
