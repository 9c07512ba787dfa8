// Single items: written, read, replaced, removed.
namespace KvStore.Conformance;

internal static class ItemsCases
{
    [ConformanceCase]
    public static void An_item_is_read_back_as_it_was_written(ConformanceContext c)
    {
        c.Set("foo/bar/key", "val");
        KvItem item = Expect.NotNull(c.Get("foo/bar/key"), "The item");
        Expect.Equal("val", item.Value, "The value");
        Expect.Equal("foo/bar/key", item.FullKey, "The full key");
        Expect.Equal("/foo/bar/key", item.Path, "The path");
        Expect.Equal(c.Store, item.Store, "The store of the item");
        Expect.Sequence(["foo/bar/key = val"], c.Scan().Select(scanned => $"{scanned.FullKey} = {scanned.Value}"), "A scan");
    }

    [ConformanceCase]
    public static void A_missing_item_reads_as_null(ConformanceContext c)
    {
        c.SetAll("foo/bar");
        Expect.Null(c.Get("foo"), "The namespace of an item, read as an item");
        Expect.Null(c.Get("foo/ba"), "The beginning of a key");
        Expect.Null(c.Get("foo/bar/baz"), "A key beneath an item");
    }

    [ConformanceCase]
    public static void A_missing_store_reads_as_an_empty_one(ConformanceContext c)
    {
        Expect.Null(c.Get("key"), "An item of a missing store");
        Expect.Sequence([], c.Keys(), "A scan of a missing store");
        Expect.Sequence([], c.Children(), "The children of a missing store");
        Expect.Sequence([], c.Kept(), "The kept namespaces of a missing store");
        Expect.Null(c.Describe(), "A missing store");
    }

    [ConformanceCase]
    public static void A_later_value_replaces_an_earlier_one(ConformanceContext c)
    {
        c.Set("key", "a first and rather long value");
        c.Set("key", "second");
        Expect.Equal("second", c.GetValue("key"), "The value");
        Expect.Sequence(["key"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void The_empty_value_is_a_value(ConformanceContext c)
    {
        c.Set("key", "");
        Expect.Equal("", c.GetValue("key"), "The value");
        Expect.Equal("", c.Scan().Single().Value, "The value in a scan");
    }

    [ConformanceCase]
    public static void A_removed_item_is_gone_and_its_neighbours_stay(ConformanceContext c)
    {
        c.SetAll("a", "a/b", "ab", "A");
        c.Commit(new KvBatch().Delete("a"));
        Expect.Null(c.Get("a"), "The removed item");
        Expect.Sequence(["A", "a/b", "ab"], c.Keys(), "The keys that stay");
    }

    [ConformanceCase]
    public static void Removing_what_is_not_there_is_no_error(ConformanceContext c)
    {
        c.Commit(new KvBatch().Delete("missing"));
        c.SetAll("a");
        c.Commit(new KvBatch().Delete("missing").Delete("A").Delete("a/b"));
        Expect.Sequence(["a"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void Keys_that_differ_in_case_are_different_items(ConformanceContext c)
    {
        c.SetAll("Key", "key", "KEY");
        c.Set("key", "changed");
        c.Commit(new KvBatch().Delete("KEY"));
        Expect.Equal(ConformanceContext.ValueOf("Key"), c.GetValue("Key"), "The value of 'Key'");
        Expect.Equal("changed", c.GetValue("key"), "The value of 'key'");
        Expect.Sequence(["Key", "key"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void Items_of_one_store_do_not_show_in_another(ConformanceContext c)
    {
        c.SetAll("a", "b");
        c.SetAllIn(c.OtherStore, "b", "c");
        c.Commit(new KvBatch().Delete("b"));
        Expect.Sequence(["a"], c.Keys(), "The keys of the first store");
        Expect.Sequence(["b", "c"], c.KeysOf(c.OtherStore), "The keys of the second store");
    }

    [ConformanceCase]
    public static void A_key_that_is_not_in_normal_form_is_refused(ConformanceContext c)
    {
        foreach (string fullKey in new[] { "", "/a", "a/", "a//b", " a", "a\t" })
        {
            Expect.Error(KvError.InvalidKey, () => c.Set(fullKey, "value"), $"Setting key '{fullKey}'");
            Expect.Error(KvError.InvalidKey, () => c.Get(fullKey), $"Reading key '{fullKey}'");
            Expect.Error(KvError.InvalidKey, () => c.Commit(new KvBatch().Delete(fullKey)), $"Removing key '{fullKey}'");
        }

        Expect.Sequence([], c.Keys(), "The keys");
    }
}
