// Watching on PostgreSQL.
using System.Globalization;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class PostgreSqlWatchTests() : DatabaseWatchTests<PostgreSqlServer>(PostgreSqlServer.WhySkipped)
{
    [Fact]
    public async Task A_waiting_watch_holds_no_transaction_and_hears_of_what_no_notification_tells()
    {
        string connection = Server.NewDatabase();
        string database = DatabaseServer.DatabaseOf(connection);
        using KvStorage storage = Server.Open(connection);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        storage.Commit("myKV", new KvBatch().Set("a", "0"), default);
        storage.SetHistoryPeriod("myKV", TimeSpan.FromHours(1), default);
        using IEnumerator<KvChange> watch = storage.Watch("myKV", "", fromRevision: null, limit.Token).GetEnumerator();
        Task<bool> next = Task.Factory.StartNew(watch.MoveNext, TaskCreationOptions.LongRunning);
        const string Listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        Assert.True(SpinWait.SpinUntil(() => Server.Query(database, Listening) == "1", TimeSpan.FromSeconds(30)));
        Assert.Equal("idle", Server.Query(database, "SELECT DISTINCT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"));

        // Without this row the commit is logged for the history alone, and notifies nobody.
        Server.Query(database, "DELETE FROM kvstore_watch");
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.True(await next);
        Assert.Equal("1", watch.Current.Value);
    }

    [Fact]
    public void An_ended_watch_gives_its_connection_back()
    {
        string connection = Server.NewDatabase();
        using KvStorage storage = Server.Open(connection);
        for (int i = 0; i < 60; i++)
        {
            using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using IEnumerator<KvChange> watch = storage.Watch("myKV", "", fromRevision: null, ending.Token).GetEnumerator();
            ending.CancelAfter(TimeSpan.FromMilliseconds(30));
            Assert.ThrowsAny<OperationCanceledException>(() => watch.MoveNext());
        }

        string sessions = Server.Query(DatabaseServer.DatabaseOf(connection), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        Assert.InRange(int.Parse(sessions, CultureInfo.InvariantCulture), 0, 4);
    }

    protected override void EndSessions(string database) =>
        Server.Query(database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
}
