// The dictionary table of LINSTOR's client, row by row.
namespace KvStore.Core.Tests;

public sealed class KvDictionaryTests : IDisposable
{
    private readonly MemoryStorage _storage = new();
    private readonly KvDictionary _kv;

    public KvDictionaryTests() => _kv = new KvDictionary(_storage, "myKV", "/foo/bar/");

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void The_blog_posts_session()
    {
        _kv["key"] = "val";
        Assert.Equal([new("key", "val")], _kv);
        _kv.Namespace = "/";
        Assert.Equal([new("foo/bar/key", "val")], _kv);
        _kv["foo/baz/key"] = "valbaz";
        _kv.Namespace = "/foo/bar";
        Assert.Equal([new("key", "val")], _kv);
    }

    [Fact]
    public void Setting_is_one_write()
    {
        _kv["key"] = "val";
        Assert.Equal(1, _storage.GetStore("myKV", default)!.Revision);
    }

    [Fact]
    public void A_value_that_is_not_text_is_an_error_and_nothing_is_written()
    {
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => _kv["key"] = null!).Error);
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => ((TextOnlyIndexer)_kv)["key"] = 5).Error);
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => ((TextOnlyIndexer)_kv)[5] = "x").Error);
        Assert.Empty(_storage.GetStores(default));
    }

    [Fact]
    public void A_missing_key_by_index_names_its_full_key()
    {
        KeyNotFoundException e = Assert.Throws<KeyNotFoundException>(() => _kv["missing"]);
        Assert.Contains("/foo/bar/missing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looking_up_is_relative_to_the_namespace_and_case_sensitive()
    {
        _kv["Key"] = "val";
        Assert.True(_kv.ContainsKey("Key"));
        Assert.True(_kv.ContainsKey("/Key/"));
        Assert.False(_kv.ContainsKey("key"));
        Assert.False(_kv.ContainsKey("foo/bar/Key"));
        Assert.True(_kv.TryGetValue("Key", out string? value));
        Assert.Equal("val", value);
        Assert.False(_kv.TryGetValue("key", out _));
    }

    [Fact]
    public void Iteration_is_lazy_relative_and_recursive()
    {
        _kv["c"] = "1";
        _kv["e/f"] = "2";
        new KvDictionary(_storage, "myKV")["foo/barbar"] = "not in it";
        Assert.Equal(["c", "e/f"], _kv.Keys);
        Assert.Equal(["1", "2"], _kv.Values);
        Assert.Equal([new("c", "1"), new("e/f", "2")], _kv);

        var counting = new CountingStorage(_storage);
        using IEnumerator<string> keys = new KvDictionary(counting, "myKV", "foo/bar").Keys.GetEnumerator();
        Assert.True(keys.MoveNext());
        Assert.Equal(1, counting.ItemsRead);
    }

    [Fact]
    public void Deleting_what_is_missing_is_reported_as_not_found()
    {
        Assert.False(_kv.Remove("missing"));
        _kv["key"] = "val";
        Assert.True(_kv.Remove("key"));
        Assert.False(_kv.Remove("key"));
    }

    [Fact]
    public void Clearing_leaves_the_key_of_the_same_path_and_the_string_prefix_neighbour_alone()
    {
        var root = new KvDictionary(_storage, "myKV") { ["foo"] = "key", ["foo/a"] = "1", ["foo/b/c"] = "2", ["foo2/a"] = "3" };
        long before = _storage.GetStore("myKV", default)!.Revision!.Value;
        new KvDictionary(_storage, "myKV", "/foo/").Clear();
        Assert.Equal(["foo", "foo2/a"], root.Keys);
        Assert.Equal(before + 1, _storage.GetStore("myKV", default)!.Revision);
    }

    [Fact]
    public void Pop_gives_the_value_and_deletes()
    {
        _kv["key"] = "val";
        Assert.Equal("val", _kv.Pop("key"));
        Assert.False(_kv.ContainsKey("key"));
        Assert.Contains("/foo/bar/key", Assert.Throws<KeyNotFoundException>(() => _kv.Pop("key")).Message, StringComparison.Ordinal);
        Assert.Equal("default", _kv.Pop("key", "default"));
        Assert.Null(_kv.Pop("key", null));
    }

    [Fact]
    public void PopItem_empties_the_namespace_and_nothing_else()
    {
        _kv["a"] = "1";
        _kv["b/c"] = "2";
        new KvDictionary(_storage, "myKV")["other"] = "3";
        Assert.Equal(new("a", "1"), _kv.PopItem());
        Assert.Equal(new("b/c", "2"), _kv.PopItem());
        Assert.Throws<KeyNotFoundException>(() => _kv.PopItem());
        Assert.Equal("3", new KvDictionary(_storage, "myKV")["other"]);
    }

    [Fact]
    public void SetDefault_sets_only_what_is_missing()
    {
        Assert.Equal("first", _kv.SetDefault("key", "first"));
        Assert.Equal("first", _kv.SetDefault("key", "second"));
        Assert.Equal("first", _kv["key"]);
    }

    [Fact]
    public void Update_is_one_atomic_batch()
    {
        _kv.Update(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        Assert.Equal(2, _kv.Count);
        Assert.Equal(1, _storage.GetStore("myKV", default)!.Revision);
        _kv.Update(new System.Collections.Hashtable { ["a"] = "3" });
        _kv.Update(new Dictionary<string, object> { ["b"] = "3" });
        Assert.Equal("3", _kv["b"]);
        Assert.Equal("3", _kv["a"]);
        Assert.Throws<KvException>(() => _kv.Update(new Dictionary<string, string> { ["c"] = "1", ["d"] = new string('x', 4097) }));
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => _kv.Update(new System.Collections.Hashtable { ["c"] = 1 })).Error);
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => _kv.Update(new[] { "c" })).Error);
        Assert.False(_kv.ContainsKey("c"));
    }

    [Fact]
    public void Count_is_that_of_the_namespace()
    {
        _kv["a"] = "1";
        _kv["b/c"] = "2";
        new KvDictionary(_storage, "myKV")["other"] = "3";
        Assert.Equal(2, _kv.Count);
        Assert.Equal(2, _kv.Keys.Count);
        Assert.Equal(2, _kv.Values.Count);
    }

    [Fact]
    public void Another_writers_change_is_seen_at_once()
    {
        _kv["key"] = "old";
        new KvDictionary(_storage, "MYKV", "foo/bar")["key"] = "new";
        Assert.Equal("new", _kv["key"]);
    }

    [Fact]
    public void Add_refuses_what_exists()
    {
        _kv.Add("key", "val");
        Assert.Throws<ArgumentException>(() => _kv.Add("key", "other"));
        Assert.Equal("val", _kv["key"]);
    }

    [Fact]
    public void It_is_a_collection_of_pairs()
    {
        ICollection<KeyValuePair<string, string>> pairs = _kv;
        pairs.Add(new("a", "1"));
        Assert.True(pairs.Contains(new("a", "1")));
        Assert.False(pairs.Contains(new("a", "2")));
        Assert.False(pairs.Remove(new("a", "2")));
        var copy = new KeyValuePair<string, string>[2];
        pairs.CopyTo(copy, 1);
        Assert.Equal(new("a", "1"), copy[1]);
        Assert.True(pairs.Remove(new("a", "1")));
        Assert.Empty(_kv);
    }

    [Fact]
    public void Keys_and_values_are_read_only_views()
    {
        _kv["a"] = "1";
        Assert.True(_kv.Keys.Contains("a"));
        Assert.True(_kv.Values.Contains("1"));
        Assert.Throws<NotSupportedException>(() => _kv.Keys.Add("b"));
        Assert.Throws<NotSupportedException>(() => _kv.Values.Clear());
        Assert.Throws<NotSupportedException>(() => _kv.Keys.Remove("a"));
    }

    [Fact]
    public void It_is_no_old_dictionary_so_that_PowerShell_finds_its_properties() =>
        Assert.False(typeof(System.Collections.IDictionary).IsAssignableFrom(typeof(KvDictionary)));

    [Fact]
    public void A_store_name_is_checked_when_the_dictionary_is_opened() =>
        Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(() => new KvDictionary(_storage, "1x")).Error);

    [Fact]
    public void What_was_removed_and_made_again_meanwhile_is_popped_as_made_again()
    {
        bool isChanged = false;
        _kv["key"] = "old";
        using var storage = new InterruptedStorage(_storage, () =>
        {
            if (!isChanged)
            {
                isChanged = true;
                _kv.Remove("key");
                _kv["key"] = "new";
            }
        });
        Assert.Equal("new", new KvDictionary(storage, "myKV", "/foo/bar").Pop("key"));
        Assert.True(isChanged);
        Assert.Empty(_kv);
    }

    [Fact]
    public async Task Two_that_pop_at_once_never_get_the_same_item()
    {
        for (int i = 0; i < 500; i++)
        {
            _kv[$"k{i:d3}"] = $"{i}";
        }

        Task<List<string>>[] takers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var taken = new List<string>();
            while (true)
            {
                try
                {
                    taken.Add(_kv.PopItem().Key);
                }
                catch (KeyNotFoundException)
                {
                    return taken;
                }
            }
        }))];
        string[] all = [.. (await Task.WhenAll(takers)).SelectMany(taken => taken)];
        Assert.Equal(500, all.Length);
        Assert.Equal(500, all.Distinct().Count());
    }
}
