// The folder that ships: a plugin as any other, found by its attribute, with its native library beside it.
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqlitePluginTests : SqliteTest
{
    [Fact]
    public void The_plugin_folder_holds_its_storages_and_they_work_from_it()
    {
        string folder = FindPluginFolder();
        IReadOnlyList<StoragePlugin> plugins = StoragePlugin.FromFolder(folder);
        Assert.Equal(["cinderlib", "db", "memory_db"], plugins.Select(plugin => plugin.Name).Order());
        Assert.Equal(["sqlite"], plugins.Single(plugin => plugin.Name == "db").Schemes);

        Type type = plugins.Single(plugin => plugin.Name == "db").Type;
        Assert.NotEqual(typeof(Storage.Sqlite.SqliteStorage), type);
        using KvStorage storage = CheckedStorage.Wrap((KvStorage)Activator.CreateInstance(type, Database, "FULL", 30.0, null)!);
        Set(storage, "key", "value");
        Assert.Equal("value", Get(storage, "key"));
    }

    [Fact]
    public void No_more_native_libraries_ship_than_are_used()
    {
        string[] runtimes = Directory.GetDirectories(Path.Combine(FindPluginFolder(), "runtimes")).Select(Path.GetFileName).OfType<string>().ToArray();
        Assert.InRange(runtimes.Length, 8, 10);
        Assert.Contains("win-x64", runtimes);
        Assert.Contains("linux-musl-x64", runtimes);
        Assert.Contains("osx-arm64", runtimes);
    }

    private static string FindPluginFolder()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "KvStore.slnx")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root!, "bin", "storages", "Sqlite");
    }
}
