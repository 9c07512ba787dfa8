// Namespaces that stay while empty, as a directory does.
namespace KvStore.Conformance;

internal static class KeptNamespacesCases
{
    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void A_kept_namespace_stays_while_empty(ConformanceContext c)
    {
        c.Commit(new KvBatch().AddNamespace("n/m"));
        c.SetAll("n/m/key");
        c.Commit(new KvBatch().Delete("n/m/key"));
        Expect.Sequence(["n/m"], c.Kept(), "The kept namespaces");
        Expect.Sequence(["n/"], c.Children(), "The children of the root");
        Expect.Sequence(["n/m/"], c.Children("n"), "The children of 'n'");
        Expect.Sequence([], c.Children("n/m"), "The children of the kept namespace");
        Expect.Sequence([], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void A_kept_namespace_keeps_its_store(ConformanceContext c)
    {
        c.Commit(new KvBatch().AddNamespace("n"));
        Expect.NotNull(c.Describe(), "The store of a kept namespace");
        c.Commit(new KvBatch().DeleteNamespace("n"));
        Expect.Null(c.Describe(), "The store after its last namespace");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Adding_a_namespace_twice_is_no_error(ConformanceContext c)
    {
        c.Commit(new KvBatch().AddNamespace("n"));
        c.Commit(new KvBatch().AddNamespace("n").AddNamespace("n"));
        Expect.Sequence(["n"], c.Kept(), "The kept namespaces");
        c.Commit(new KvBatch().DeleteNamespace("n"));
        Expect.Sequence([], c.Kept(), "The kept namespaces after one delete");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Deleting_a_namespace_deletes_the_kept_ones_at_and_beneath_it_alone(ConformanceContext c)
    {
        c.Commit(new KvBatch().AddNamespace("n").AddNamespace("n/a").AddNamespace("n/a/b").AddNamespace("n2").AddNamespace("n-a").AddNamespace("m/n"));
        c.Commit(new KvBatch().DeleteNamespace("n"));
        Expect.Sequence(["m/n", "n-a", "n2"], c.Kept(), "The kept namespaces that stay");
        c.Commit(new KvBatch().DeleteNamespace(KvPath.Root));
        Expect.Sequence([], c.Kept(), "The kept namespaces of an emptied store");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Kept_namespaces_are_listed_at_and_beneath_a_namespace_in_key_order(ConformanceContext c)
    {
        c.Commit(new KvBatch().AddNamespace("n").AddNamespace("n/b").AddNamespace("n/a/c").AddNamespace("n/a").AddNamespace("n2").AddNamespace("n-a").AddNamespace("N"));
        Expect.Sequence(["n", "n/a", "n/a/c", "n/b"], c.Kept("n"), "At and beneath 'n'");
        Expect.Sequence(["n/a", "n/a/c"], c.Kept("n/a"), "At and beneath 'n/a'");
        Expect.Sequence(["N", "n", "n-a", "n/a", "n/a/c", "n/b", "n2"], c.Kept(), "Of the whole store");
        Expect.Sequence([], c.Kept("missing"), "Beneath a missing namespace");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Deleting_and_adding_a_namespace_in_one_batch_leaves_it_empty(ConformanceContext c)
    {
        c.SetAll("n/a", "n/b");
        c.Commit(new KvBatch().DeleteNamespace("n").AddNamespace("n"));
        Expect.Sequence([], c.Keys(), "The keys");
        Expect.Sequence(["n"], c.Kept(), "The kept namespaces");
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void Setting_and_removing_items_neither_adds_nor_removes_kept_namespaces(ConformanceContext c)
    {
        c.SetAll("n/a");
        Expect.Sequence([], c.Kept(), "The kept namespaces beside an item");
        c.Commit(new KvBatch().AddNamespace("n"));
        c.Set("n", "an item of the same path");
        c.Commit(new KvBatch().Delete("n").Delete("n/a"));
        Expect.Sequence(["n"], c.Kept(), "The kept namespaces");
    }

    [ConformanceCase(Lacks = KvCapabilities.EmptyNamespaces)]
    public static void A_storage_that_keeps_no_empty_namespaces_says_so(ConformanceContext c)
    {
        Expect.Error(KvError.NotSupported, () => c.Commit(new KvBatch().Set("key", "value").AddNamespace("n")), "Adding a namespace");
        Expect.Sequence([], c.Keys(), "The keys after the refusal");
    }
}
