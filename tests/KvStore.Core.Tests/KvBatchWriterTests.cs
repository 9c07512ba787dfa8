// Batches of a stream of writes: as large as is good for speed, and never larger than the storage commits for sure.
namespace KvStore.Core.Tests;

public sealed class KvBatchWriterTests
{
    [Fact]
    public void Batches_keep_to_the_size_that_the_storage_commits_for_sure()
    {
        using var storage = new SmallBatchStorage();
        var writer = new KvBatchWriter(storage, "myKV", default);

        // Two bytes a character: the size is that of UTF-8. The third is larger than a batch may be and goes alone.
        writer.Set("a", new string('é', 40));
        writer.Set("b", new string('é', 8));
        writer.Set("c", new string('v', 200));
        writer.Set("d", "v");
        writer.Flush();
        Assert.Equal([2, 1, 1], storage.Counts);
        Assert.Equal(4, storage.Scan("myKV", KvRange.All, default).Count());
    }

    private sealed class SmallBatchStorage() : DelegatingStorage(new MemoryStorage())
    {
        public List<int> Counts { get; } = [];

        public override long MaximumBatchSize => 100;

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
        {
            Counts.Add(batch.Count);
            return base.Commit(store, batch, cancellation);
        }
    }
}
