// Conditions: what optimistic writers build upon.
namespace KvStore.Conformance;

internal static class ConditionsCases
{
    private const KvCapabilities Both = KvCapabilities.Conditions | KvCapabilities.Versions;

    [ConformanceCase(Needs = KvCapabilities.Conditions)]
    public static void Require_absent_holds_for_a_missing_item_alone(ConformanceContext c)
    {
        Expect.True(c.Commit(new KvBatch().RequireAbsent("a").Set("a", "first")).Succeeded, "a commit onto a missing item");
        KvCommit outcome = c.Commit(new KvBatch().RequireAbsent("a").Set("a", "second").Set("b", "x"));
        Expect.True(!outcome.Succeeded, "a failed commit onto an existing item");
        Expect.Sequence(["a = first"], c.Scan().Select(item => $"{item.FullKey} = {item.Value}"), "The items");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions)]
    public static void A_failed_condition_names_itself_and_carries_the_current_item(ConformanceContext c)
    {
        c.Set("there", "current");
        KvCommit outcome = c.Commit(new KvBatch().RequireAbsent("missing").RequireAbsent("there").Set("x", "x"));
        Expect.Equal<KvCondition?>(new KvCondition("there", 0), outcome.FailedCondition, "The failed condition");
        Expect.Equal("current", outcome.Current?.Value, "The value of the current item");
        KvException error = Expect.Error(KvError.ConditionFailed, () => outcome.ThrowIfFailed(), "Turning the outcome into an error");
        Expect.Equal("there", (error.Target as KvItem)?.FullKey, "The key of the error's target, the current item");
    }

    [ConformanceCase(Needs = Both)]
    public static void Require_version_holds_for_that_version_alone(ConformanceContext c)
    {
        c.Set("a", "1");
        c.Set("a", "2");
        Expect.True(!c.Commit(new KvBatch().RequireVersion("a", 1).Set("a", "x")).Succeeded, "a failed commit onto version 1");
        Expect.True(!c.Commit(new KvBatch().RequireVersion("a", 3).Set("a", "x")).Succeeded, "a failed commit onto version 3");
        Expect.Equal("2", c.GetValue("a"), "The value after failed commits");
        Expect.True(c.Commit(new KvBatch().RequireVersion("a", 2).Set("a", "3")).Succeeded, "a commit onto version 2");
        Expect.Equal(3L, c.Get("a")?.Version, "The version");
    }

    [ConformanceCase(Needs = Both)]
    public static void Require_version_fails_for_a_missing_item(ConformanceContext c)
    {
        KvCommit outcome = c.Commit(new KvBatch().RequireVersion("a", 1).Set("a", "x"));
        Expect.Equal<KvCondition?>(new KvCondition("a", 1), outcome.FailedCondition, "The failed condition");
        Expect.Null(outcome.Current, "The current item");
        Expect.Null(c.Describe(), "The store");
    }

    [ConformanceCase(Needs = Both)]
    public static void A_condition_may_stand_on_a_key_that_the_batch_does_not_change(ConformanceContext c)
    {
        c.Set("guard", "x");
        Expect.True(c.Commit(new KvBatch().RequireVersion("guard", 1).RequireAbsent("a").Set("b", "x")).Succeeded, "a commit whose conditions hold");
        c.Set("guard", "y");
        Expect.True(!c.Commit(new KvBatch().RequireVersion("guard", 1).Delete("b")).Succeeded, "a commit whose guard has changed");
        Expect.Sequence(["b", "guard"], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = Both)]
    public static void Conditions_see_what_was_before_the_batch(ConformanceContext c)
    {
        c.SetAll("n/a", "b");
        KvBatch batch = new KvBatch().RequireVersion("n/a", 1).RequireVersion("b", 1).DeleteNamespace("n").Delete("b").Set("n/a", "new");
        Expect.True(c.Commit(batch).Succeeded, "a commit that deletes what its conditions name");
        Expect.Sequence(["n/a"], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions | KvCapabilities.NamespaceDeletes)]
    public static void A_failed_condition_stops_namespace_deletes_and_deletes(ConformanceContext c)
    {
        c.SetAll("n/a", "b", "there");
        KvCommit outcome = c.Commit(new KvBatch().RequireAbsent("there").DeleteNamespace("n").Delete("b"));
        Expect.True(!outcome.Succeeded, "a failed commit");
        Expect.Sequence(["b", "n/a", "there"], c.Keys(), "The keys");
    }

    [ConformanceCase(Lacks = KvCapabilities.Conditions)]
    public static void A_storage_without_conditions_says_so(ConformanceContext c)
    {
        Expect.Error(KvError.NotSupported, () => c.Commit(new KvBatch().RequireAbsent("a").Set("a", "x")), "A commit with a condition");
        Expect.Sequence([], c.Keys(), "The keys after the refusal");
    }
}
