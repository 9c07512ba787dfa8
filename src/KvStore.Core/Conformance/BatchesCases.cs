// Batches: all of it or nothing, in one fixed order.
namespace KvStore.Conformance;

internal static class BatchesCases
{
    [ConformanceCase]
    public static void The_last_call_of_a_batch_on_a_key_holds(ConformanceContext c)
    {
        c.SetAll("deleted", "set");
        c.Commit(new KvBatch()
            .Set("deleted", "x").Delete("deleted")
            .Delete("set").Set("set", "first").Set("set", "last")
            .Set("n/gone", "x").DeleteNamespace("n"));
        Expect.Sequence(["set = last"], c.Scan().Select(item => $"{item.FullKey} = {item.Value}"), "The items");
    }

    [ConformanceCase]
    public static void A_batch_with_one_broken_limit_writes_nothing(ConformanceContext c)
    {
        c.SetAll("gone", "n/gone", "old");
        var batch = new KvBatch().Delete("gone").DeleteNamespace("n").Set("old", "new").Set("first", "x");
        batch.Set("broken", new string('v', c.Limits.MaximumValueSize + 1)).Set("last", "x");
        Expect.Error(KvError.ValueTooLong, () => c.Commit(batch), "A batch with a value that is too long");
        Expect.Sequence(["gone", "n/gone", "old"], c.Keys(), "The keys");
        Expect.Equal(ConformanceContext.ValueOf("old"), c.GetValue("old"), "The value that the batch would have changed");
    }

    [ConformanceCase]
    public static void A_batch_that_fails_makes_no_store(ConformanceContext c)
    {
        string longKey = new('k', c.Limits.MaximumKeySize + 1);
        Expect.Error(KvError.KeyTooLong, () => c.Commit(new KvBatch().Set("a", "x").Set(longKey, "x")), "A key that is too long");
        Expect.Null(c.Describe(), "The store");
    }

    [ConformanceCase]
    public static void An_empty_batch_is_no_error_and_makes_no_store(ConformanceContext c)
    {
        Expect.True(c.Commit(new KvBatch()).Succeeded, "an empty batch that succeeds");
        Expect.Null(c.Describe(), "The store");
        c.SetAll("a");
        c.Commit(new KvBatch());
        Expect.Sequence(["a"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void A_large_batch_is_written_and_half_of_it_removed(ConformanceContext c)
    {
        int count = Math.Min(1000, c.Storage.MaximumBatchCount);
        string[] keys = Enumerable.Range(0, count).Select(i => $"n{i % 10}/key{i:D4}").Order(KvOrder.Instance).ToArray();
        c.SetAll(keys);
        Expect.Sequence(keys, c.Keys(), "The keys");

        var batch = new KvBatch();
        foreach (string key in keys.Where((_, i) => i % 2 == 0))
        {
            batch.Delete(key);
        }

        c.Commit(batch);
        Expect.Sequence(keys.Where((_, i) => i % 2 == 1), c.Keys(), "The keys that stay");
    }

    [ConformanceCase]
    public static void A_batch_of_more_changes_than_the_storage_takes_is_refused(ConformanceContext c)
    {
        // Of a storage that states a maximum; others take what memory holds.
        if (c.Storage.MaximumBatchCount > 10_000)
        {
            return;
        }

        var batch = new KvBatch();
        for (int i = 0; i <= c.Storage.MaximumBatchCount; i++)
        {
            batch.Set($"key{i}", "x");
        }

        Expect.Error(KvError.BatchTooLarge, () => c.Commit(batch), "A batch of one change too many");
        Expect.Sequence([], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void A_batch_may_be_committed_again(ConformanceContext c)
    {
        KvBatch batch = new KvBatch().DeleteNamespace("n").Delete("gone").Set("n/a", "1").Set("b", "2");
        c.Commit(batch);
        c.SetAll("n/other", "gone");
        c.Commit(batch);
        Expect.Sequence(["b", "n/a"], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void A_cancelled_commit_writes_nothing(ConformanceContext c)
    {
        var cancelled = new CancellationToken(canceled: true);
        Expect.Cancelled(() => c.Storage.Commit(c.Store, new KvBatch().Set("a", "x"), cancelled), "A commit with a cancelled token");
        Expect.Sequence([], c.Keys(), "The keys");
    }
}
