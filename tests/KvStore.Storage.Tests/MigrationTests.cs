// The journey through every engine: what leaves a file comes back to a file byte for byte.
using KvStore.Storage.Tests.Databases;
using KvStore.Storage.Tests.Etcd;
using KvStore.Storage.Tests.Linstor;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class MigrationTests
{
    private const string Store = "Journey";
    private const int Items = 10_000;
    private const int Namespaces = 50;

    [Fact]
    public void Ten_thousand_items_travel_through_every_storage_and_come_back_byte_for_byte()
    {
        StorageFixture[] journey = [new SqliteFileFixture(), new PostgreSqlFixture(), new EtcdFixture(), new LinstorFixture(), new MariaDbFixture(), new MemoryFixture(), new SqliteFileFixture()];
        try
        {
            if (journey.Select(stop => stop.WhySkipped).FirstOrDefault(reason => reason is not null) is { } reason)
            {
                Assert.Skip(reason);
            }

            journey[0].Storage.Load(MakeItems(), KvLoadMode.Replace, TestContext.Current.CancellationToken);
            byte[] departed = Export(journey[0].Storage);
            for (int i = 1; i < journey.Length; i++)
            {
                var copy = new KvCopy(journey[i - 1].Storage, journey[i].Storage, TestContext.Current.CancellationToken);
                Assert.Equal((Items, Items), (copy.CopyStore(Store).Items, Items));
                Assert.Equal(0, copy.CopyStore(Store).Written);
                Assert.True(departed.AsSpan().SequenceEqual(Export(journey[i].Storage)), $"What arrived in {journey[i].Storage.Description} differs.");
            }
        }
        finally
        {
            foreach (StorageFixture stop in journey.Where(stop => stop.WhySkipped is null))
            {
                stop.Storage.RemoveStore(Store, CancellationToken.None);
                stop.Dispose();
            }
        }
    }

    private static IEnumerable<KvEntry> MakeItems()
    {
        string[] alphabets = ["plain", "über/straße", "日本語", "e\u0301 é", "😀/🧭", "quo'te \"d\"", "back\\slash %_*?[x]"];
        yield return new KvStoreEntry(Store);
        for (int i = 0; i < Items; i++)
        {
            string text = alphabets[i % alphabets.Length];
            yield return new KvItemEntry(new KvSet($"ns{i % Namespaces:d2} {alphabets[i % Namespaces % alphabets.Length]}/{text}/k{i:d5}", $"{text}\r\n\tvalue {i}\n{new string('v', i % 200)}"));
        }
    }

    private static byte[] Export(KvStorage storage)
    {
        using var output = new MemoryStream();
        KvDocumentWriter.Write(output, storage, [storage.GetStore(Store, default)!], default);
        return output.ToArray();
    }
}
