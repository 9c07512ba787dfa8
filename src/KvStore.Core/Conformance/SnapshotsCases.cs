// A scan that has begun: what commits during it may do to it.
namespace KvStore.Conformance;

internal static class SnapshotsCases
{
    [ConformanceCase(Needs = KvCapabilities.Snapshots)]
    public static void A_scan_sees_one_moment_while_its_own_thread_commits(ConformanceContext c)
    {
        string[] keys = Enumerable.Range(0, 300).Select(i => $"key{i:D3}").ToArray();
        c.SetAll(keys);
        var met = new List<string>();
        foreach (KvItem item in c.Scan())
        {
            met.Add(item.FullKey);
            Expect.Equal(ConformanceContext.ValueOf(item.FullKey), item.Value, "The value of the moment");

            // Behind and before the scan's place: changed, removed, added.
            c.Commit(new KvBatch().Set(keys[^1], "changed").Delete(keys[^2]).Set(item.FullKey + "/added", "x").Delete(keys[0]));
        }

        Expect.Sequence(keys, met, "The keys of the moment");
        Expect.Equal(keys.Length - 2 + keys.Length, c.Keys().Length, "The number of keys afterwards");
    }

    [ConformanceCase(Needs = KvCapabilities.Snapshots)]
    public static void A_listing_of_children_sees_one_moment_while_its_own_thread_commits(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 50).Select(i => $"n{i:D2}/key"), "m"]);
        int met = 0;
        foreach (KvNode node in c.Storage.GetChildren(c.Store, "", c.Cancellation))
        {
            met++;
            c.Commit(new KvBatch().DeleteNamespace("n49").Set($"z{met:D2}/added", "x").Set($"n10/{met}", "x"));
        }

        Expect.Equal(51, met, "The number of children of the moment");
    }

    [ConformanceCase]
    public static void A_scan_survives_commits_of_its_own_thread(ConformanceContext c)
    {
        string[] keys = Enumerable.Range(0, 100).Select(i => $"key{i:D3}").ToArray();
        c.SetAll(keys);

        // Taken in pages by a storage without snapshots, it must still meet each item that stays throughout.
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (KvItem item in c.Scan())
        {
            met.Add(item.FullKey);
            c.Set(item.FullKey, "changed");
        }

        Expect.Sequence(keys, met.Order(KvOrder.Instance), "The keys");
    }

    [ConformanceCase(Needs = KvCapabilities.Snapshots, IsParallel = true)]
    public static void Readers_on_other_threads_see_whole_batches_only(ConformanceContext c)
    {
        const int Width = 20;
        string[] keys = Enumerable.Range(0, Width).Select(i => $"k{i:D2}").ToArray();
        void Write(int round)
        {
            var batch = new KvBatch();
            foreach (string key in keys)
            {
                batch.Set(key, $"{round}");
            }

            c.Commit(batch);
        }

        Write(0);
        bool isOver = false;
        ConformanceContext.InParallel(3, thread =>
        {
            if (thread == 0)
            {
                try
                {
                    for (int round = 1; round <= 60; round++)
                    {
                        Write(round);
                    }
                }
                finally
                {
                    Volatile.Write(ref isOver, true);
                }

                return;
            }

            while (!Volatile.Read(ref isOver))
            {
                string[] values = c.Scan().Select(item => item.Value).ToArray();
                Expect.Equal(Width, values.Length, "The number of items that a reader met");
                Expect.Equal(1, values.Distinct().Count(), "The number of batches that a reader saw parts of");
            }
        });
    }

    [ConformanceCase]
    public static void A_scan_ends_when_its_token_is_cancelled(ConformanceContext c)
    {
        c.SetAll([.. Enumerable.Range(0, 5000).Select(i => $"key{i:D4}")]);
        using var source = new CancellationTokenSource();
        int met = 0;
        Expect.Cancelled(
            () =>
            {
                foreach (KvItem item in c.Storage.Scan(c.Store, KvRange.All, source.Token))
                {
                    if (++met == 10)
                    {
                        source.Cancel();
                    }
                }
            },
            "A scan of 5,000 items that is cancelled at the tenth");
        Expect.True(met < 5000, "a scan that ends before its end");
    }
}
