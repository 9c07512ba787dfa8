// The log of changes is kept only while somebody wants it, and is cut from behind: whatever the order of all that, what is
// still kept must be read exactly as it was.
using Xunit;

namespace KvStore.Storage.Tests.Databases;

/// <summary>Cases over a server that stays alive, shared with other classes.</summary>
public abstract class DatabaseHistoryTests<TServer>
    where TServer : DatabaseServer, new()
{
    private const string Store = "myKV";

    protected DatabaseHistoryTests(string? whySkipped) => Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");

    protected static TServer Server => SharedServers.Get<TServer>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_revision_that_is_kept_is_read_as_it_was_through_seeded_random_changes(int seed)
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        var random = new Random(seed);
        var states = new Dictionary<long, SortedDictionary<string, string>> { [0] = new(StringComparer.Ordinal) };
        int readable = 0;
        for (int step = 1; step <= 150; step++)
        {
            Change(storage, random, states, $"{step}");
            if (step % 10 == 0 && storage.GetStore(Store, default) is { } info)
            {
                Assert.Equal(states.Keys.Max(), info.Revision);
                for (long revision = info.OldestRevision!.Value; revision <= info.Revision; revision++)
                {
                    Assert.Equal(
                        states[revision].Select(item => $"{revision}: {item.Key} = {item.Value}"),
                        storage.ScanAt(Store, KvRange.All, revision, default).Select(item => $"{revision}: {item.FullKey} = {item.Value}"));
                    readable++;
                }
            }
        }

        Assert.True(readable > 50, $"Only {readable} past revisions were read.");
    }

    [Fact]
    public void A_long_past_is_read_page_by_page_and_forgotten_in_portions_that_leave_the_rest_as_it_was()
    {
        const int Items = 3000;
        using KvStorage storage = Server.Open(Server.NewDatabase());
        storage.Commit(Store, All(Items, "1"), default);
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, default);
        for (int i = 2; i <= 5; i++)
        {
            storage.Commit(Store, All(Items, $"{i}"), default);
        }

        storage.Commit(Store, new KvBatch().DeleteNamespace(""), default);
        for (int revision = 1; revision <= 5; revision++)
        {
            KvItem[] items = [.. storage.ScanAt(Store, KvRange.All, revision, default)];
            Assert.Equal(Items, items.Length);
            Assert.All(items, item => Assert.Equal((item.FullKey, $"{revision}", revision), (item.FullKey, item.Value, item.ModRevision)));
        }

        Assert.Equal(5 * Items, storage.Compress(Store, TimeSpan.Zero, default));
        Assert.Equal(KvError.RevisionGone, Assert.Throws<KvException>(() => storage.ScanAt(Store, KvRange.All, 5, default).ToArray()).Error);
        Assert.Empty(storage.ScanAt(Store, KvRange.All, 6, default));
        Assert.Equal("0", Server.Query(DatabaseServer.DatabaseOf(ConnectionOf(storage)), "SELECT count(*) FROM kvstore_change"));
    }

    [Fact]
    public void A_store_whose_past_nobody_wants_logs_nothing()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        for (int i = 0; i < 10; i++)
        {
            storage.Commit(Store, new KvBatch().Set("a", $"{i}").Set($"b{i}", "x").Delete($"b{i - 1}"), default);
        }

        Assert.Equal("0", Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT count(*) FROM kvstore_change"));
        Assert.Equal((10L, 10L), (storage.GetStore(Store, default)!.Revision!.Value, storage.GetStore(Store, default)!.OldestRevision!.Value));
    }

    [Fact]
    public void A_past_that_is_older_than_its_period_goes_by_itself_while_the_store_is_written()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        storage.Commit(Store, new KvBatch().Set("first", "x"), default);
        storage.SetHistoryPeriod(Store, TimeSpan.FromMilliseconds(1), default);
        for (int i = 0; i < 200; i++)
        {
            storage.Commit(Store, new KvBatch().Set("a", $"{i}"), default);
        }

        long rows = long.Parse(Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT count(*) FROM kvstore_change"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(rows, 1, 50);
        KvStoreInfo info = storage.GetStore(Store, default)!;
        Assert.InRange(info.OldestRevision!.Value, 150, 201);
        Assert.Equal(["a", "first"], storage.ScanAt(Store, KvRange.All, info.OldestRevision.Value, default).Select(item => item.FullKey));
    }

    [Fact]
    public void A_commit_too_large_to_be_forgotten_by_small_ones_goes_with_the_next_load()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection, timeout: 120);
        storage.Commit(Store, new KvBatch().Set("first", "x"), default);
        storage.SetHistoryPeriod(Store, TimeSpan.FromMilliseconds(1), default);
        storage.Load([new KvStoreEntry(Store), .. Enumerable.Range(0, 21_000).Select(i => new KvItemEntry(new KvSet($"k{i}", "x")))], KvLoadMode.Merge, default);
        for (int i = 0; i < 20; i++)
        {
            storage.Commit(Store, new KvBatch().Set("a", $"{i}"), default);
        }

        Assert.Equal(1, storage.GetStore(Store, default)!.OldestRevision);
        Assert.Equal(["first"], storage.ScanAt(Store, KvRange.All, 1, default).Select(item => item.FullKey));
        storage.Load([new KvStoreEntry(Store), new KvItemEntry(new KvSet("b", "x"))], KvLoadMode.Merge, default);
        Assert.Equal(22, storage.GetStore(Store, default)!.OldestRevision);
        Assert.Equal("19", storage.ScanAt(Store, new KvRange { Prefix = "a" }, 22, default).Single().Value);
    }

    [Fact]
    public void Compressing_forgets_nothing_that_a_watch_still_needs()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        storage.Commit(Store, new KvBatch().Set("a", "0"), default);
        using IEnumerator<KvChange> watch = storage.Watch(Store, "", fromRevision: null, ending.Token).GetEnumerator();
        storage.Commit(Store, new KvBatch().Set("a", "1"), default);
        storage.Commit(Store, new KvBatch().Set("a", "2"), default);
        Assert.Equal(0, storage.Compress(Store, TimeSpan.Zero, default));
        Assert.True(watch.MoveNext());
        Assert.Equal("1", watch.Current.Value);
        Assert.True(watch.MoveNext());
        Assert.Equal("2", watch.Current.Value);
    }

    [Fact]
    public void A_backup_is_the_server_s_affair_which_the_refusal_says()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        KvException backup = Assert.Throws<KvException>(() => storage.Backup("x", progress: null, default));
        KvException restore = Assert.Throws<KvException>(() => storage.Restore("x", progress: null, default));
        Assert.Equal((KvError.NotSupported, KvError.NotSupported), (backup.Error, restore.Error));
        Assert.Contains("dump", backup.Message, StringComparison.Ordinal);
    }

    private static void Change(KvStorage storage, Random random, Dictionary<long, SortedDictionary<string, string>> states, string value)
    {
        var state = new SortedDictionary<string, string>(states[states.Keys.Max()], StringComparer.Ordinal);
        string RandomKey() => $"n{random.Next(3)}/k{random.Next(4)}";
        switch (random.Next(12))
        {
            case 0:
                if (storage.GetStore(Store, default) is not null)
                {
                    storage.SetHistoryPeriod(Store, random.Next(2) == 0 ? TimeSpan.FromHours(random.Next(2)) : TimeSpan.MaxValue, default);
                }

                return;
            case 1:
                storage.Compress(Store, random.Next(4) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(random.Next(100)), default);
                return;
            case 2:
                string gone = $"n{random.Next(3)}";
                storage.Commit(Store, new KvBatch().DeleteNamespace(gone).Set($"{gone}/k0", value), default);
                state.Keys.Where(key => key.StartsWith(gone + "/", StringComparison.Ordinal)).ToList().ForEach(key => state.Remove(key));
                state[$"{gone}/k0"] = value;
                break;
            case 3:
                string[] loaded = [.. Enumerable.Range(0, 3).Select(_ => RandomKey())];
                KvLoadMode mode = random.Next(3) == 0 ? KvLoadMode.Replace : KvLoadMode.Merge;
                storage.Load([new KvStoreEntry(Store), .. loaded.Select(key => new KvItemEntry(new KvSet(key, value)))], mode, default);
                if (mode == KvLoadMode.Replace)
                {
                    state.Clear();
                }

                Array.ForEach(loaded, key => state[key] = value);
                break;
            default:
                var batch = new KvBatch();
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    string key = RandomKey();
                    if (random.Next(3) == 0)
                    {
                        batch.Delete(key);
                        state.Remove(key);
                    }
                    else
                    {
                        batch.Set(key, value);
                        state[key] = value;
                    }
                }

                storage.Commit(Store, batch, default);
                break;
        }

        states.Add(states.Keys.Max() + 1, state);
    }

    private static KvBatch All(int items, string value)
    {
        var batch = new KvBatch();
        for (int i = 0; i < items; i++)
        {
            batch.Set($"k{i:00000}", value);
        }

        return batch;
    }

    private static string ConnectionOf(KvStorage storage) => storage.Description.TrimEnd(')');
}
