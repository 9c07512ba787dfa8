// Deleting a namespace: all beneath it, and nothing else, whatever its name looks like.
namespace KvStore.Conformance;

internal static class NamespacesCases
{
    [ConformanceCase]
    public static void Deleting_a_namespace_leaves_its_own_key_and_its_string_prefix_neighbour_alone(ConformanceContext c)
    {
        c.SetAll("foo", "foo/a", "foo/b/c", "foo-x", "foo.x", "foo0", "foo2/a", "Foo/a", "fo/o", "bar/foo/a");
        c.Commit(new KvBatch().DeleteNamespace("foo"));
        Expect.Sequence(new[] { "foo", "foo-x", "foo.x", "foo0", "foo2/a", "Foo/a", "fo/o", "bar/foo/a" }.Order(KvOrder.Instance), c.Keys(), "The keys that stay");
    }

    [ConformanceCase]
    public static void Deleting_a_nested_namespace_leaves_those_above(ConformanceContext c)
    {
        c.SetAll("a", "a/a", "a/a/a", "a/a/a/a", "a/b");
        c.Commit(new KvBatch().DeleteNamespace("a/a"));
        Expect.Sequence(["a", "a/a", "a/b"], c.Keys(), "The keys that stay");
    }

    [ConformanceCase]
    public static void Deleting_the_root_empties_the_store_alone(ConformanceContext c)
    {
        c.SetAll("a", "a/b", "😀/c");
        c.SetAllIn(c.OtherStore, "a");
        c.Commit(new KvBatch().DeleteNamespace(KvPath.Root));
        Expect.Sequence([], c.Keys(), "The keys");
        Expect.Sequence(["a"], c.KeysOf(c.OtherStore), "The keys of the other store");
    }

    [ConformanceCase]
    public static void Deleting_a_namespace_that_is_not_there_is_no_error(ConformanceContext c)
    {
        c.Commit(new KvBatch().DeleteNamespace("missing"));
        c.SetAll("a");
        c.Commit(new KvBatch().DeleteNamespace("a").DeleteNamespace("missing"));
        Expect.Sequence(["a"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void Names_of_namespaces_are_never_patterns(ConformanceContext c)
    {
        string[] names = ["%", "_", "a%", "a_", "*", "?", "[ab]", "'", "\"", "'; DROP TABLE kv; --", "\\", "..", "a b", "😀"];
        foreach (string name in names)
        {
            c.Commit(new KvBatch().DeleteNamespace(KvPath.Root));
            string[] others = ["a/x", "ab/x", "axx/x", "z/x", name, name + name + "/x"];
            c.SetAll([.. others, name + "/x", name + "/y/z"]);
            c.Commit(new KvBatch().DeleteNamespace(name));
            Expect.Sequence(others.Order(KvOrder.Instance), c.Keys(), $"The keys that stay when namespace '{name}' is deleted");
        }
    }

    [ConformanceCase]
    public static void Sets_of_a_batch_come_behind_its_namespace_deletes(ConformanceContext c)
    {
        c.SetAll("n/old", "n/kept");
        c.Commit(new KvBatch().DeleteNamespace("n").Set("n/kept", "new").Set("n/added", "new"));
        Expect.Sequence(["n/added", "n/kept"], c.Keys(), "The keys");
        Expect.Equal("new", c.GetValue("n/kept"), "The value set behind the delete");
    }
}
