// cinderlib's configuration table, row by row, and the loading of plugins from a folder.
namespace KvStore.Core.Tests;

public sealed class PluginTests
{
    private static readonly string PluginFolder = Path.Combine(FindRoot(), "docs", "examples", "ListModule", "bin");

    private readonly StorageRegistry _registry = new();

    [Fact]
    public void No_storage_means_memory()
    {
        Assert.Equal("memory", _registry.Create(new StorageConfiguration()).Description);
        Assert.Equal("memory", _registry.Create(new StorageConfiguration("")).Description);
        Assert.Equal("memory", _registry.Create(StorageConfiguration.FromDictionary(new System.Collections.Hashtable { ["storage"] = null }, ".")).Description);
    }

    [Fact]
    public void An_instance_is_used_as_it_is()
    {
        using var instance = new MemoryStorage();
        KvStorage storage = _registry.Create(new StorageConfiguration(instance));
        storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", instance.Get("myKV", "a", default)!.Value);
    }

    [Fact]
    public void A_class_is_created_with_the_other_keys_as_named_arguments()
    {
        var entries = new System.Collections.Hashtable { ["storage"] = typeof(OptionsStorage), ["retry_count"] = "3", ["place"] = "here" };
        Assert.Equal("options (here, 3)", _registry.Create(StorageConfiguration.FromDictionary(entries, ".")).Description);
    }

