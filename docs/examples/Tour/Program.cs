// The tour of the README for programs that embed the store: the core library on SQLite, without PowerShell.
using KvStore;
using KvStore.Storage.Sqlite;

string file = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), $"tour-{Guid.NewGuid():n}.db");
using KvStorage storage = CheckedStorage.Wrap(new SqliteStorage($"sqlite:///{file}"));

var kv = new KvDictionary(storage, "myKV", "/foo/bar/");
kv["key"] = "val";
Show("In /foo/bar", kv);

kv.Namespace = "/";
Show("In /", kv);

kv["foo/baz/key"] = "valbaz";
kv.Namespace = "/foo/bar";
Show("In /foo/bar, where /foo/baz is not visible", kv);

KvCommit commit = storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "val2").RequireVersion("foo/bar/key", 1), default);
Console.WriteLine($"Version 1 replaced by version {commit.Items[0].Version}; a second time: {storage.Commit("myKV", new KvBatch().Set("foo/bar/key", "val3").RequireVersion("foo/bar/key", 1), default).Succeeded}");

foreach (KvNode node in storage.GetChildren("myKV", "foo", default))
{
    Console.WriteLine($"{node.Name}{(node.IsNamespace ? "/" : "")}");
}

static void Show(string title, KvDictionary kv)
{
    Console.WriteLine($"{title}: {string.Join(", ", kv.Select(item => $"{item.Key} = {item.Value}"))}");
}
