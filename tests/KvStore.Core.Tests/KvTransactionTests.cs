// The rules of transactions that no storage has a part in: scope, nesting, doom, retries; and that what is written within one
// reads as if it were committed already.
namespace KvStore.Core.Tests;

public sealed class KvTransactionTests : IDisposable
{
    private readonly KvStorage _storage = CheckedStorage.Wrap(new MemoryStorage());

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void The_first_store_that_is_touched_is_the_one_that_is_covered()
    {
        Set("b", "x", store: "other");
        KvException e = Assert.Throws<KvException>(() => KvTransaction.Run(() =>
        {
            Set("a", "1");
            Get("b", store: "other");
        }));
        Assert.Equal(KvError.OutsideTransaction, e.Error);
        Assert.Contains("'s'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", e.Message, StringComparison.Ordinal);
        Assert.Null(Get("a"));
    }

    [Fact]
    public void A_named_store_is_covered_from_the_start_and_found_in_any_case()
    {
        Assert.Equal(KvError.OutsideTransaction, Assert.Throws<KvException>(() => KvTransaction.Run(() => Set("a", "1"), _storage, "other")).Error);
        KvTransaction.Run(() => Set("a", "1"), _storage, "S");
        Assert.Equal("1", Get("a"));
    }

    [Fact]
    public void Another_storage_is_outside_even_with_a_store_of_the_same_name()
    {
        using KvStorage other = CheckedStorage.Wrap(new MemoryStorage());
        KvException e = Assert.Throws<KvException>(() => KvTransaction.Run(() =>
        {
            Set("a", "1");
            other.Commit("s", new KvBatch().Set("a", "1"), default);
        }));
        Assert.Equal(KvError.OutsideTransaction, e.Error);
        Assert.Null(Get("a"));
        Assert.Null(other.GetStore("s", default));
    }

    [Fact]
    public void A_storage_without_the_capability_is_outside_too()
    {
        using KvStorage simple = CheckedStorage.Wrap(new Limited(new MemoryStorage()));
        Assert.Equal(KvError.NotSupported, Assert.Throws<KvException>(() => KvTransaction.Run(() => simple.Get("s", "a", default))).Error);
        Assert.Equal(KvError.OutsideTransaction, Assert.Throws<KvException>(() => KvTransaction.Run(() =>
        {
            Get("a");
            simple.Get("s", "a", default);
        })).Error);
    }

    [Fact]
    public void Transactions_do_not_nest_and_leave_nothing_behind()
    {
        KvException e = Assert.Throws<KvException>(() => KvTransaction.Run(() =>
        {
            Set("a", "1");
            KvTransaction.Run(() => Set("b", "1"));
        }));
        Assert.Equal(KvError.TransactionNested, e.Error);
        Assert.False(KvTransaction.IsRunning);
        Assert.Empty(_storage.GetStores(default));
        KvTransaction.Run(() => Set("a", "2"));
        Assert.Equal("2", Get("a"));
    }

    [Fact]
    public void Whole_stores_are_no_part_of_a_transaction()
    {
        Action[] calls =
        [
            () => _storage.CreateStore("s", KvLimits.Default, default),
            () => _storage.RemoveStore("s", default),
            () => _storage.Load([new KvStoreEntry("s")], KvLoadMode.Merge, default),
            () => _storage.GetStores(default),
        ];
        foreach (Action call in calls)
        {
            Assert.Equal(KvError.OutsideTransaction, Assert.Throws<KvException>(() => KvTransaction.Run(call)).Error);
        }
    }

    [Fact]
    public void Other_threads_are_not_part_of_it()
    {
        KvTransaction.Run(() =>
        {
            Set("a", "1");
            InAnotherThread(() =>
            {
                Assert.Null(Get("a"));
                Set("x", "1", store: "other");
            });
        });
        Assert.Equal("1", Get("a"));
        Assert.Equal("1", Get("x", store: "other"));
    }

    [Fact]
    public void A_conflict_that_the_code_swallows_makes_it_run_again_all_the_same()
    {
        Both("0");
        int runs = 0;
        KvTransaction.Run(() =>
        {
            string? x = Get("x");
            if (++runs == 1)
            {
                InAnotherThread(() => Both("1"));
                Assert.Equal(KvError.TransactionConflict, Assert.ThrowsAny<KvException>(() => Get("y")).Error);
                Assert.Equal(KvError.TransactionConflict, Assert.ThrowsAny<KvException>(() => Set("z", "lost")).Error);
            }

            if (runs == 2)
            {
                Set("z", x!);
            }
        });
        Assert.Equal(2, runs);
        Assert.Equal("1", Get("z"));
    }

    [Fact]
    public void An_error_behind_a_conflict_does_not_count()
    {
        Both("0");
        int runs = 0;
        KvTransaction.Run(() =>
        {
            Get("x");
            if (++runs == 1)
            {
                InAnotherThread(() => Both("1"));
                try
                {
                    Get("y");
                }
                catch (KvException e)
                {
                    throw new InvalidOperationException("the code's own", e);
                }
            }
        });
        Assert.Equal(2, runs);
    }

