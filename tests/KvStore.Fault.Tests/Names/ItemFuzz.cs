// Whatever is written: it is read back exactly as it was, or was refused with an error of the contract and left no trace.
namespace KvStore.Fault.Tests;

/// <summary>Random keys, namespaces and values over one storage.</summary>
/// <param name="fixture">The storage.</param>
/// <param name="brief">The number of items in the short form.</param>
public abstract class ItemFuzz<TFixture>(TFixture fixture, int brief) : IClassFixture<TFixture>
    where TFixture : StorageFixture
{
    private const string Store = "fuzz";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Any_item_is_stored_and_read_back_exactly_or_refused()
    {
        Assert.SkipWhen(fixture.WhySkipped is not null, fixture.WhySkipped ?? "");
        KvStorage storage = CheckedStorage.Wrap(fixture.Storage);
        var text = new HardText(FaultRun.NewRandom(test: typeof(TFixture).Name));
        var refused = new SortedDictionary<KvError, int>();
        var expected = new SortedDictionary<string, string>(KvOrder.Instance);
        int count = FaultRun.Times(brief, brief * 20);
        for (int i = 0; i < count; i++)
        {
            (string namespaceName, string key, string value) = (text.Next(), text.Next(), text.Next());
            if (i % 5000 == 7)
            {
                value = text.NextHuge();
            }
            else if (i % 5000 == 9)
            {
                key = text.NextHuge();
            }

            Try($"Item {i}: namespace '{HardText.Show(namespaceName)}', key '{HardText.Show(key)}', value '{HardText.Show(value)}'", refused, () =>
            {
                var dictionary = new KvDictionary(storage, Store, namespaceName, Token);
                dictionary[key] = value;
                Assert.Equal(value, dictionary[key]);
                string fullKey = KvPath.Join(KvPath.Normalize(namespaceName), KvPath.NormalizeKey(key));
                Assert.Equal(fullKey, storage.Get(Store, fullKey, Token)?.FullKey);
                expected[fullKey] = value;
            });
            if (i % 2000 == 1999 || i == count - 1)
            {
                Assert.Equal(expected.Select(item => (item.Key, item.Value)), storage.Scan(Store, KvRange.All, Token).Select(item => (item.FullKey, item.Value)));
                storage.RemoveStore(Store, Token);
                expected.Clear();
            }
        }

        FaultRun.Tell($"{count} items: {count - refused.Values.Sum()} stored; refused were {string.Join(", ", refused.Select(error => $"{error.Value} {error.Key}"))}.");
    }

    [Fact]
    public void Huge_values_are_stored_and_read_back_exactly_or_refused()
    {
        Assert.SkipWhen(fixture.WhySkipped is not null, fixture.WhySkipped ?? "");
        KvStorage storage = CheckedStorage.Wrap(fixture.Storage);
        Assert.SkipUnless(storage.Capabilities.HasFlag(KvCapabilities.EmptyStores | KvCapabilities.StoreLimits), "The storage has no limits for each store.");
        var refused = new SortedDictionary<KvError, int>();
        storage.CreateStore("huge", storage.Limits, Token);
        foreach (string value in new[] { new string('x', 10 * 1024 * 1024), "😀"[..1], string.Concat(Enumerable.Repeat("é\n\"", 2_500_000)) })
        {
            Try(HardText.Show(value), refused, () =>
            {
                storage.Commit("huge", new KvBatch().Set("key", value), Token);
                Assert.Equal(value, storage.Get("huge", "key", Token)?.Value);
                Assert.Equal(value, storage.Scan("huge", KvRange.All, Token).Single().Value);
            });
        }

        storage.RemoveStore("huge", Token);
    }

    private static void Try(string what, SortedDictionary<KvError, int> refused, Action action)
    {
        try
        {
            action();
        }
        catch (KvException e)
        {
            refused[e.Error] = refused.GetValueOrDefault(e.Error) + 1;
            Assert.True(e.Error is not (KvError.StorageUnavailable or KvError.StorageDamaged or KvError.StorageBusy), $"{what}: {e}");
            Assert.True(e.Message.Length < 2000, $"{what}: the message is {e.Message.Length} characters.");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }
    }
}

public sealed class MemoryFuzz(MemoryFixture fixture) : ItemFuzz<MemoryFixture>(fixture, brief: 36_000);

public sealed class SqliteMemoryFuzz(SqliteMemoryFixture fixture) : ItemFuzz<SqliteMemoryFixture>(fixture, brief: 24_000);

public sealed class SqliteFileFuzz(SqliteFileFixture fixture) : ItemFuzz<SqliteFileFixture>(fixture, brief: 400);

public sealed class PostgreSqlFuzz(PostgreSqlFixture fixture) : ItemFuzz<PostgreSqlFixture>(fixture, brief: 400);

public sealed class MariaDbFuzz(MariaDbFixture fixture) : ItemFuzz<MariaDbFixture>(fixture, brief: 400);

public sealed class EtcdFuzz(EtcdFixture fixture) : ItemFuzz<EtcdFixture>(fixture, brief: 400);

public sealed class LinstorFuzz(LinstorFixture fixture) : ItemFuzz<LinstorFixture>(fixture, brief: 400);
