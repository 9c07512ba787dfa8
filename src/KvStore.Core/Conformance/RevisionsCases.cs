// Conditions on revisions: what transactions are built upon. A version can come back, a revision never does.
namespace KvStore.Conformance;

internal static class RevisionsCases
{
    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Require_mod_revision_holds_for_that_change_alone(ConformanceContext c)
    {
        long first = c.Set("a", "1").Revision!.Value;
        long second = c.Set("a", "2").Revision!.Value;
        KvCommit failed = c.Commit(new KvBatch().RequireModRevision("a", first).Set("a", "x").Set("b", "x"));
        Expect.Equal<KvCondition?>(new KvCondition("a", ModRevision: first), failed.FailedCondition, "The failed condition");
        Expect.Equal("2", failed.Current?.Value, "The value of the current item");
        Expect.Equal<long?>(second, failed.Current?.ModRevision, "The revision of the current item");
        Expect.Sequence(["a = 2"], c.Scan().Select(item => $"{item.FullKey} = {item.Value}"), "The items after a failed commit");
        Expect.True(c.Commit(new KvBatch().RequireModRevision("a", second).Set("a", "3")).Succeeded, "a commit onto the revision of the last change");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Require_mod_revision_is_not_fooled_by_an_item_made_again(ConformanceContext c)
    {
        c.SetAll("other");
        long? first = c.Set("a", "1").Revision;
        c.Commit(new KvBatch().Delete("a"));
        KvCommit gone = c.Commit(new KvBatch().RequireModRevision("a", first!.Value).Set("b", "x"));
        Expect.True(!gone.Succeeded && gone.Current is null, "a failed commit onto an item that is gone");
        c.Set("a", "1");
        Expect.Equal(1L, c.Get("a")?.Version, "The version of the item made again");
        Expect.True(!c.Commit(new KvBatch().RequireModRevision("a", first.Value).Set("b", "x")).Succeeded, "a failed commit onto the item made again");
        Expect.Sequence(["a", "other"], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Require_mod_revision_is_not_fooled_by_a_store_made_again(ConformanceContext c)
    {
        long first = c.Set("a", "1").Revision!.Value;
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        c.Set("a", "1");
        Expect.True(!c.Commit(new KvBatch().RequireModRevision("a", first).Set("b", "x")).Succeeded, "a failed commit onto the item of the store made again");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void A_failed_mod_revision_says_both_revisions(ConformanceContext c)
    {
        long first = c.Set("a", "1").Revision!.Value;
        c.Set("a", "2");
        KvCommit failed = c.Commit(new KvBatch().RequireModRevision("a", first));
        KvException error = Expect.Error(KvError.ConditionFailed, () => failed.ThrowIfFailed(), "Turning the outcome into an error");
        Expect.True(error.Message.Contains($"revision {first + 1}; {first} was expected", StringComparison.Ordinal), $"both revisions in the message ('{error.Message}')");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Require_revision_holds_until_the_next_commit(ConformanceContext c)
    {
        long before = c.Storage.GetRevision(c.Store, c.Cancellation);
        Expect.Equal(0L, before, "The revision of a store that never was");
        KvCommit first = c.Commit(new KvBatch().RequireRevision(0).Set("a", "1"));
        Expect.True(first.Succeeded, "a commit onto a store that never was");
        Expect.Equal(first.Revision, c.Storage.GetRevision(c.Store, c.Cancellation), "The revision after the first commit");
        c.Set("b", "1");
        KvCommit failed = c.Commit(new KvBatch().RequireRevision(first.Revision!.Value).Set("c", "1"));
        Expect.Equal(first.Revision, failed.FailedRevision, "The revision that failed");
        Expect.Equal(first.Revision + 1, failed.Revision, "The revision that the store has");
        Expect.Error(KvError.ConditionFailed, () => failed.ThrowIfFailed(), "Turning the outcome into an error");
        Expect.Sequence(["a", "b"], c.Keys(), "The keys");
        Expect.True(c.Commit(new KvBatch().RequireRevision(failed.Revision!.Value).Set("c", "1")).Succeeded, "a commit onto the revision that the store has");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void A_revision_is_told_of_a_store_that_vanished_too(ConformanceContext c)
    {
        c.Set("a", "1");
        long? last = c.Commit(new KvBatch().Delete("a")).Revision;
        Expect.Null(c.Describe(), "The store without items");
        Expect.Equal(last, c.Storage.GetRevision(c.Store.ToUpperInvariant(), c.Cancellation), "The revision of the vanished store");
        Expect.True(!c.Commit(new KvBatch().RequireRevision(0).Set("a", "2")).Succeeded, "a failed commit onto a store that never was");
        Expect.True(c.Commit(new KvBatch().RequireRevision(last!.Value).Set("a", "2")).Succeeded, "a commit onto the vanished store");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Making_and_removing_a_store_are_changes_of_its_revision(ConformanceContext c)
    {
        long Revision() => c.Storage.GetRevision(c.Store, c.Cancellation);
        long never = Revision();
        c.Storage.CreateStore(c.Store, c.Limits, c.Cancellation);
        long made = Revision();
        Expect.True(made > never, $"a revision ({made}) behind that of no store ({never})");
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        Expect.True(Revision() > made, $"a revision ({Revision()}) behind that of the store that was made ({made})");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Of_conditions_on_items_and_on_the_store_all_must_hold(ConformanceContext c)
    {
        long first = c.Set("a", "1").Revision!.Value;
        long second = c.Set("b", "1").Revision!.Value;
        Expect.True(!c.Commit(new KvBatch().RequireModRevision("a", first).RequireRevision(first).Set("x", "1")).Succeeded, "a failed commit onto an older revision of the store");
        Expect.True(!c.Commit(new KvBatch().RequireModRevision("a", second).RequireRevision(second).Set("x", "1")).Succeeded, "a failed commit onto another revision of the item");
        Expect.True(c.Commit(new KvBatch().RequireModRevision("a", first).RequireAbsent("x").RequireRevision(second).Set("x", "1")).Succeeded, "a commit of which all holds");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions, IsParallel = true)]
    public static void Of_many_threads_that_require_one_revision_one_commits(ConformanceContext c)
    {
        long revision = c.Set("a", "1").Revision!.Value;
        int committed = 0;
        ConformanceContext.InParallel(threads: 8, thread =>
        {
            if (c.Commit(new KvBatch().RequireRevision(revision).Set($"t{thread}", "x")).Succeeded)
            {
                Interlocked.Increment(ref committed);
            }
        });
        Expect.Equal(1, committed, "The number of threads that committed");
        Expect.Equal(2, c.Keys().Length, "The number of items");
    }

    [ConformanceCase(Lacks = KvCapabilities.Transactions)]
    public static void A_storage_that_cannot_check_revisions_says_so(ConformanceContext c)
    {
        Expect.Error(KvError.NotSupported, () => c.Commit(new KvBatch().RequireModRevision("a", 1).Set("a", "x")), "A commit with a condition on an item's revision");
        Expect.Error(KvError.NotSupported, () => c.Commit(new KvBatch().RequireRevision(1).Set("a", "x")), "A commit with a condition on the store's revision");
        Expect.Sequence([], c.Keys(), "The keys after the refusal");
    }
}
