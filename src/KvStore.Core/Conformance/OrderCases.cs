// Scans: the order of UTF-8 bytes, and ranges in it.
namespace KvStore.Conformance;

internal static class OrderCases
{
    [ConformanceCase]
    public static void Keys_come_in_the_order_of_their_UTF8_bytes(ConformanceContext c)
    {
        // .NET's ordinal order would put the emoji (surrogates, U+D800 and up) before U+E000 to U+FFFF; a culture's would mix cases.
        string[] inOrder = ["-", "A", "Z", "a", "a-b", "a/b", "a/b/c", "a0", "aa", "b", "é", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "😀", "😀/a", "\U0010FFFF"];
        c.SetAll([.. inOrder.Reverse()]);
        Expect.Sequence(inOrder, c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void An_item_stands_beside_the_namespace_of_its_name(ConformanceContext c)
    {
        c.SetAll("foo", "foo/bar", "foo/bar/baz");
        Expect.Sequence(["foo", "foo/bar", "foo/bar/baz"], c.Keys(), "The keys");
        c.Commit(new KvBatch().Delete("foo/bar"));
        Expect.Sequence(["foo", "foo/bar/baz"], c.Keys(), "The keys after the middle one was removed");
    }

    [ConformanceCase]
    public static void A_prefix_is_plain_text(ConformanceContext c)
    {
        c.SetAll("fo", "foo", "foo/a", "foo2", "fop", "f%o", "Foo", "😀a", "😁", "\U0010FFFFz");
        Expect.Sequence(["foo", "foo/a", "foo2"], c.Keys(new KvRange { Prefix = "foo" }), "Prefix 'foo'");
        Expect.Sequence(["foo/a"], c.Keys(KvRange.Beneath("foo")), "Beneath 'foo'");
        Expect.Sequence(["f%o"], c.Keys(new KvRange { Prefix = "f%" }), "Prefix 'f%'");
        Expect.Sequence([], c.Keys(new KvRange { Prefix = "f_" }), "Prefix 'f_'");
        Expect.Sequence(["😀a"], c.Keys(new KvRange { Prefix = "😀" }), "Prefix '😀'");
        Expect.Sequence(["\U0010FFFFz"], c.Keys(new KvRange { Prefix = "\U0010FFFF" }), "The last character there is as prefix");
        Expect.Sequence([], c.Keys(new KvRange { Prefix = "foo/a/" }), "A prefix longer than all keys");
    }

    [ConformanceCase]
    public static void A_start_is_inclusive_and_an_after_is_exclusive(ConformanceContext c)
    {
        c.SetAll("a", "b", "b/c", "c");
        Expect.Sequence(["b", "b/c", "c"], c.Keys(new KvRange { Start = "b" }), "Start 'b'");
        Expect.Sequence(["c"], c.Keys(new KvRange { Start = "b/d" }), "A start that is no key");
        Expect.Sequence(["b/c", "c"], c.Keys(new KvRange { After = "b" }), "After 'b'");
        Expect.Sequence(["b", "b/c", "c"], c.Keys(new KvRange { After = "aa" }), "An after that is no key");
        Expect.Sequence(["b/c", "c"], c.Keys(new KvRange { Start = "a", After = "b" }), "After behind start");
        Expect.Sequence(["c"], c.Keys(new KvRange { Start = "c", After = "a" }), "Start behind after");
        Expect.Sequence(["a", "b", "b/c", "c"], c.Keys(new KvRange { After = "" }), "After nothing");
        Expect.Sequence([], c.Keys(new KvRange { After = "c" }), "After the last");
    }

    [ConformanceCase]
    public static void A_prefix_a_start_an_after_and_a_limit_hold_together(ConformanceContext c)
    {
        c.SetAll("a", "n/a", "n/b", "n/c", "n/d", "z");
        Expect.Sequence(["n/b", "n/c"], c.Keys(KvRange.Beneath("n") with { Start = "n/b", Limit = 2 }), "Prefix, start and limit");
        Expect.Sequence(["n/c"], c.Keys(KvRange.Beneath("n") with { Start = "n/a", After = "n/b", Limit = 1 }), "All four");
        Expect.Sequence(["n/a"], c.Keys(KvRange.Beneath("n") with { Start = "a", After = "b", Limit = 1 }), "A start before the prefix");
        Expect.Sequence([], c.Keys(KvRange.Beneath("n") with { Start = "o" }), "A start behind the prefix");
        Expect.Sequence([], c.Keys(KvRange.Beneath("n") with { After = "z" }), "An after behind the prefix");
        Expect.Sequence([], c.Keys(new KvRange { Limit = 0 }), "A limit of none");
        Expect.Sequence(["a", "n/a"], c.Keys(new KvRange { Limit = 2 }), "A limit of two");
        Expect.Equal(6, c.Keys(new KvRange { Limit = 100 }).Length, "A limit beyond what there is");
    }

    [ConformanceCase]
    public static void A_scan_of_keys_only_gives_the_same_keys(ConformanceContext c)
    {
        c.SetAll("a", "b/a", "b/b", "c");
        Expect.Sequence(c.Keys(), c.Keys(new KvRange { KeysOnly = true }), "The keys");
        Expect.Sequence(["b/b"], c.Keys(KvRange.Beneath("b") with { KeysOnly = true, After = "b/a", Limit = 5 }), "The keys of a range");
    }

    [ConformanceCase]
    public static void Paging_by_after_and_limit_meets_each_item_once(ConformanceContext c)
    {
        string[] all = Enumerable.Range(0, 100).Select(i => $"page/{i:D3}").ToArray();
        c.SetAll(all);
        var met = new List<string>();
        string? last = null;
        while (c.Keys(KvRange.Beneath("page") with { After = last, Limit = 7 }) is { Length: > 0 } page)
        {
            met.AddRange(page);
            last = page[^1];
        }

        Expect.Sequence(all, met, "The keys of all pages");
    }

    [ConformanceCase]
    public static void A_scan_may_be_left_early(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 500).Select(i => $"key{i:D3}")]);
        for (int i = 0; i < 50; i++)
        {
            Expect.Equal("key000", c.Scan().First().FullKey, "The first key");
        }

        c.Set("key000", "changed");
        Expect.Equal("changed", c.Scan().First().Value, "The first value after a change");
    }

    [ConformanceCase]
    public static void Scans_may_be_nested(ConformanceContext c)
    {
        c.SetAll("a/1", "a/2", "b/1", "b/2");
        IEnumerable<string> pairs = c.Scan(KvRange.Beneath("a")).SelectMany(a => c.Scan(KvRange.Beneath("b")).Select(b => $"{a.FullKey} {b.FullKey}"));
        Expect.Sequence(["a/1 b/1", "a/1 b/2", "a/2 b/1", "a/2 b/2"], pairs, "The pairs");
    }
}
