// Names that mean something to SQL, to file systems or to patterns are just names, on every storage.
namespace KvStore.Fault.Tests;

/// <summary>Hard names as keys, namespaces and stores of one storage.</summary>
public abstract class NamesTests<TFixture> : IClassFixture<TFixture>
    where TFixture : StorageFixture
{
    private const string Store = "names";
    private const string Neighbour = "neighbour";

    private readonly KvStorage _storage;

    protected NamesTests(TFixture fixture)
    {
        Assert.SkipWhen(fixture.WhySkipped is not null, fixture.WhySkipped ?? "");
        _storage = CheckedStorage.Wrap(fixture.Storage);
        _storage.RemoveStore(Store, Token);
        _storage.Commit(Neighbour, new KvBatch().Set("kept", "value"), Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Hard_names_are_just_keys()
    {
        foreach (string name in HardText.Names.Where(KvPath.IsKey))
        {
            _storage.Commit(Store, new KvBatch().Set(name, $"value of {name}"), Token);
        }

        string[] keys = [.. HardText.Names.Where(KvPath.IsKey).Order(KvOrder.Instance)];
        Assert.Equal(keys.Select(key => (key, $"value of {key}")), Items());
        foreach (string name in keys)
        {
            Assert.Equal($"value of {name}", _storage.Get(Store, name, Token)?.Value);
            Assert.Equal(keys.Where(key => key.StartsWith(name, StringComparison.Ordinal)), _storage.Scan(Store, new KvRange { Prefix = name }, Token).Select(item => item.FullKey));
        }

        // Each takes but itself with it.
        for (int i = 0; i < keys.Length; i++)
        {
            _storage.Commit(Store, new KvBatch().Delete(keys[i]), Token);
            Assert.Equal(keys[(i + 1)..], Items().Select(item => item.Key));
        }

        AssertNeighbourIsWhole();
    }

    [Fact]
    public void Hard_names_are_just_namespaces()
    {
        // Namespaces are listed in the order of the keys beneath them: "''/key" stands before "'/key".
        string[] names = [.. HardText.Names.Where(name => KvPath.IsKey(name) && !name.Contains('/', StringComparison.Ordinal)).OrderBy(name => name + "/", KvOrder.Instance)];
        foreach (string[] part in names.Chunk(10))
        {
            _storage.Commit(Store, part.Aggregate(new KvBatch(), (batch, name) => batch.Set($"{name}/key", name).Set($"above/{name}/key", name)), Token);
        }

        for (int i = 0; i < names.Length; i++)
        {
            Assert.Equal(["key"], _storage.GetChildren(Store, names[i], Token).Select(node => node.Name));
            _storage.Commit(Store, new KvBatch().DeleteNamespace(names[i]).DeleteNamespace($"above/{names[i]}"), Token);
            Assert.Equal(names[(i + 1)..], _storage.GetChildren(Store, "", Token).Select(node => node.Name).Where(name => name != "above"));
            Assert.Equal(names[(i + 1)..], _storage.GetChildren(Store, "above", Token).Select(node => node.Name));
        }

        AssertNeighbourIsWhole();
    }

    [Fact]
    public void Hard_names_are_refused_as_stores_before_they_reach_anything()
    {
        foreach (string name in HardText.Names.Append("a\0b").Append("names\0").Append("neighbour'--").Append("").Where(name => !KvPath.IsStoreName(name)))
        {
            Action[] calls =
            [
                () => _storage.Get(name, "key", Token),
                () => _storage.GetStore(name, Token),
                () => _storage.Scan(name, KvRange.All, Token).Count(),
                () => _storage.GetChildren(name, "", Token).Count(),
                () => _storage.GetKeptNamespaces(name, "", Token).Count(),
                () => _storage.Commit(name, new KvBatch().Set("key", "value"), Token),
                () => _storage.CreateStore(name, KvLimits.Default, Token),
                () => _storage.RemoveStore(name, Token),
                () => _storage.Load([new KvStoreEntry(name), new KvItemEntry(new KvSet("key", "value"))], KvLoadMode.Replace, Token),
                () => _ = new KvDictionary(_storage, name),
            ];
            foreach (Action call in calls)
            {
                Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(call).Error);
            }
        }

        AssertNeighbourIsWhole();
        Assert.Equal([Neighbour], _storage.GetStores(Token).Select(info => info.Name));
    }

    private IEnumerable<(string Key, string Value)> Items() => _storage.Scan(Store, KvRange.All, Token).Select(item => (item.FullKey, item.Value));

    private void AssertNeighbourIsWhole() => Assert.Equal("kept", Assert.Single(_storage.Scan(Neighbour, KvRange.All, Token)).FullKey);
}

public sealed class MemoryNames(MemoryFixture fixture) : NamesTests<MemoryFixture>(fixture);

public sealed class SqliteNames(SqliteFileFixture fixture) : NamesTests<SqliteFileFixture>(fixture);

public sealed class PostgreSqlNames(PostgreSqlFixture fixture) : NamesTests<PostgreSqlFixture>(fixture);

public sealed class MariaDbNames(MariaDbFixture fixture) : NamesTests<MariaDbFixture>(fixture);

public sealed class EtcdNames(EtcdFixture fixture) : NamesTests<EtcdFixture>(fixture);

public sealed class LinstorNames(LinstorFixture fixture) : NamesTests<LinstorFixture>(fixture);