    [Fact]
    public void A_missing_or_unknown_argument_is_an_error_that_names_it()
    {
        KvException missing = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(typeof(OptionsStorage))));
        Assert.Equal(KvError.InvalidConfiguration, missing.Error);
        Assert.Contains("needs the option 'place'", missing.Message, StringComparison.Ordinal);
        KvException unknown = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(typeof(OptionsStorage)).With("place", "x").With("pool", 1)));
        Assert.Equal(KvError.InvalidConfiguration, unknown.Error);
        Assert.Contains("no option 'pool'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("'retryCount'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_of_the_wrong_type_is_an_error_that_does_not_show_it()
    {
        KvException e = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(typeof(OptionsStorage)).With("place", "x").With("retry_count", "s3cret")));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.DoesNotContain("s3cret", e.ToString().Split("--->")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_takes_no_options() =>
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("memory", "x"))).Error);

    [Fact]
    public void An_unknown_name_is_an_error_that_names_it_and_those_there_are()
    {
        KvException e = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("nowhere")));
        Assert.Equal(KvError.StorageNotFound, e.Error);
        Assert.Contains("'nowhere'", e.Message, StringComparison.Ordinal);
        Assert.Contains("memory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_scheme_is_an_error_that_names_it()
    {
        KvException e = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(null, "nowhere+driver://me:s3cret@host/db")));
        Assert.Equal(KvError.StorageNotFound, e.Error);
        Assert.Contains("'nowhere'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory:", "Name the storage 'memory'")]
    [InlineData("Memory:me:s3cret@host", "Name the storage 'Memory'")]
    [InlineData("list+x:/me:s3cret@host", "Write 'list+x://")]
    [InlineData("me:s3cret@host/kv", "before the user")]
    public void A_URL_without_its_slashes_is_no_file_name(string connection, string advice)
    {
        _registry.AddSource(() => StoragePlugin.FromFolder(PluginFolder));
        KvException e = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(null, connection)));
        Assert.Equal(KvError.InvalidConfiguration, e.Error);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_URL_as_the_storage_is_the_connection()
    {
        _registry.Register(new StoragePlugin("db", typeof(FirstStorage), "first"));
        var entries = new System.Collections.Hashtable { ["storage"] = "first://me:s3cret@host" };
        foreach (StorageConfiguration configuration in new[] { new StorageConfiguration("first://me:s3cret@host"), StorageConfiguration.FromDictionary(entries, ".") })
        {
            Assert.Null(configuration.Storage);
            Assert.Equal("first://me:s3cret@host", configuration.Connection);
            Assert.Equal("first", _registry.Create(configuration).Description);
        }

        entries["Connection"] = "second://";
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => StorageConfiguration.FromDictionary(entries, ".")).Error);
    }

    [Theory]
    [InlineData("nowhere://me:s3cret@host/db")]
    [InlineData("nowhere:me:s3cret@host/db")]
    public void A_secret_in_place_of_a_name_is_not_shown(string storage)
    {
        KvException e = Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(storage)));
        Assert.Equal(KvError.StorageNotFound, e.Error);
        Assert.DoesNotContain("s3cret", $"{e} {e.Target}", StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_of_what_is_no_storage_holds_its_type_alone() =>
        Assert.Equal("Hashtable", Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(new System.Collections.Hashtable { ["password"] = "s3cret" }))).Target);

    [Fact]
    public void Anything_else_is_an_invalid_storage() =>
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(5))).Error);

    [Fact]
    public void A_class_that_is_no_storage_is_an_error()
    {
        Assert.Equal(KvError.InvalidConfiguration, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration(typeof(string)))).Error);
        Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => new StoragePlugin("text", typeof(string))).Error);
        Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => new StoragePlugin("abstract", typeof(KvStorage))).Error);
    }

    [Fact]
    public void A_folder_gives_its_plugins_which_share_Core_with_the_host()
    {
        foreach (StoragePlugin plugin in StoragePlugin.FromFolder(PluginFolder))
        {
            _registry.Register(plugin);
        }

        KvStorage byName = _registry.Create(new StorageConfiguration("LIST").With("answer", 7));
        Assert.Equal("list (, 7)", byName.Description);
        KvStorage byScheme = _registry.Create(new StorageConfiguration(null, "list+x://me:s3cret@host"));
        Assert.Equal("list (list+x://me:***@host, 42)", byScheme.Description);
        byScheme.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", byScheme.Get("myKV", "a", default)!.Value);
    }

    [Fact]
    public void An_assembly_is_loaded_only_when_its_plugin_is_first_used()
    {
        _registry.Register(StoragePlugin.FromAssembly("broken", Path.Combine(PluginFolder, "nowhere.dll"), "X"));
        Assert.Contains(_registry.GetPlugins(), plugin => plugin.Name == "broken");
        Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("broken"))).Error);
        _registry.Register(StoragePlugin.FromAssembly("broken", Path.Combine(PluginFolder, "ListModule.dll"), "No.Such"));
        Assert.Contains("No.Such", Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("broken"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_plugin_is_an_error_that_names_it()
    {
        string folder = Directory.CreateTempSubdirectory("kvstore-test-").FullName;
        try
        {
            Assert.Contains(folder, Assert.Throws<KvException>(() => StoragePlugin.FromFolder(folder)).Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "noise.dll"), "no assembly");
            Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => StoragePlugin.FromFolder(folder)).Error);
            Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => StoragePlugin.FromFolder(Path.Combine(folder, "none"))).Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_is_no_assembly_beside_a_plugin_without_deps_json_is_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a-native.dll"), "no assembly");
            File.Copy(Path.Combine(PluginFolder, "ListModule.dll"), Path.Combine(folder, "ListModule.dll"));
            Assert.Equal("list", Assert.Single(StoragePlugin.FromFolder(folder)).Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_source_is_asked_once_and_only_when_nothing_known_fits()
    {
        int asked = 0;
        _registry.AddSource(() =>
        {
            asked++;
            return [new StoragePlugin("late", typeof(MemoryStorage), "late")];
        });
        _registry.Create(new StorageConfiguration("memory"));
        Assert.Equal(0, asked);
        _registry.Create(new StorageConfiguration("late"));
        Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("nowhere")));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Who_asks_while_a_source_is_being_asked_waits_for_it()
    {
        using var begun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        _registry.AddSource(() =>
        {
            begun.Set();
            end.Wait();
            return [new StoragePlugin("late", typeof(MemoryStorage), "late")];
        });
        Task<KvStorage> Begin() => Task.Factory.StartNew(() => _registry.Create(new StorageConfiguration("late")), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task<KvStorage> first = Begin();
        begun.Wait();
        Task<KvStorage> second = Begin();
        Task.WaitAny([second], millisecondsTimeout: 500);
        end.Set();
        Assert.Equal("memory", first.Result.Description);
        Assert.Equal("memory", second.Result.Description);
    }

    [Fact]
    public void A_source_that_fails_is_not_forgotten()
    {
        bool isBroken = true;
        _registry.AddSource(() => isBroken ? throw new KvException(KvError.InvalidPlugin, "broken") : [new StoragePlugin("late", typeof(MemoryStorage))]);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(KvError.InvalidPlugin, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("late"))).Error);
        }

        isBroken = false;
        Assert.Equal("memory", _registry.Create(new StorageConfiguration("late")).Description);
    }

    [Fact]
    public void A_source_that_fails_stands_in_nobodys_way()
    {
        int asked = 0;
        _registry.AddSource(() =>
        {
            asked++;
            throw new KvException(KvError.InvalidPlugin, "broken");
        });
        _registry.AddSource(() => [new StoragePlugin("late", typeof(MemoryStorage))]);
        Assert.Equal(["late", "memory"], _registry.GetPlugins().Select(plugin => plugin.Name));
        Assert.Equal("memory", _registry.Create(new StorageConfiguration("late")).Description);
        Assert.Equal("broken", Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("nowhere"))).Message);
        Assert.Equal(2, asked);
    }

    [Fact]
    public void Plugins_that_share_a_name_are_told_apart_by_the_scheme()
    {
        _registry.Register(new StoragePlugin("db", typeof(FirstStorage), "first"));
        _registry.Register(new StoragePlugin("db", typeof(SecondStorage), "second"));
        Assert.Equal("first", _registry.Create(new StorageConfiguration("db", "first://")).Description);
        Assert.Equal("second", _registry.Create(new StorageConfiguration("db", "second+driver://")).Description);
        Assert.Equal(KvError.StorageNotFound, Assert.Throws<KvException>(() => _registry.Create(new StorageConfiguration("db", "third://"))).Error);
    }

    [Theory]
    [InlineData("mysql+pymysql://me:s3cret@host/db?charset=utf8", "mysql+pymysql://me:***@host/db?charset=utf8")]
    [InlineData("postgresql://me:s3c%40ret@a,b:5432/db?sslpassword=s3cret&x=1", "postgresql://me:***@a,b:5432/db?sslpassword=***&x=1")]
    [InlineData("etcd://me:p@s3cret@host", "etcd://me:***@host")]
    [InlineData("mysql://me:s3/cret@host/db", "mysql://me:***@host/db")]
    [InlineData("linstor://host?token=s3cret", "linstor://host?token=***")]
    [InlineData("sqlite:////home/me/kv.db", "sqlite:////home/me/kv.db")]
    [InlineData("etcd://me@host", "etcd://me@host")]
    [InlineData("etcd:me:s3cret@host", "etcd:me:***@host")]
    [InlineData("list+x:/me:s3cret@host", "list+x:/me:***@host")]
    [InlineData("me:s3cret@host/kv", "me:***@host/kv")]
    [InlineData("C:\\Users\\me@work\\kv.db", "C:\\Users\\me@work\\kv.db")]
    public void Secrets_are_not_shown(string connection, string shown) => Assert.Equal(shown, StorageUrl.Redact(connection));

    [Fact]
    public void Connections_to_the_same_place_share_one_storage_until_the_last_is_closed()
    {
        _registry.Register(new StoragePlugin("place", typeof(PlaceStorage), "place"));
        var connections = new StorageConnections(_registry);
        KvStorage one = connections.Connect("one", new StorageConfiguration(null, "place://a")).Storage;
        KvStorage two = connections.Open(new StorageConfiguration("place", "place://a"));
        KvStorage other = connections.Open(new StorageConfiguration("place", "place://b"));
        one.Commit("myKV", new KvBatch().Set("a", "1"), default);
        Assert.Equal("1", two.Get("myKV", "a", default)!.Value);
        Assert.Null(other.Get("myKV", "a", default));
        Assert.True(connections.Disconnect("ONE"));
        Assert.False(connections.Disconnect("one"));
        Assert.Equal("1", two.Get("myKV", "a", default)!.Value);
        two.Dispose();
        two.Dispose();
        Assert.Null(connections.Open(new StorageConfiguration("place", "place://a")).Get("myKV", "a", default));
    }

    [Fact]
    public void Connecting_under_a_used_name_swaps_the_storage()
    {
        var connections = new StorageConnections(_registry);
        connections.Connect("x", new StorageConfiguration()).Storage.Commit("myKV", new KvBatch().Set("a", "1"), default);
        connections.Connect("X", new StorageConfiguration());
        Assert.Null(Assert.Single(connections.GetAll()).Storage.Get("myKV", "a", default));
    }

    // A memory storage that another thread replaces at once would take what was written to it along.
    [Fact]
    public void Threads_that_need_a_connection_at_once_get_the_same()
    {
        var connections = new StorageConnections(_registry);
        using var start = new Barrier(4);
        Task<StorageConnection>[] asking =
        [
            .. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return connections.FindOrConnect("x", () => new StorageConfiguration());
                },
                default,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ];
        Assert.Single(asking.Select(task => task.Result).Distinct());
    }

    [Fact]
    public void A_read_only_storage_reads_and_refuses_every_change()
    {
        using var memory = new MemoryStorage();
        memory.Commit("myKV", new KvBatch().Set("a", "1"), default);
        var storage = new ReadOnlyStorage(memory);
        Assert.Equal("1", storage.Get("myKV", "a", default)!.Value);
        Action[] changes =
        [
            () => storage.Commit("myKV", new KvBatch().Set("a", "2"), default),
            () => storage.CreateStore("other", KvLimits.Default, default),
            () => storage.RemoveStore("myKV", default),
            () => storage.Load([new KvStoreEntry("other")], KvLoadMode.Merge, default),
            () => storage.SetHistoryPeriod("myKV", TimeSpan.FromHours(1), default),
            () => storage.Compress("myKV", keep: null, default),
            () => storage.Restore("file", progress: null, default),
            () => storage.Watch("myKV", "", fromRevision: null, default),
        ];
        Assert.All(changes, change => Assert.Equal(KvError.ReadOnly, Assert.Throws<KvException>(change).Error));
        Assert.Equal("1", memory.Get("myKV", "a", default)!.Value);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "KvStore.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests run inside the repository.");
    }

    public class FirstStorage(string connection) : DelegatingStorage(new MemoryStorage())
    {
        public override string Description => connection[..connection.IndexOf(':')];
    }

    public sealed class SecondStorage(string connection) : FirstStorage(connection.Split('+')[0] + ":");

    public sealed class OptionsStorage(string place, int retryCount = 0) : DelegatingStorage(new MemoryStorage())
    {
        public override string Description => $"options ({place}, {retryCount})";
    }

    public sealed class PlaceStorage(string connection) : DelegatingStorage(new MemoryStorage())
    {
        protected internal override object? SharingKey => connection;
    }
}
