// Listing a namespace must cost what it holds, not what its store holds.
using BenchmarkDotNet.Attributes;
using KvStore.Storage.Sqlite;

namespace KvStore.Benchmarks;

/// <summary>Lists one namespace of 100 items in stores of 1,000 and of 1,000,000: the ratio of the two is what counts.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ListingBenchmark
{
    private const int ChildrenPerNamespace = 100;
    private readonly string _folder = Directory.CreateTempSubdirectory("kvstore-benchmark-").FullName;
    private KvStorage _storage = null!;
    private string _namespacePath = "";

    /// <summary>The number of items in the store.</summary>
    [Params(1_000, 1_000_000)]
    public int Items { get; set; }

    /// <summary>Fills the store.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _storage = CheckedStorage.Wrap(new SqliteStorage($"sqlite:///{_folder}/{Items}.db"));
        _storage.Load(MakeEntries(), KvLoadMode.Replace, default);
        _namespacePath = GetNamespace(Items / ChildrenPerNamespace / 2);
    }

    /// <summary>Removes the store.</summary>
    [GlobalCleanup]
    public void Remove()
    {
        _storage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The 100 children of one namespace.</summary>
    [Benchmark]
    public int ListOneNamespace() => _storage.GetChildren("myKV", _namespacePath, default).Count();

    /// <summary>Ten namespaces, without reading the 100 items beneath each.</summary>
    [Benchmark]
    public int ListTenNamespaces() => _storage.GetChildren("myKV", "hosts", default).Take(10).Count();

    private static string GetNamespace(int index) => $"hosts/host{index:d8}";

    private IEnumerable<KvEntry> MakeEntries()
    {
        yield return new KvStoreEntry("myKV");
        for (int i = 0; i < Items; i++)
        {
            yield return new KvItemEntry(new KvSet($"{GetNamespace(i / ChildrenPerNamespace)}/key{i % ChildrenPerNamespace:d4}", new string((char)('a' + (i % 26)), 100)));
        }
    }
}
