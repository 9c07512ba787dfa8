// KvStore as its users reach it: with the checks before the storage.
namespace KvStore.Benchmarks;

/// <summary>A storage of KvStore.</summary>
internal sealed class StorageContender(KvStorage storage, BenchmarkData data) : IContender
{
    public const string Store = "myKV";

    /// <summary>The storage with its checks.</summary>
    public KvStorage Storage { get; } = CheckedStorage.Wrap(storage);

    public double Get(int first, int count) => Watch.Time(() =>
    {
        int found = 0;
        for (int i = first; i < first + count; i++)
        {
            found += Storage.Get(Store, data.Shuffled[i], default) is { Value.Length: BenchmarkData.ValueSize } ? 1 : 0;
        }

        Watch.Expect(count, found);
    });

    public double Put(int first, int count, int turn)
    {
        string[] values = [.. Enumerable.Range(0, count).Select(i => data.GetValue(i, turn))];
        return Watch.Time(() =>
        {
            for (int i = 0; i < count; i++)
            {
                Storage.Commit(Store, new KvBatch().Set(data.Shuffled[first + i], values[i]), default).ThrowIfFailed();
            }
        });
    }

    public double Load(int first, int count, int turn)
    {
        (string, string)[] items = [.. Enumerable.Range(0, count).Select(i => (data.Shuffled[first + i], data.GetValue(i, turn)))];
        return Watch.Time(() => Storage.Load(BenchmarkData.Entries(Store, items), KvLoadMode.Merge, default));
    }

    public double Scan() => Watch.Time(() => Watch.Expect(data.Keys.Length, Storage.Scan(Store, new KvRange { Prefix = "hosts/" }, default).Count(item => item.Value.Length == BenchmarkData.ValueSize)));

    public void Clear() => Storage.RemoveStore(Store, default);

    public void Dispose() => Storage.Dispose();
}
