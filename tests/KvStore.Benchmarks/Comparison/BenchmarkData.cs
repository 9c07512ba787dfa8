// All contenders work on the same data: keys of 30 bytes, values of 100 that differ from item to item and from turn to turn,
// because SQLite hardly writes at all when a value is replaced by itself.
using System.Globalization;

namespace KvStore.Benchmarks;

/// <summary>The items of a comparison.</summary>
internal sealed class BenchmarkData
{
    public const int KeySize = 30;
    public const int ValueSize = 100;
    public const int KeysPerNamespace = 100;

    private readonly string _tail;

    /// <summary>Makes the keys, in order and in an order of chance that is the same in each run.</summary>
    public BenchmarkData(int count)
    {
        Keys = [.. Enumerable.Range(0, count).Select(GetKey)];
        Shuffled = [.. Keys];
        new Random(Seed: 1).Shuffle(Shuffled);
        _tail = new string('v', ValueSize - 16);
    }

    public string[] Keys { get; }

    public string[] Shuffled { get; }

    /// <summary>The key of an item.</summary>
    public static string GetKey(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{GetNamespace(index / KeysPerNamespace)}/key{index % KeysPerNamespace:d8}");

    /// <summary>A namespace of 100 items.</summary>
    public static string GetNamespace(int index) => string.Create(CultureInfo.InvariantCulture, $"hosts/host{index:d8}");

    /// <summary>The value that an item has in a turn.</summary>
    public string GetValue(int index, int turn) => string.Create(CultureInfo.InvariantCulture, $"{turn:d8}{index:d8}{_tail}");

    /// <summary>The items of a load.</summary>
    public static IEnumerable<KvEntry> Entries(string store, IEnumerable<(string Key, string Value)> items) =>
        items.Select(item => (KvEntry)new KvItemEntry(new KvSet(item.Key, item.Value))).Prepend(new KvStoreEntry(store));
}
