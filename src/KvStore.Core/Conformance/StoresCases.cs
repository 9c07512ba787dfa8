// Stores come and go with their items, unless they were made to stay.
namespace KvStore.Conformance;

internal static class StoresCases
{
    [ConformanceCase]
    public static void A_store_is_born_with_its_first_item_and_vanishes_with_its_last(ConformanceContext c)
    {
        Expect.Null(c.Describe(), "The store before");
        c.SetAll("a", "b");
        Expect.Equal(c.Store, c.Describe()?.Name, "The name of the store");
        c.Commit(new KvBatch().Delete("a"));
        Expect.NotNull(c.Describe(), "The store with one item left");
        c.Commit(new KvBatch().Delete("b"));
        Expect.Null(c.Describe(), "The store without items");
        Expect.True(!Names(c).Contains(c.Store), "a list of stores without the vanished one");
    }

    [ConformanceCase]
    public static void A_store_is_found_without_regard_to_case_and_shown_as_first_spelled(ConformanceContext c)
    {
        string upper = c.Store.ToUpperInvariant();
        c.SetAll("a");
        c.SetAllIn(upper, "b");
        Expect.Sequence(["a", "b"], c.Keys(), "The keys");
        Expect.Sequence(["a", "b"], c.KeysOf(upper), "The keys by another spelling");
        Expect.Equal(c.Store, c.Describe(upper)?.Name, "The name of the store");
        Expect.Equal(c.Store, c.Storage.Get(upper, "b", c.Cancellation)?.Store, "The store of an item");
        Expect.Equal(1, Names(c).Count(name => name.Equals(c.Store, StringComparison.OrdinalIgnoreCase)), "The number of such stores");
    }

    [ConformanceCase]
    public static void Stores_are_listed_in_the_order_of_their_names(ConformanceContext c)
    {
        c.SetAllIn(c.OtherStore, "a");
        c.SetAll("a");
        string[] names = Names(c);
        Expect.Sequence([c.Store, c.OtherStore], names.Where(name => name.StartsWith(c.Store, StringComparison.Ordinal)), "The stores of this case");
        Expect.Sequence(names.Order(StringComparer.OrdinalIgnoreCase), names, "The stores");
    }

    [ConformanceCase]
    public static void A_removed_store_is_gone_with_all_that_was_in_it(ConformanceContext c)
    {
        c.SetAll("a", "n/b");
        c.SetAllIn(c.OtherStore, "a");
        if (c.Has(KvCapabilities.EmptyNamespaces))
        {
            c.Commit(new KvBatch().AddNamespace("kept"));
        }

        c.Storage.RemoveStore(c.Store.ToLowerInvariant(), c.Cancellation);
        Expect.Null(c.Describe(), "The store");
        Expect.Sequence([], c.Keys(), "The keys");
        Expect.Sequence([], c.Kept(), "The kept namespaces");
        Expect.Sequence(["a"], c.KeysOf(c.OtherStore), "The keys of the other store");
    }

    [ConformanceCase]
    public static void Removing_a_missing_store_is_no_error(ConformanceContext c)
    {
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        Expect.Null(c.Describe(), "The store");
    }

    [ConformanceCase]
    public static void A_name_that_breaks_the_rule_is_refused(ConformanceContext c)
    {
        foreach (string name in new[] { "", "1a", "-a", "a b", "a/b", "ä", "a'b", new string('a', 49) })
        {
            Expect.Error(KvError.InvalidStoreName, () => c.Storage.Commit(name, new KvBatch().Set("a", "x"), c.Cancellation), $"Writing to store '{name}'");
            Expect.Error(KvError.InvalidStoreName, () => c.Storage.Get(name, "a", c.Cancellation), $"Reading store '{name}'");
        }
    }

    [ConformanceCase]
    public static void A_number_of_items_is_right_where_it_is_told(ConformanceContext c)
    {
        void ExpectCount(long expected)
        {
            if (c.Describe() is { ItemCount: long count })
            {
                Expect.Equal(expected, count, "The number of items");
            }
        }

        c.SetAll("a", "b", "n/c", "n/d");
        ExpectCount(4);
        c.SetAll("a", "e");
        ExpectCount(5);
        c.Commit(new KvBatch().Delete("a").Delete("missing"));
        ExpectCount(4);
        c.Commit(new KvBatch().DeleteNamespace("n").Set("n/c", "x").Delete("b"));
        ExpectCount(2);
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyStores)]
    public static void A_created_store_stays_while_empty(ConformanceContext c)
    {
        c.Storage.CreateStore(c.Store, c.Limits, c.Cancellation);
        Expect.True(c.Describe() is { IsKept: true }, "a kept store");
        Expect.True(Names(c).Contains(c.Store), "the store in the list");
        c.SetAll("a");
        c.Commit(new KvBatch().DeleteNamespace(KvPath.Root));
        Expect.Equal(c.Store, c.Describe()?.Name, "The name of the store after its last item");
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        Expect.Null(c.Describe(), "The removed store");
        c.SetAll("a");
        Expect.True(c.Describe() is { IsKept: false }, "a store born anew that is not kept");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyStores)]
    public static void Creating_a_store_that_exists_is_an_error(ConformanceContext c)
    {
        c.Storage.CreateStore(c.Store, c.Limits, c.Cancellation);
        Expect.Error(KvError.StoreExists, () => c.Storage.CreateStore(c.Store.ToUpperInvariant(), c.Limits, c.Cancellation), "Creating it again");
        c.SetAllIn(c.OtherStore, "a");
        Expect.Error(KvError.StoreExists, () => c.Storage.CreateStore(c.OtherStore, c.Limits, c.Cancellation), "Creating one that was born with an item");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyStores)]
    public static void A_store_that_vanished_can_be_created(ConformanceContext c)
    {
        c.SetAll("a");
        c.Commit(new KvBatch().Delete("a"));
        string respelled = c.Store.ToLowerInvariant();
        c.Storage.CreateStore(respelled, c.Limits, c.Cancellation);
        Expect.Equal(respelled, c.Describe()?.Name, "The name of the store");
        c.SetAll("a");
        Expect.Equal(respelled, c.Get("a")?.Store, "The store of an item");
    }

    [ConformanceCase(Lacks = KvCapabilities.EmptyStores)]
    public static void A_storage_that_keeps_no_empty_stores_says_so(ConformanceContext c)
    {
        Expect.Error(KvError.NotSupported, () => c.Storage.CreateStore(c.Store, c.Limits, c.Cancellation), "Creating a store");
        Expect.Null(c.Describe(), "The store after the refusal");
    }

    private static string[] Names(ConformanceContext c) => c.Storage.GetStores(c.Cancellation).Select(info => info.Name).ToArray();
}