    [Fact]
    public void After_the_last_retry_the_error_says_how_often_it_ran_and_what_came_between()
    {
        Set("a", "0");
        int runs = 0;
        KvException e = Assert.Throws<KvException>(() => KvTransaction.Run(
            () =>
            {
                Get("a");
                runs++;
                InAnotherThread(() => Set("a", $"{runs}"));
                Set("b", "x");
            },
            maximumRetryCount: 3));
        Assert.Equal(4, runs);
        Assert.Equal(KvError.TransactionConflict, e.Error);
        Assert.Contains("4 times", e.Message, StringComparison.Ordinal);
        Assert.Contains("item 'a'", e.Message, StringComparison.Ordinal);
        Assert.Equal("a", e.Target);
        Assert.Null(Get("b"));
    }

    [Fact]
    public void A_blind_write_is_in_conflict_with_nothing()
    {
        Set("a", "0");
        int runs = 0;
        KvTransaction.Run(() =>
        {
            runs++;
            Set("a", "mine");
            var writer = new KvBatchWriter(_storage, "s", default);
            writer.Set("b", "mine");
            writer.Flush();
            InAnotherThread(() => Set("a", "theirs"));
        });
        Assert.Equal(1, runs);
        Assert.Equal("mine", Get("a"));
        Assert.Equal(3, _storage.Get("s", "a", default)?.Version);
    }

    [Fact]
    public void A_transaction_that_only_reads_commits_nothing()
    {
        Set("a", "0");
        long? revision = _storage.GetStore("s", default)?.Revision;
        Assert.Equal("0", KvTransaction.Run(() => Get("a")));
        Assert.Equal(revision, _storage.GetStore("s", default)?.Revision);
    }

    [Fact]
    public void Conditions_within_a_transaction_are_told_at_once()
    {
        Set("a", "0");
        KvTransaction.Run(() =>
        {
            Assert.False(Commit(new KvBatch().RequireAbsent("a").Set("a", "x")).Succeeded);
            Assert.True(Commit(new KvBatch().RequireVersion("a", 1).Set("a", "1")).Succeeded);
            KvCommit again = Commit(new KvBatch().RequireVersion("a", 1).Set("a", "x"));
            Assert.False(again.Succeeded);
            Assert.Contains("no version yet", again.GetError()!.Message, StringComparison.Ordinal);
            Assert.True(Commit(new KvBatch().RequireAbsent("b").Set("b", "1")).Succeeded);
            Assert.False(Commit(new KvBatch().RequireAbsent("b").Set("b", "x")).Succeeded);
            Assert.True(Commit(new KvBatch().Delete("b").RequireVersion("c", 1)).FailedCondition is { FullKey: "c" });
        });
        Assert.Equal("1", Get("a"));
        Assert.Equal("1", Get("b"));
    }

    [Fact]
    public void A_revision_that_a_batch_within_requires_must_last_until_the_end()
    {
        Set("a", "0");
        int runs = 0;
        KvTransaction.Run(() =>
        {
            long revision = _storage.GetRevision("s", default);
            Assert.False(Commit(new KvBatch().RequireRevision(revision + 1).Set("b", "x")).Succeeded);
            Assert.True(Commit(new KvBatch().RequireRevision(revision).Set("b", "x")).Succeeded);
            if (++runs == 1)
            {
                InAnotherThread(() => Set("beside", "x"));
            }
        });
        Assert.Equal(2, runs);
        Assert.Equal("x", Get("b"));
    }

    [Fact]
    public void A_limit_is_told_where_it_is_broken_and_the_rest_still_commits()
    {
        KvTransaction.Run(() =>
        {
            Set("a", "1");
            Assert.Equal(KvError.ValueTooLong, Assert.Throws<KvException>(() => Set("b", new string('v', 5000))).Error);
        });
        Assert.Equal("1", Get("a"));
        Assert.Null(Get("b"));
    }

    [Fact]
    public void A_listing_that_outlives_its_transaction_says_so()
    {
        Both("0");
        IEnumerator<KvItem> items = KvTransaction.Run(() =>
        {
            IEnumerator<KvItem> open = _storage.Scan("s", KvRange.All, default).GetEnumerator();
            Assert.True(open.MoveNext());
            return open;
        });
        using (items)
        {
            Assert.Equal(KvError.OutsideTransaction, Assert.Throws<KvException>(() => items.MoveNext()).Error);
        }
    }

    [Fact]
    public void A_write_whose_outcome_is_not_known_is_not_repeated()
    {
        var failing = new Failing(new MemoryStorage());
        using KvStorage storage = CheckedStorage.Wrap(failing);
        int runs = 0;
        KvException e = Assert.Throws<KvException>(() => KvTransaction.Run(() =>
        {
            runs++;
            storage.Commit("s", new KvBatch().Set("a", "1"), default);
        }));
        Assert.True(e.MayBeApplied);
        Assert.Equal(1, runs);
        Assert.Equal(1, failing.Commits);
    }

