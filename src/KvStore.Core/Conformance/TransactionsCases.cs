// Transactions over a storage: its revisions, moments and conditions must bear what they promise.
namespace KvStore.Conformance;

internal static class TransactionsCases
{
    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void What_a_transaction_writes_is_one_commit_at_its_end(ConformanceContext c)
    {
        long? before = c.Set("n/old", "x").Revision;
        Run(c, () =>
        {
            c.Set("a", "1");
            c.Commit(new KvBatch().Set("n/b", "2").Delete("n/old"));
            Expect.Equal("1", c.GetValue("a"), "The value within the transaction");
            Expect.Sequence(["a", "n/b"], c.Keys(), "The keys within the transaction");
            Expect.Sequence(["a=", "n/"], c.Children(), "The children within the transaction");
            InAnotherThread(() => Expect.Sequence(["n/old"], c.Keys(), "The keys for others meanwhile"));
        });
        Expect.Sequence(["a", "n/b"], c.Keys(), "The keys");
        Expect.Equal(before + 1, c.Get("a")?.ModRevision, "The revision of the first item");
        Expect.Equal(before + 1, c.Get("n/b")?.ModRevision, "The revision of the second item");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void An_error_in_a_transaction_leaves_nothing_written(ConformanceContext c)
    {
        long? before = c.Set("a", "1").Revision;
        try
        {
            Run(c, () =>
            {
                c.Set("a", "2");
                throw new TimeoutException();
            });
        }
        catch (TimeoutException)
        {
            Expect.Equal("1", c.GetValue("a"), "The value");
            Expect.Equal(before, c.Describe()?.Revision, "The revision");
            return;
        }

        throw new ConformanceException("The error within the transaction was not passed on.");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void An_item_that_changes_after_it_was_read_makes_the_transaction_run_again(ConformanceContext c)
    {
        c.Set("a", "1");
        int runs = 0;
        Run(c, () =>
        {
            string? value = c.GetValue("a");
            if (++runs == 1)
            {
                InAnotherThread(() => c.Set("a", "5"));
            }

            c.Set("b", value + "0");
        });
        Expect.Equal(2, runs, "The number of runs");
        Expect.Equal("50", c.GetValue("b"), "The value that was made of the newest");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void An_item_that_appears_after_it_was_missed_makes_the_transaction_run_again(ConformanceContext c)
    {
        c.SetAll("other");
        int runs = 0;
        Run(c, () =>
        {
            string value = c.GetValue("a") ?? "none";
            if (++runs == 1)
            {
                InAnotherThread(() => c.Set("a", "5"));
            }

            c.Set("b", value);
        });
        Expect.Equal(2, runs, "The number of runs");
        Expect.Equal("5", c.GetValue("b"), "The value");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void An_item_that_appears_in_what_was_listed_makes_the_transaction_run_again(ConformanceContext c)
    {
        c.SetAll("n/a", "m/a");
        int runs = 0;
        Run(c, () =>
        {
            int count = c.Keys(KvRange.Beneath("n")).Length;
            if (++runs == 1)
            {
                InAnotherThread(() => c.Set("n/b", "x"));
            }

            c.Set("count", $"{count}");
        });
        Expect.Equal(2, runs, "The number of runs");
        Expect.Equal("2", c.GetValue("count"), "The count");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void A_change_beside_what_was_read_does_not_matter(ConformanceContext c)
    {
        c.SetAll("n/a", "m/a");
        int runs = 0;
        Run(c, () =>
        {
            runs++;
            int count = c.Keys(KvRange.Beneath("n")).Length + c.Children("n").Length;
            c.Get("missing");
            InAnotherThread(() => c.Set("m/b", "x"));
            c.Set("count", $"{count}");
        });
        Expect.Equal(1, runs, "The number of runs");
        Expect.Sequence(["count", "m/a", "m/b", "n/a"], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void All_reads_of_a_transaction_are_of_one_moment(ConformanceContext c)
    {
        // Two items always have the same value: no run may see them differ, whatever way it reads them.
        c.Commit(new KvBatch().Set("x", "0").Set("y", "0"));
        int runs = 0;
        void Both(string value) => InAnotherThread(() => c.Commit(new KvBatch().Set("x", value).Set("y", value)));
        Run(c, () =>
        {
            runs++;
            string? x = c.GetValue("x");
            if (runs == 1)
            {
                Both("1");
            }

            Expect.Equal(x, c.GetValue("y"), "The second item, read by itself");
        });
        Expect.Equal(2, runs, "The number of runs that read items by themselves");
        runs = 0;
        Run(c, () =>
        {
            runs++;
            string? x = c.Scan().First().Value;
            if (runs == 1)
            {
                Both("2");
            }

            Expect.Equal(x, c.GetValue("y"), "The second item, read after a listing");
        });
        Expect.Equal(2, runs, "The number of runs that list");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void A_listing_under_way_stays_of_one_moment_with_what_is_read_beside_it(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 100).Select(i => $"n/{i:D3}")]);
        int runs = 0;
        int seen = 0;
        Run(c, () =>
        {
            runs++;
            seen = 0;
            foreach (KvItem item in c.Scan(KvRange.Beneath("n")))
            {
                if (seen++ == 50 && runs == 1)
                {
                    InAnotherThread(() => c.Commit(new KvBatch().Delete("n/099").Set("flag", "set")));
                }

                // The flag was set by the commit that took the last item away: nobody may see one without the other.
                bool isFlagged = c.Get("flag") is not null;
                Expect.True(!isFlagged || item.FullKey != "n/099", "a listing without the item that was gone when the flag was set");
            }
        });
        Expect.Equal(2, runs, "The number of runs");
        Expect.Equal(99, seen, "The number of items that the last run saw");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void Two_transactions_do_not_both_act_on_what_the_other_changes(ConformanceContext c)
    {
        // Write skew: each may leave only while the other is there.
        c.Commit(new KvBatch().Set("on/a", "x").Set("on/b", "x"));
        void Leave(string key, Action meanwhile) => Run(c, () =>
        {
            bool isOtherThere = c.Keys(KvRange.Beneath("on")).Any(other => other != key);
            meanwhile();
            if (isOtherThere)
            {
                c.Commit(new KvBatch().Delete(key));
            }
        });
        bool hasBegun = false;
        Leave("on/a", () =>
        {
            if (!hasBegun)
            {
                hasBegun = true;
                InAnotherThread(() => Leave("on/b", () => { }));
            }
        });
        Expect.Sequence(["on/a"], c.Keys(), "Who is left");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions)]
    public static void An_item_deleted_and_made_again_meanwhile_is_another(ConformanceContext c)
    {
        c.SetAll("other");
        c.Set("a", "1");
        int runs = 0;
        Run(c, () =>
        {
            c.Get("a");
            if (++runs == 1)
            {
                InAnotherThread(() =>
                {
                    c.Commit(new KvBatch().Delete("a"));
                    c.Set("a", "1");
                });
            }

            c.Set("b", "x");
        });
        Expect.Equal(2, runs, "The number of runs");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions | KvCapabilities.Expiry)]
    public static void An_item_that_expires_after_it_was_read_makes_the_transaction_run_again(ConformanceContext c)
    {
        c.SetAll("other");
        DateTimeOffset expires = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(2);
        c.Commit(new KvBatch().Set("a", "x", expires));
        int runs = 0;
        Run(c, () =>
        {
            bool isThere = c.Get("a") is not null;
            if (++runs == 1)
            {
                Expect.True(isThere, "an item that has not expired yet");
                while (InAnotherThread(() => c.Get("a")) is not null)
                {
                    c.WaitUntilPast(DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(20));
                }
            }

            c.Set("b", isThere ? "there" : "gone");
        });
        Expect.Equal(2, runs, "The number of runs");
        Expect.Equal("gone", c.GetValue("b"), "What the last run found");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions | KvCapabilities.NamespaceDeletes)]
    public static void A_transaction_may_empty_the_store_and_fill_it_again(ConformanceContext c)
    {
        c.SetAll("a", "n/a", "n/b");
        Run(c, () =>
        {
            c.Commit(new KvBatch().DeleteNamespace(""));
            Expect.Sequence([], c.Keys(), "The keys of the emptied store");
            Expect.Null(c.Describe(), "The emptied store");
            c.SetAll("n/c");
            Expect.Sequence(["n/"], c.Children(), "The children");
            Expect.NotNull(c.Describe(), "The store that is filled again");
        });
        Expect.Sequence(["n/c"], c.Keys(), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.Transactions, IsParallel = true)]
    public static void Increments_by_transaction_from_many_threads_add_up(ConformanceContext c)
    {
        const int Threads = 4;
        const int Each = 25;
        ConformanceContext.InParallel(Threads, _ =>
        {
            for (int i = 0; i < Each; i++)
            {
                Run(c, () => c.Set("counter", $"{int.Parse(c.GetValue("counter") ?? "0", System.Globalization.CultureInfo.InvariantCulture) + 1}"), maximumRetryCount: 100);
            }
        });
        Expect.Equal($"{Threads * Each}", c.GetValue("counter"), "The counter");
        Expect.Equal<long?>(Threads * Each, c.Get("counter")?.Version, "The version of the counter");
    }

    [ConformanceCase(Lacks = KvCapabilities.Transactions)]
    public static void A_storage_without_transactions_says_so(ConformanceContext c)
    {
        int runs = 0;
        Expect.Error(KvError.NotSupported, () => KvTransaction.Run(() => runs++, c.Storage), "A transaction on the storage");
        Expect.Equal(0, runs, "The number of runs on a storage that was named");
        Expect.Error(KvError.NotSupported, () => KvTransaction.Run(() => c.Set("a", "x")), "A transaction that touches the storage");
        Expect.Sequence([], c.Keys(), "The keys");
    }

    private static void Run(ConformanceContext c, Action block, int maximumRetryCount = KvTransaction.DefaultRetryCount) =>
        KvTransaction.Run(block, c.Storage, c.Store, maximumRetryCount, c.Cancellation);

    // Another thread is another user, whatever transaction this one is in.
    private static void InAnotherThread(Action action) => ConformanceContext.InParallel(threads: 1, _ => action());

    private static T InAnotherThread<T>(Func<T> get)
    {
        T result = default!;
        ConformanceContext.InParallel(threads: 1, _ => result = get());
        return result;
    }
}
