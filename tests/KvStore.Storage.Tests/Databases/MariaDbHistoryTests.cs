// The past on MariaDB.
using KvStore.Storage.MySql;
using KvStore.Storage.MySql.Client;
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbHistoryTests() : DatabaseHistoryTests<MariaDbServer>(MariaDbServer.WhySkipped)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_database_of_the_first_version_keeps_what_it_holds_and_has_a_past_from_then_on(bool brokeOff)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string connection = Server.NewDatabase();
        var settings = MySqlSettings.Create(connection, user: null, password: null, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1));
        using (var old = new Connection(settings, TimeSpan.FromSeconds(15)))
        {
            new Schema(Schema.Version1).Migrate(old, settings);
        }

        Server.Query(
            DatabaseServer.DatabaseOf(connection),
            """
            INSERT INTO kvstore_store (name, revision, maximum_key_size, maximum_value_size, kept, item_count) VALUES ('myKV', 7, 510, 4096, FALSE, 1);
            INSERT INTO kvstore_item VALUES (1, 'a', 'old', 2, 3, 7, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), NULL)
            """);
        if (brokeOff)
        {
            Server.Query(DatabaseServer.DatabaseOf(connection), "ALTER TABLE kvstore_store ADD COLUMN history_period BIGINT NOT NULL DEFAULT 0, ADD COLUMN log_start BIGINT NOT NULL DEFAULT 0");
        }

        using KvStorage storage = Server.Open(connection);
        KvStoreInfo info = storage.GetStore("myKV", cancellation)!;
        Assert.Equal((7, 7, TimeSpan.Zero), (info.Revision!.Value, info.OldestRevision!.Value, info.HistoryPeriod!.Value));
        Assert.Equal(KvError.RevisionGone, Assert.Throws<KvException>(() => storage.ScanAt("myKV", KvRange.All, 6, cancellation).ToArray()).Error);
        storage.SetHistoryPeriod("myKV", TimeSpan.MaxValue, cancellation);
        storage.Commit("myKV", new KvBatch().Set("a", "new"), cancellation);
        Assert.Equal("old", Assert.Single(storage.ScanAt("myKV", KvRange.All, 7, cancellation)).Value);
        Assert.Equal(["new", "old"], storage.GetHistory("myKV", "a", cancellation).Select(change => change.Value));
    }
}
