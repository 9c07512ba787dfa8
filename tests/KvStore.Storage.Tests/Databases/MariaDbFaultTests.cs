// MariaDB, broken.
using Xunit;

namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbFaultTests(OwnServer<MariaDbServer> own) : DatabaseFaultTests<MariaDbServer>(own, MariaDbServer.WhySkipped)
{
    [Fact]
    public void A_server_that_takes_no_writes_is_an_error_that_says_so_and_can_be_read()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase());
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Server.Query("mysql", "SET GLOBAL read_only = ON");
        try
        {
            Assert.Equal(KvError.ReadOnly, Assert.Throws<KvException>(() => storage.Commit("myKV", new KvBatch().Set("a", "2"), default)).Error);
            Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
        }
        finally
        {
            Server.Query("mysql", "SET GLOBAL read_only = OFF");
        }
    }

    [Fact]
    public void A_server_that_stands_still_is_an_error_within_the_timeout_and_can_be_left()
    {
        using KvStorage storage = Server.Open(Server.NewDatabase(), timeout: 2, retryTime: 1);
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Server.Freeze(isStill: true);
        try
        {
            KvException e = Assert.Throws<KvException>(() => storage.Get("myKV", "a", default));
            Assert.Equal(KvError.StorageUnavailable, e.Error);
            Assert.Contains("did not answer", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Server.Freeze(isStill: false);
        }

        Assert.Equal("1", storage.Get("myKV", "a", default)?.Value);
    }
}
