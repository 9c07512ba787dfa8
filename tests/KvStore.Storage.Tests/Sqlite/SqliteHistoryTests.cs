// The past in a file: told rightly whatever was logged when, and given up when it is no longer wanted.
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteHistoryTests : SqliteTest
{
    [Fact]
    public void Every_revision_of_a_random_past_is_read_as_it_was()
    {
        KvStorage storage = Open();
        var random = new Random(Seed: 6);
        var past = new Dictionary<long, string[]>();
        bool isKept = false;
        for (int i = 0; i < 600; i++)
        {
            // The log stops and begins anew, so that states from before it must be told too.
            if (i % 97 == 13)
            {
                isKept = !isKept;
                Set(storage, "first", $"{i}");
                storage.SetHistoryPeriod(Store, isKept ? TimeSpan.MaxValue : TimeSpan.Zero, Token);
            }

            var batch = new KvBatch();
            for (int n = random.Next(4); n >= 0; n--)
            {
                string key = $"{(char)('a' + random.Next(3))}/{random.Next(5)}";
                _ = random.Next(10) switch
                {
                    0 => batch.DeleteNamespace(key[..1]),
                    1 or 2 => batch.Delete(key),
                    _ => batch.Set(key, $"{i}-{n}"),
                };
            }

            past[storage.Commit(Store, batch, Token).Revision!.Value] = Show(storage.Scan(Store, KvRange.All, Token));
            if (i % 50 == 49)
            {
                Check();
            }
        }

        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        storage.Compress(Store, TimeSpan.Zero, Token);
        Assert.Equal(0, QueryNumber("SELECT count(*) FROM change"));

        void Check()
        {
            long oldest = storage.GetStore(Store, Token)!.OldestRevision!.Value;
            foreach ((long revision, string[] items) in past.Where(moment => moment.Key >= oldest))
            {
                Assert.Equal(items, Show(storage.ScanAt(Store, KvRange.All, revision, Token)));
            }
        }
    }

    [Fact]
    public void Compressing_gives_the_space_back()
    {
        KvStorage storage = Open();
        Set(storage, "a", "1");
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        for (int i = 0; i < 50; i++)
        {
            var batch = new KvBatch();
            for (int n = 0; n < 100; n++)
            {
                batch.Set($"{n:D3}", new string((char)('a' + (i % 26)), 1000));
            }

            storage.Commit(Store, batch, Token);
        }

        Assert.Equal(0, storage.Compress(Store, keep: null, Token));
        long before = new FileInfo(Database).Length;
        Assert.Equal(4900, storage.Compress(Store, TimeSpan.Zero, Token));
        Assert.InRange(new FileInfo(Database).Length, 1, before / 5);
        Assert.Equal(101, Keys(storage).Length);
        Assert.Equal(0, storage.Compress("missing", keep: null, Token));
    }

    [Fact]
    public void Compressing_removes_what_has_expired_and_leaves_other_stores_alone()
    {
        KvStorage storage = Open();
        storage.Commit("other", new KvBatch().Set("a", "1"), Token);
        storage.SetHistoryPeriod("other", TimeSpan.MaxValue, Token);
        storage.Commit("other", new KvBatch().Set("a", "2"), Token);
        storage.Commit(Store, new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddMilliseconds(50)).Set("b", "1"), Token);
        Thread.Sleep(100);
        storage.Compress(Store, keep: null, Token);
        Assert.Equal(1, QueryNumber("SELECT count(*) FROM kv WHERE key IN ('a', 'b') AND store <> (SELECT id FROM store WHERE name = 'other')"));
        Assert.Equal(["2", "1"], storage.GetHistory("other", "a", Token).Select(change => change.Value));
    }

    [Fact]
    public void A_removed_store_leaves_nothing_of_its_past()
    {
        KvStorage storage = Open();
        Set(storage, "a", "secret");
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        Set(storage, "a", "other");
        storage.RemoveStore(Store, Token);
        Assert.Equal(0, QueryNumber("SELECT count(*) FROM change"));
    }

    private static string[] Show(IEnumerable<KvItem> items) => items.Select(item => $"{item.FullKey} = {item.Value} {item.Version} {item.CreateRevision} {item.ModRevision}").ToArray();
}