    [Fact]
    public void A_cancelled_transaction_writes_nothing()
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => KvTransaction.Run(
            () =>
            {
                Set("a", "1");
                source.Cancel();
            },
            cancellation: source.Token));
        Assert.Null(Get("a"));
        Assert.False(KvTransaction.IsRunning);
    }

    [Fact]
    public void A_store_that_is_removed_and_made_again_is_another()
    {
        Set("a", "0");
        int runs = 0;
        KvTransaction.Run(() =>
        {
            bool isKept = _storage.GetStore("s", default)!.IsKept;
            if (++runs == 1)
            {
                InAnotherThread(() =>
                {
                    _storage.RemoveStore("s", default);
                    _storage.CreateStore("s", KvLimits.Default, default);
                });
            }

            Set("b", isKept ? "kept" : "not kept");
        });
        Assert.Equal(2, runs);
        Assert.Equal("kept", Get("b"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_a_transaction_writes_reads_as_if_it_were_committed(int seed)
    {
        // The same batches go to one storage within a transaction and to another directly: both must show the same.
        var random = new Random(seed);
        string[] names = ["a", "b", "a-", "n", "b!"];
        string Path() => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => names[random.Next(names.Length)]));
        KvBatch Batch()
        {
            var batch = new KvBatch();
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                _ = random.Next(10) switch
                {
                    0 => batch.DeleteNamespace(random.Next(4) == 0 ? "" : Path()),
                    1 => batch.AddNamespace(Path()),
                    2 or 3 or 4 => batch.Delete(Path()),
                    _ => batch.Set(Path(), $"{random.Next(100)}"),
                };
            }

            return batch;
        }

        for (int round = 0; round < 60; round++)
        {
            using KvStorage within = CheckedStorage.Wrap(new MemoryStorage());
            using KvStorage model = CheckedStorage.Wrap(new MemoryStorage());
            void CommitToBoth(KvBatch batch)
            {
                within.Commit("s", batch, default);
                Beside(() => model.Commit("s", batch, default));
            }

            for (int i = 0; i < 5; i++)
            {
                CommitToBoth(Batch());
            }

            KvTransaction.Run(() =>
            {
                for (int i = 0; i < 4; i++)
                {
                    CommitToBoth(Batch());
                    AssertEqual(within, model, [.. names.Append(""), Path(), Path()]);
                }
            }, within);
            AssertEqual(within, model, [.. names.Append("")]);
        }
    }

    private static void AssertEqual(KvStorage within, KvStorage model, string[] places)
    {
        void Compare<T>(Func<KvStorage, T> read) => Assert.Equal(Beside(() => read(model)), read(within));
        static string Show(KvItem item) => item.ToString();
        static string ShowNode(KvNode node) => $"{node.Path}{(node.IsNamespace ? "/" : "")}={node.Item?.Value}";
        Compare(storage => storage.GetStore("s", default) is null);
        foreach (string place in places)
        {
            Compare(storage => place.Length == 0 ? "" : storage.Get("s", place, default)?.Value);
            Compare(storage => storage.Scan("s", KvRange.Beneath(place), default).Select(Show).ToArray());
            Compare(storage => storage.Scan("s", new KvRange { Prefix = place, Limit = 2 }, default).Select(Show).ToArray());
            Compare(storage => storage.Scan("s", new KvRange { After = place, Limit = 3 }, default).Select(Show).ToArray());
            Compare(storage => storage.GetKeptNamespaces("s", place, default).ToArray());
            Compare(storage => storage.GetChildren("s", place, default).Select(ShowNode).ToArray());
        }
    }

    // The model is no part of the transaction: another thread asks it.
    private static T Beside<T>(Func<T> read)
    {
        T result = default!;
        InAnotherThread(() => result = read());
        return result;
    }

    private static void InAnotherThread(Action action)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        if (error is not null)
        {
            throw new InvalidOperationException($"The other thread failed: {error.Message}", error);
        }
    }

    private string? Get(string fullKey, string store = "s") => _storage.Get(store, fullKey, default)?.Value;

    private void Set(string fullKey, string value, string store = "s") => _storage.Commit(store, new KvBatch().Set(fullKey, value), default);

    private KvCommit Commit(KvBatch batch) => _storage.Commit("s", batch, default);

    private void Both(string value) => Commit(new KvBatch().Set("x", value).Set("y", value));

    private sealed class Limited(KvStorage inner) : DelegatingStorage(inner)
    {
        public override KvCapabilities Capabilities => base.Capabilities & ~KvCapabilities.Transactions;
    }

    private sealed class Failing(KvStorage inner) : DelegatingStorage(inner)
    {
        public int Commits { get; private set; }

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
        {
            Commits++;
            throw new KvException(KvError.StorageUnavailable, "The connection broke.", store) { MayBeApplied = true };
        }
    }
}
