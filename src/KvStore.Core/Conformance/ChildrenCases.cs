// Listing one level: each child once, in key order, whatever lies beneath.
namespace KvStore.Conformance;

internal static class ChildrenCases
{
    [ConformanceCase]
    public static void Children_are_items_and_namespaces_each_once(ConformanceContext c)
    {
        c.SetAll("a", "b/1", "b/2", "b/c/3", "d/e/f/g", "z");
        Expect.Sequence(["a=", "b/", "d/", "z="], c.Children(), "The children of the root");
        Expect.Sequence(["b/1=", "b/2=", "b/c/"], c.Children("b"), "The children of 'b'");
        Expect.Sequence(["d/e/"], c.Children("d"), "The children of 'd'");
        Expect.Sequence([], c.Children("a"), "The children of an item");
        Expect.Sequence([], c.Children("missing"), "The children of nothing");
    }

    [ConformanceCase]
    public static void An_item_that_is_a_namespace_too_is_one_node(ConformanceContext c)
    {
        c.SetAll("a", "a/b", "a/b/c", "d/e", "d/e/f");
        Expect.Sequence(["a=/", "d/"], c.Children(), "The children of the root");
        Expect.Sequence(["a/b=/"], c.Children("a"), "The children of 'a'");
        Expect.Sequence(["d/e=/"], c.Children("d"), "The children of 'd'");
        Expect.Equal(ConformanceContext.ValueOf("a"), c.Storage.GetChildren(c.Store, "", c.Cancellation).First().Item?.Value, "The value of the node");
    }

    [ConformanceCase]
    public static void What_sorts_between_an_item_and_what_is_beneath_it_does_not_split_the_node(ConformanceContext c)
    {
        // '-' and '.' sort before '/', '0' behind it: "a", "a-b", "a.b", "a/b", "a0".
        c.SetAll("a", "a-b", "a-b/c", "a.b", "a/b", "a0", "b-c", "b/c");
        Expect.Sequence(["a=/", "a-b=/", "a.b=", "a0=", "b-c=", "b/"], c.Children(), "The children of the root");
    }

    [ConformanceCase]
    public static void Nested_traps_of_order_are_met_too(ConformanceContext c)
    {
        c.SetAll("n/a", "n/a!", "n/a!/x", "n/a!-", "n/a-", "n/a/x", "n-/x", "n");
        Expect.Sequence(["n=/", "n-/"], c.Children(), "The children of the root");
        Expect.Sequence(["n/a=/", "n/a!=/", "n/a!-=", "n/a-="], c.Children("n"), "The children of 'n'");
    }

    [ConformanceCase]
    public static void Children_of_a_string_prefix_neighbour_do_not_show(ConformanceContext c)
    {
        c.SetAll("foo/a", "foo2/b", "foo-/c", "Foo/d", "f%/e");
        Expect.Sequence(["foo/a="], c.Children("foo"), "The children of 'foo'");
        Expect.Sequence(["f%/e="], c.Children("f%"), "The children of 'f%'");
    }

    [ConformanceCase]
    public static void Many_items_beneath_a_child_show_once(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 600).Select(i => $"n{i / 200}/{i:D4}/leaf"), "m", "😀/a/b", "\uFFFF/a"]);
        Expect.Sequence(["m=", "n0/", "n1/", "n2/", "\uFFFF/", "😀/"], c.Children(), "The children of the root");
        Expect.Equal(200, c.Children("n1").Length, "The number of children of 'n1'");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Kept_namespaces_are_merged_in_key_order(ConformanceContext c)
    {
        c.SetAll("a", "b/1", "b-x", "d");
        c.Commit(new KvBatch().AddNamespace("a").AddNamespace("b").AddNamespace("c/deep/er").AddNamespace("e").AddNamespace("b/k"));
        Expect.Sequence(["a=/", "b/", "b-x=", "c/", "d=", "e/"], c.Children(), "The children of the root");
        Expect.Sequence(["b/1=", "b/k/"], c.Children("b"), "The children of 'b'");
        Expect.Sequence(["c/deep/"], c.Children("c"), "The children of 'c'");
        Expect.Sequence([], c.Children("a"), "The children of a kept namespace without any");
    }

    [ConformanceCase]
    public static void A_listing_may_be_left_early(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 100).Select(i => $"n{i:D2}/key")]);
        Expect.Equal("n00", c.Storage.GetChildren(c.Store, "", c.Cancellation).First().Path, "The first child");
        c.SetAll("a");
        Expect.Equal("a", c.Storage.GetChildren(c.Store, "", c.Cancellation).First().Path, "The first child after a change");
    }
}
