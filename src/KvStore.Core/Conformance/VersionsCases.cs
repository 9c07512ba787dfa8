// Versions, revisions and times: how an item's history is told from a single look at it.
namespace KvStore.Conformance;

internal static class VersionsCases
{
    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void A_version_is_1_at_creation_and_grows_by_one_with_each_change(ConformanceContext c)
    {
        for (long version = 1; version <= 3; version++)
        {
            c.Set("a", "the same value each time");
            Expect.Equal(version, c.Get("a")?.Version, "The version");
        }
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void The_create_revision_stays_and_the_mod_revision_is_that_of_the_last_change(ConformanceContext c)
    {
        long? created = c.Set("a", "1").Revision;
        c.Set("b", "1");
        long? modified = c.Set("a", "2").Revision;
        KvItem item = Expect.NotNull(c.Get("a"), "The item");
        Expect.Equal(created, item.CreateRevision, "The create revision");
        Expect.Equal(modified, item.ModRevision, "The mod revision");
        Expect.True(modified > created, "a mod revision behind the create revision");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void The_revision_of_a_store_grows_by_one_with_each_commit(ConformanceContext c)
    {
        long first = Expect.NotNull((object?)c.Set("a", "1").Revision, "The revision of a commit") is long revision ? revision : 0;
        Expect.Equal(first + 1, c.Commit(new KvBatch().Set("a", "2").Set("b", "1").Set("c", "1")).Revision, "The revision of a batch of three");
        Expect.Equal(first + 2, c.Commit(new KvBatch().Delete("b").DeleteNamespace("n")).Revision, "The revision of deletes");
        Expect.Equal(first + 2, c.Describe()?.Revision, "The revision of the store");
        Expect.Equal(first + 1, c.Get("c")?.ModRevision, "The mod revision of an item left alone");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void All_items_of_a_batch_share_one_revision(ConformanceContext c)
    {
        KvCommit commit = c.Commit(new KvBatch().Set("a", "1").Set("b", "1"));
        Expect.Equal(commit.Revision, c.Get("a")?.ModRevision, "The mod revision of the first");
        Expect.Equal(commit.Revision, c.Get("b")?.ModRevision, "The mod revision of the second");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void The_outcome_of_a_commit_tells_the_items_as_they_are_read(ConformanceContext c)
    {
        c.Set("b", "old");
        KvCommit commit = c.Commit(new KvBatch().Set("b", "new").Set("a", "1"));
        Expect.Sequence(["b", "a"], commit.Items.Select(item => item.FullKey), "The keys, in the order of the sets");
        foreach (KvItem told in commit.Items)
        {
            KvItem read = Expect.NotNull(c.Get(told.FullKey), "The item");
            Expect.Equal(Describe(read), Describe(told), "The item as the commit told it");
            Expect.Equal(Describe(read), Describe(c.Scan(new KvRange { Prefix = told.FullKey }).Single()), "The item as a scan gives it");
        }
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void An_item_that_was_removed_begins_anew(ConformanceContext c)
    {
        c.Set("a", "1");
        c.Set("a", "2");
        c.SetAll("other");
        c.Commit(new KvBatch().Delete("a"));
        long? revision = c.Set("a", "3").Revision;
        KvItem item = Expect.NotNull(c.Get("a"), "The item");
        Expect.Equal(1L, item.Version, "The version");
        Expect.Equal(revision, item.CreateRevision, "The create revision");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions | KvCapabilities.NamespaceDeletes)]
    public static void An_item_that_its_own_batch_removed_first_begins_anew(ConformanceContext c)
    {
        c.SetAll("n/a", "other");
        c.SetAll("n/a");
        c.Commit(new KvBatch().DeleteNamespace("n").Set("n/a", "new"));
        Expect.Equal(1L, c.Get("n/a")?.Version, "The version");
        Expect.Equal(c.Get("n/a")?.ModRevision, c.Get("n/a")?.CreateRevision, "The create revision");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void Times_are_those_of_the_creation_and_of_the_last_change(ConformanceContext c)
    {
        // A server's clock may differ from this machine's: only the order of times is promised.
        c.Set("a", "1");
        KvItem first = Expect.NotNull(c.Get("a"), "The item");
        DateTimeOffset created = first.Created ?? throw new ConformanceException("The item has no creation time.");
        Expect.Equal(created, first.Modified, "The time of the last change of a new item");
        c.Cancellation.WaitHandle.WaitOne(millisecondsTimeout: 5);
        c.Set("a", "2");
        KvItem second = Expect.NotNull(c.Get("a"), "The item");
        Expect.Equal(created, second.Created, "The creation time of a changed item");
        Expect.True(second.Modified > created, $"a time of change ({second.Modified:O}) behind the creation ({created:O})");
        Expect.Equal(TimeSpan.Zero, created.Offset, "The offset of times from UTC");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions | KvCapabilities.Conditions)]
    public static void A_commit_whose_condition_fails_uses_up_no_revision(ConformanceContext c)
    {
        long? revision = c.Set("a", "1").Revision;
        c.Commit(new KvBatch().RequireAbsent("a").Set("b", "x"));
        Expect.Equal(revision, c.Describe()?.Revision, "The revision of the store");
        Expect.Equal(revision + 1, c.Set("a", "2").Revision, "The revision of the next commit");
    }

    [ConformanceCase(Needs = KvCapabilities.Versions)]
    public static void A_store_that_vanished_comes_back_with_revisions_that_go_on(ConformanceContext c)
    {
        c.Set("a", "1");
        long? last = c.Commit(new KvBatch().Delete("a")).Revision;
        Expect.Null(c.Describe(), "The store without items");
        Expect.True(c.Set("a", "2").Revision > last, $"a revision behind {last}, the last before the store vanished");
        c.Storage.RemoveStore(c.Store, c.Cancellation);
        Expect.True(c.Set("a", "3").Revision > last + 1, $"a revision behind {last + 1}, the last before the store was removed");
    }

    [ConformanceCase(Lacks = KvCapabilities.Versions)]
    public static void A_storage_without_versions_makes_none_up(ConformanceContext c)
    {
        c.Set("a", "1");
        KvItem item = Expect.NotNull(c.Get("a"), "The item");
        Expect.True(item.Version is null && item.CreateRevision is null && item.ModRevision is null, "an item without versions and revisions");
    }

    private static string Describe(KvItem item) =>
        $"{item.Store} {item} v{item.Version} c{item.CreateRevision} m{item.ModRevision} {item.Created:O} {item.Modified:O} {item.Expires:O}";
}
