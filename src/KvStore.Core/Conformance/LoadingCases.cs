// Loading: what a document brings is there as a whole, or nothing of it.
namespace KvStore.Conformance;

internal static class LoadingCases
{
    [ConformanceCase]
    public static void Merge_overwrites_what_it_brings_and_leaves_the_rest(ConformanceContext c)
    {
        c.SetAll("a", "b");
        c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store), ConformanceContext.Item("b", "loaded"), ConformanceContext.Item("n/c", "loaded"));
        Expect.Sequence(["a = value of a", "b = loaded", "n/c = loaded"], Items(c), "The items");
    }

    [ConformanceCase]
    public static void Replace_empties_the_stores_that_it_brings_alone(ConformanceContext c)
    {
        c.SetAll("a", "b");
        c.SetAllIn(c.OtherStore, "kept");
        c.Load(KvLoadMode.Replace, new KvStoreEntry(c.Store), ConformanceContext.Item("b", "loaded"));
        Expect.Sequence(["b = loaded"], Items(c), "The items");
        Expect.Sequence(["kept"], c.KeysOf(c.OtherStore), "The keys of a store that was not loaded");
        c.Load(KvLoadMode.Replace, new KvStoreEntry(c.Store));
        Expect.Sequence([], Items(c), "The items after loading an empty store");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions)]
    public static void No_clobber_fails_on_an_item_that_exists_and_loads_nothing(ConformanceContext c)
    {
        c.SetAllIn(c.OtherStore, "there");
        KvEntry[] entries = [new KvStoreEntry(c.Store), ConformanceContext.Item("a", "x"), new KvStoreEntry(c.OtherStore), ConformanceContext.Item("a", "x"), ConformanceContext.Item("there", "x")];
        if (c.Has(KvCapabilities.Loading))
        {
            Expect.Error(KvError.ConditionFailed, () => c.Load(KvLoadMode.NoClobber, entries), "A load onto an existing item");
            Expect.Sequence([], c.Keys(), "The keys of the first store");
        }
        else
        {
            Expect.Error(KvError.ConditionFailed, () => c.Load(KvLoadMode.NoClobber, entries[2..]), "A load onto an existing item");
        }

        Expect.Sequence(["there"], c.KeysOf(c.OtherStore), "The keys of the second store");
        c.Load(KvLoadMode.NoClobber, new KvStoreEntry(c.OtherStore), ConformanceContext.Item("new", "x"));
        Expect.Sequence(["new", "there"], c.KeysOf(c.OtherStore), "The keys after a load of new items");
    }

    [ConformanceCase]
    public static void Several_stores_are_loaded_at_once(ConformanceContext c)
    {
        c.Load(
            KvLoadMode.Merge,
            new KvStoreEntry(c.Store),
            ConformanceContext.Item("a", "1"),
            new KvStoreEntry(c.OtherStore),
            ConformanceContext.Item("b", "2"));
        Expect.Sequence(["a"], c.Keys(), "The keys of the first store");
        Expect.Sequence(["b"], c.KeysOf(c.OtherStore), "The keys of the second store");
    }

    [ConformanceCase]
    public static void A_store_may_be_named_twice_in_any_case(ConformanceContext c)
    {
        c.SetAll("old");
        c.Load(
            KvLoadMode.Replace,
            new KvStoreEntry(c.Store),
            ConformanceContext.Item("a", "1"),
            new KvStoreEntry(c.Store.ToUpperInvariant()),
            ConformanceContext.Item("b", "2"));
        Expect.Sequence(["a", "b"], c.Keys(), "The keys");
        Expect.Equal(c.Store, c.Describe()?.Name, "The name of the store");
    }

    [ConformanceCase]
    public static void A_bad_entry_in_the_middle_changes_nothing(ConformanceContext c)
    {
        c.SetAll("old");
        string tooLong = new('v', c.Storage.Limits.MaximumValueSize is var ceiling && ceiling < 1 << 20 ? ceiling + 1 : c.Limits.MaximumValueSize + 1);
        foreach (KvLoadMode mode in Modes(c))
        {
            Expect.Error(KvError.ValueTooLong, () => c.Load(mode, Around(c, ConformanceContext.Item("bad", tooLong))), $"A value that is too long, mode {mode}");
            Expect.Error(KvError.InvalidKey, () => c.Load(mode, Around(c, ConformanceContext.Item("/bad", "x"))), $"A key that is not in normal form, mode {mode}");
            Expect.Error(KvError.InvalidText, () => c.Load(mode, Around(c, ConformanceContext.Item("bad", "\uD800"))), $"A lone surrogate, mode {mode}");
            Expect.Error(KvError.InvalidStoreName, () => c.Load(mode, Around(c, new KvStoreEntry("not a name"))), $"A bad store name, mode {mode}");
            Expect.Sequence(["old"], c.Keys(), "The keys of the store");
            Expect.Null(c.Describe(c.OtherStore), "The other store");
        }
    }

    [ConformanceCase]
    public static void An_error_of_the_source_in_the_middle_changes_nothing(ConformanceContext c)
    {
        c.SetAll("old");
        foreach (KvLoadMode mode in Modes(c))
        {
            Expect.Error(KvError.InvalidDocument, () => c.Storage.Load(Failing(c), mode, c.Cancellation), $"A source that fails, mode {mode}");
            Expect.Sequence(["old"], c.Keys(), "The keys");
        }
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces | KvCapabilities.EmptyStores | KvCapabilities.StoreLimits)]
    public static void Kept_namespaces_kept_stores_and_limits_are_loaded(ConformanceContext c)
    {
        var limits = new KvLimits(100, 200);
        c.Load(
            KvLoadMode.Merge,
            new KvStoreEntry(c.Store, limits, IsKept: true),
            new KvStoreEntry(c.OtherStore, limits),
            new KvNamespaceEntry("n/m"));
        Expect.True(c.Describe() is { IsKept: true }, "a kept store");
        Expect.Equal(limits, c.Describe()?.Limits, "The limits of the kept store");
        Expect.Sequence(["n/m"], c.Storage.GetKeptNamespaces(c.OtherStore, "", c.Cancellation), "The kept namespaces");
        Expect.Equal(limits, c.Describe(c.OtherStore)?.Limits, "The limits of the other store");
        Expect.Error(KvError.ValueTooLong, () => c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store), ConformanceContext.Item("a", new string('v', 201))), "A value beyond them");
        c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store, new KvLimits(300, 300)), ConformanceContext.Item("a", "x"));
        Expect.Equal(limits, c.Describe()?.Limits, "The limits of a store that was there already");
    }

    [ConformanceCase(Needs = KvCapabilities.Expiry)]
    public static void Expiries_are_loaded(ConformanceContext c)
    {
        DateTimeOffset expires = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).AddHours(1);
        c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store), new KvItemEntry(new KvSet("a", "x", KvTime.FromDateTime(expires))));
        Expect.Equal<DateTimeOffset?>(expires, c.Get("a")?.Expires, "The expiry");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void A_load_is_one_commit_of_each_store(ConformanceContext c)
    {
        long revision = c.Set("a", "1").Revision ?? 0;
        c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store), ConformanceContext.Item("a", "2"), ConformanceContext.Item("b", "1"), ConformanceContext.Item("c", "1"));
        Expect.Equal(revision + 1, c.Describe()?.Revision, "The revision of the store");
        Expect.Equal(2L, c.Get("a")?.Version, "The version of an item that was there");
        Expect.Equal(revision, c.Get("a")?.CreateRevision, "The create revision of an item that was there");
        Expect.Equal(revision + 1, c.Get("c")?.CreateRevision, "The create revision of a new item");
    }

    [ConformanceCase]
    public static void A_cancelled_load_changes_nothing(ConformanceContext c)
    {
        using var source = new CancellationTokenSource();
        Expect.Cancelled(() => c.Storage.Load(Cancelling(c, source), KvLoadMode.Merge, source.Token), "A load that is cancelled in the middle");
        Expect.Sequence([], c.Keys(), "The keys");
    }

    private static IEnumerable<KvLoadMode> Modes(ConformanceContext c) =>
        c.Has(KvCapabilities.Conditions) ? Enum.GetValues<KvLoadMode>() : [KvLoadMode.Merge, KvLoadMode.Replace];

    private static KvEntry[] Around(ConformanceContext c, KvEntry bad) =>
        [new KvStoreEntry(c.OtherStore), ConformanceContext.Item("a", "x"), new KvStoreEntry(c.Store), ConformanceContext.Item("b", "x"), bad, ConformanceContext.Item("c", "x")];

    private static IEnumerable<KvEntry> Failing(ConformanceContext c)
    {
        yield return new KvStoreEntry(c.Store);
        yield return ConformanceContext.Item("a", "x");
        throw new KvException(KvError.InvalidDocument, "The document ends in the middle.");
    }

    private static IEnumerable<KvEntry> Cancelling(ConformanceContext c, CancellationTokenSource source)
    {
        yield return new KvStoreEntry(c.Store);
        yield return ConformanceContext.Item("a", "x");
        source.Cancel();
        yield return ConformanceContext.Item("b", "x");
    }

    private static IEnumerable<string> Items(ConformanceContext c) => c.Scan().Select(item => $"{item.FullKey} = {item.Value}");
}
