// Watching: each change once, in order, whoever makes it.
namespace KvStore.Conformance;

internal static class WatchCases
{
    // A fault must end a case that waits for what never comes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void A_watch_begins_with_its_call_and_gives_each_change_once_in_order(ConformanceContext c)
    {
        c.Set("before", "0");
        using var watch = new Watching(c);
        c.Set("a", "1");
        c.Set("a", "2");
        c.Commit(new KvBatch().Set("c", "3").Set("b", "3").Delete("before"));
        Expect.Sequence(["Set a = 1", "Set a = 2", "Set b = 3", "Deleted before", "Set c = 3"], watch.Show(5), "The changes");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching | KvCapabilities.Versions)]
    public static void A_change_carries_the_revision_of_its_commit_and_the_item_as_it_became(ConformanceContext c)
    {
        using var watch = new Watching(c);
        KvCommit first = c.Set("a", "1");
        KvCommit second = c.Set("a", "2");
        KvCommit third = c.Commit(new KvBatch().Delete("a"));
        KvChange[] changes = watch.Take(3);
        Expect.Sequence([$"{first.Revision}", $"{second.Revision}", $"{third.Revision}"], changes.Select(change => $"{change.Revision}"), "The revisions");
        Expect.Equal(2L, changes[1].Version, "The version of the second change");
        Expect.Equal(second.Items[0].Modified, changes[1].Item?.Modified, "When the second change was made");
        Expect.Null(changes[2].Item, "The item of a delete");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void A_store_that_is_not_there_yet_is_waited_for_and_does_not_show(ConformanceContext c)
    {
        using var watch = new Watching(c);
        Expect.Null(c.Describe(), "A store that is only watched");
        c.Set("a", "1");
        Expect.Sequence(["Set a = 1"], watch.Show(1), "The changes");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void A_watch_of_a_namespace_gives_what_lies_beneath_alone(ConformanceContext c)
    {
        using var watch = new Watching(c, "n/a");
        c.SetAll("n", "n/a", "n/ab", "n/a/x", "n/a/y/z", "n/b");
        c.Commit(new KvBatch().Delete("n/a").Delete("n/a/x"));
        Expect.Sequence(
            ["Set n/a/x = value of n/a/x", "Set n/a/y/z = value of n/a/y/z", "Deleted n/a/x"],
            watch.Show(3),
            "The changes");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void A_deleted_namespace_is_a_change_of_each_item_beneath(ConformanceContext c)
    {
        c.SetAll("n", "n/a", "n/b/c", "o");
        using var watch = new Watching(c);
        c.Commit(new KvBatch().DeleteNamespace("n").Set("n/b/c", "anew"));
        Expect.Sequence(["Deleted n/a", "Set n/b/c = anew"], watch.Show(2), "The changes of a deleted namespace");
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        Expect.Sequence(["Deleted n", "Deleted n/b/c", "Deleted o"], watch.Show(3), "The changes of a removed store");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void Deleting_what_is_not_there_is_no_change(ConformanceContext c)
    {
        c.Set("a", "1");
        using var watch = new Watching(c);
        c.Commit(new KvBatch().Delete("missing").DeleteNamespace("missing"));
        c.Set("b", "2");
        Expect.Sequence(["Set b = 2"], watch.Show(1), "The changes");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching | KvCapabilities.Loading)]
    public static void What_is_loaded_is_watched(ConformanceContext c)
    {
        c.SetAll("a", "b");
        using var watch = new Watching(c);
        c.Load(KvLoadMode.Merge, new KvStoreEntry(c.Store), ConformanceContext.Item("b", "new"), ConformanceContext.Item("c", "new"));
        Expect.Sequence(["Set b = new", "Set c = new"], watch.Show(2), "The changes of a merge");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching | KvCapabilities.Expiry)]
    public static void An_item_whose_time_is_up_is_a_change_even_if_nobody_writes(ConformanceContext c)
    {
        using var watch = new Watching(c);
        c.Commit(new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddSeconds(1)));
        KvChange[] changes = watch.Take(2);
        Expect.Equal(KvChangeKind.Set, changes[0].Kind, "The first change");
        Expect.Equal(KvChangeKind.Expired, changes[1].Kind, "The second change");
        Expect.Equal("a", changes[1].FullKey, "The key of the second change");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching | KvCapabilities.History | KvCapabilities.Versions)]
    public static void A_watch_from_a_kept_revision_gives_what_came_since(ConformanceContext c)
    {
        c.Set("a", "1");
        HistoryCases.Keep(c);
        long from = c.Set("a", "2").Revision!.Value;
        c.Set("b", "3");
        using var watch = new Watching(c, fromRevision: from);
        c.Set("c", "4");
        Expect.Sequence(["Set a = 2", "Set b = 3", "Set c = 4"], watch.Show(3), "The changes");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching)]
    public static void A_watch_ends_when_it_is_cancelled(ConformanceContext c)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(c.Cancellation);
        IEnumerable<KvChange> watch = c.Storage.Watch(c.Store, "", fromRevision: null, ending.Token);
        c.Set("a", "1");
        using IEnumerator<KvChange> changes = watch.GetEnumerator();
        Expect.True(changes.MoveNext(), "a first change");
        ending.CancelAfter(TimeSpan.FromMilliseconds(50));
        try
        {
            changes.MoveNext();
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new ConformanceException("A watch that was cancelled did not end with OperationCanceledException.");
    }

    [ConformanceCase(Needs = KvCapabilities.Watching, IsParallel = true)]
    public static void Two_watches_see_all_changes_of_four_writers_once_and_in_order(ConformanceContext c)
    {
        const int Writers = 4;
        const int Changes = 25;
        using var first = new Watching(c);
        using var second = new Watching(c);
        Watching[] watches = [first, second];
        var seen = new KvChange[watches.Length][];
        ConformanceContext.InParallel(Writers + watches.Length, i =>
        {
            if (i >= Writers)
            {
                seen[i - Writers] = watches[i - Writers].Take(Writers * Changes);
                return;
            }

            for (int n = 0; n < Changes; n++)
            {
                c.Set($"w{i}", $"{n}");
            }
        });
        Expect.Sequence(seen[0].Select(Describe), seen[1].Select(Describe), "What the second watch saw, against the first");
        for (int i = 0; i < Writers; i++)
        {
            Expect.Sequence(
                Enumerable.Range(0, Changes).Select(n => $"{n}"),
                seen[0].Where(change => change.FullKey == $"w{i}").Select(change => change.Value!),
                "The changes of one writer");
        }
    }

    [ConformanceCase(Lacks = KvCapabilities.Watching)]
    public static void A_storage_that_cannot_be_watched_says_so(ConformanceContext c) =>
        Expect.Error(KvError.NotSupported, () => c.Storage.Watch(c.Store, "", fromRevision: null, c.Cancellation), "A watch");

    private static string Describe(KvChange change) =>
        change.Item is null ? $"{change.Kind} {change.FullKey}" : $"{change.Kind} {change.FullKey} = {change.Value}";

    /// <summary>A watch that is read bit by bit, and gives up when nothing comes.</summary>
    private sealed class Watching : IDisposable
    {
        private readonly CancellationTokenSource _limit;
        private readonly IEnumerator<KvChange> _changes;

        public Watching(ConformanceContext c, string namespacePath = "", long? fromRevision = null)
        {
            _limit = CancellationTokenSource.CreateLinkedTokenSource(c.Cancellation);
            _limit.CancelAfter(Patience);
            _changes = c.Storage.Watch(c.Store, namespacePath, fromRevision, _limit.Token).GetEnumerator();
        }

        public KvChange[] Take(int count)
        {
            var taken = new List<KvChange>();
            try
            {
                while (taken.Count < count && _changes.MoveNext())
                {
                    taken.Add(_changes.Current);
                }
            }
            catch (OperationCanceledException e) when (_limit.IsCancellationRequested)
            {
                throw new ConformanceException(
                    $"Of {count} changes {taken.Count} came within {Patience.TotalSeconds} s: {string.Join("; ", taken.Select(Describe))}.", e);
            }

            return [.. taken];
        }

        public string[] Show(int count) => [.. Take(count).Select(Describe)];

        public void Dispose()
        {
            _limit.Cancel();
            _changes.Dispose();
            _limit.Dispose();
        }
    }
}
