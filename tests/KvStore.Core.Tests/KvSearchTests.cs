// Searches find what they say, and read no more than that takes.
namespace KvStore.Core.Tests;

public sealed class KvSearchTests : IDisposable
{
    private readonly MemoryStorage _memory = new();

    public KvSearchTests()
    {
        var batch = new KvBatch();
        foreach (string key in (string[])["a", "a-b/y", "a/x", "a/b/c/z", "ab/x", "d", "vol1/size", "vol2/name", "vol2/size", "vol3"])
        {
            batch.Set(key, "v");
        }

        _memory.Commit("s", batch.AddNamespace("a/kept").AddNamespace("e/f"), default);
    }

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_namespaces_own_items_leave_out_those_beneath()
    {
        Assert.Equal(["a", "d", "vol3"], KvSearch.GetItems(_memory, "s", "", default).Select(item => item.FullKey));
        Assert.Equal(["a/x"], KvSearch.GetItems(_memory, "s", "a", default).Select(item => item.FullKey));
    }

    [Fact]
    public void A_pattern_fits_as_many_components_as_it_has()
    {
        Assert.Equal(["vol1/size", "vol2/size"], Find("", Wild("vol"), new("size")));
        Assert.Equal(["a", "vol3"], Find("", Wild("", 'a', '3')));
        Assert.Equal(["a/x"], Find("", new("a"), Wild("x")));
        Assert.Equal(["a/b/c/z"], Find("a", Wild(""), Wild(""), Wild("")));
        Assert.Empty(Find("", new("vol1"), new("nope")));
    }

    [Fact]
    public void A_pattern_of_the_end_fits_the_last_components()
    {
        var pattern = new KvKeyPattern(Wild("b"), Wild(""));
        Assert.True(pattern.IsMatchOfEnd("a/b/c"));
        Assert.True(pattern.IsMatchOfEnd("b/c"));
        Assert.False(pattern.IsMatchOfEnd("b"));
        Assert.False(pattern.IsMatchOfEnd("a/c"));
        Assert.False(new KvKeyPattern(new KvComponentPattern("b")).IsMatchOfEnd("ab"));
    }

    [Fact]
    public void All_namespaces_come_once_with_those_kept_while_empty()
    {
        Assert.Equal(["a-b", "a", "a/b", "a/b/c", "a/kept", "ab", "e", "e/f", "vol1", "vol2"], KvSearch.GetNamespaces(_memory, "s", "", default));
        Assert.Equal(["a/b", "a/b/c", "a/kept"], KvSearch.GetNamespaces(_memory, "s", "a", default));
        Assert.Empty(KvSearch.GetNamespaces(_memory, "s", "d", default));
        Assert.Empty(KvSearch.GetNamespaces(_memory, "none", "", default));
    }

    [Fact]
    public void Of_many_children_only_those_that_begin_right_are_read()
    {
        var batch = new KvBatch();
        for (int i = 0; i < 5000; i++)
        {
            batch.Set($"many/k{i:d4}", "v").Set($"many/n{i:d4}/deep/key", "v");
        }

        _memory.Commit("s", batch, default);
        var counting = new CountingStorage(_memory);
        Assert.Equal(11, KvSearch.GetChildren(counting, "s", "many", "k12", default).Take(11).Count());
        Assert.InRange(counting.ItemsRead, 11, 20);
        Assert.Equal(10, KvSearch.GetChildren(counting, "s", "many", "n123", default).Count());
        Assert.InRange(counting.ItemsRead, 21, 60);
    }

    private static KvComponentPattern Wild(string beginning, params char[] ends) =>
        new(beginning, component => ends.Length == 0 || ends.Contains(component[^1]));

    private IEnumerable<string> Find(string namespacePath, params KvComponentPattern[] components) =>
        KvSearch.FindItems(_memory, "s", namespacePath, new KvKeyPattern(components), default).Select(item => item.FullKey);
}
