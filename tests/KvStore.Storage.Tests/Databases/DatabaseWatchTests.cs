// A watch outlives its connections, and is no burden to the server while nothing happens.
using Xunit;

namespace KvStore.Storage.Tests.Databases;

/// <summary>Cases over a server that stays alive, shared with other classes.</summary>
public abstract class DatabaseWatchTests<TServer>
    where TServer : DatabaseServer, new()
{
    private const string Store = "myKV";

    protected DatabaseWatchTests(string? whySkipped) => Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");

    protected static TServer Server => SharedServers.Get<TServer>();

    [Fact]
    public async Task Changes_of_three_writers_are_seen_once_and_in_order_while_all_sessions_are_ended_again_and_again()
    {
        const int Writers = 3;
        const int Each = 100;
        string connection = Server.NewDatabase();
        string database = DatabaseServer.DatabaseOf(connection);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using KvStorage watching = Server.Open(connection, retryTime: 60);
        using IEnumerator<KvChange> watch = watching.Watch(Store, "", fromRevision: null, limit.Token).GetEnumerator();
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                using KvStorage storage = Server.Open(connection, retryTime: 60);
                for (int i = 0; i < Each; i++)
                {
                    storage.Commit(Store, new KvBatch().Set($"w{writer}/b", $"{i}").Set($"w{writer}/a", $"{i}"), limit.Token);
                }
            },
            TaskCreationOptions.LongRunning))];
        int ended = 0;
        Task ending = Task.Factory.StartNew(
            () =>
            {
                while (!Task.WaitAll(writing, TimeSpan.FromMilliseconds(200)))
                {
                    EndSessions(database);
                    ended++;
                }
            },
            TaskCreationOptions.LongRunning);

        var changes = new List<KvChange>();
        while (changes.Count < Writers * Each * 2 && watch.MoveNext())
        {
            changes.Add(watch.Current);
        }

        await ending;
        Assert.True(ended > 0, "No session was ended.");
        Assert.Equal(Enumerable.Range(1, Writers * Each).SelectMany(revision => new long[] { revision, revision }), changes.Select(change => change.Revision));
        for (int writer = 0; writer < Writers; writer++)
        {
            Assert.Equal(
                Enumerable.Range(0, Each).SelectMany(i => new[] { $"w{writer}/a = {i}", $"w{writer}/b = {i}" }),
                changes.Where(change => change.FullKey.StartsWith($"w{writer}/", StringComparison.Ordinal)).Select(change => $"{change.FullKey} = {change.Value}"));
        }
    }

    [Fact]
    public void A_commit_larger_than_a_page_is_given_whole_and_in_key_order()
    {
        const int Items = 5000;
        using KvStorage storage = Server.Open(Server.NewDatabase());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using IEnumerator<KvChange> watch = storage.Watch(Store, "n", fromRevision: null, limit.Token).GetEnumerator();
        var batch = new KvBatch();
        for (int i = 0; i < Items; i++)
        {
            batch.Set($"n/k{i:0000}", $"{i}").Set($"other/k{i:0000}", "x");
        }

        storage.Commit(Store, batch, default);
        storage.RemoveStore(Store, default);
        var changes = new List<string>();
        while (changes.Count < 2 * Items && watch.MoveNext())
        {
            changes.Add($"{watch.Current.Kind} {watch.Current.FullKey}");
        }

        Assert.Equal(
            Enumerable.Range(0, Items).Select(i => $"Set n/k{i:0000}").Concat(Enumerable.Range(0, Items).Select(i => $"Deleted n/k{i:0000}")),
            changes);
    }

    [Fact]
    public void A_watch_that_was_not_read_for_so_long_that_changes_were_not_logged_says_so()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        storage.Commit(Store, new KvBatch().Set("a", "0"), default);
        using IEnumerator<KvChange> watch = storage.Watch(Store, "", fromRevision: null, limit.Token).GetEnumerator();
        storage.Commit(Store, new KvBatch().Set("a", "1"), default);
        Server.Query(DatabaseServer.DatabaseOf(connection), "DELETE FROM kvstore_watch");
        storage.Commit(Store, new KvBatch().Set("a", "2"), default);
        KvException e = Assert.Throws<KvException>(() => watch.MoveNext());
        Assert.Equal(KvError.RevisionGone, e.Error);
        Assert.Contains("revision 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_watches_that_see_an_item_expire_make_one_commit_of_it()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        using KvStorage other = Server.Open(connection);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        IEnumerator<KvChange>[] watches = [.. new[] { storage, other }.Select(watched => watched.Watch(Store, "", fromRevision: null, limit.Token).GetEnumerator())];
        storage.Commit(Store, new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddMilliseconds(300)).Set("b", "1"), default);
        string[][] seen = new string[2][];
        Parallel.For(0, 2, i =>
        {
            var changes = new List<string>();
            while (changes.Count < 3 && watches[i].MoveNext())
            {
                changes.Add($"{watches[i].Current.Revision} {watches[i].Current.Kind} {watches[i].Current.FullKey}");
            }

            seen[i] = [.. changes];
        });
        Assert.All(seen, changes => Assert.Equal(["1 Set a", "1 Set b", "2 Expired a"], changes));
        Assert.Equal(2, storage.GetStore(Store, default)!.Revision);
        Array.ForEach(watches, watch => watch.Dispose());
    }

    /// <summary>Ends all sessions that use a database.</summary>
    protected abstract void EndSessions(string database);
}
