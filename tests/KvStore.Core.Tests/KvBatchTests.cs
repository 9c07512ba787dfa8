// A batch keeps its net effect: later calls win over earlier ones, whatever order a storage applies the parts in.
namespace KvStore.Core.Tests;

public sealed class KvBatchTests
{
    [Fact]
    public void A_later_set_wins_and_keeps_its_place()
    {
        KvBatch batch = new KvBatch().Set("a", "1").Set("b", "2").Set("a", "3");
        Assert.Equal([new("a", "3"), new("b", "2")], batch.Sets);
    }

    [Fact]
    public void A_delete_takes_back_a_set_and_a_set_takes_back_a_delete()
    {
        KvBatch batch = new KvBatch().Set("a", "1").Set("b", "1").Delete("a").Delete("b").Set("b", "2");
        Assert.Equal([new("b", "2")], batch.Sets);
        Assert.Equal(["a"], batch.Deletes);
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void A_namespace_delete_takes_back_what_was_set_beneath_it_and_nothing_else()
    {
        KvBatch batch = new KvBatch().Set("foo", "0").Set("foo/a", "1").Set("foo2", "2").Delete("foo/x").AddNamespace("foo/n").DeleteNamespace("foo").Set("foo/b", "3");
        Assert.Equal(["foo", "foo2", "foo/b"], batch.Sets.Select(set => set.FullKey));
        Assert.Empty(batch.Deletes);
        Assert.Empty(batch.AddedNamespaces);
        Assert.Equal(["foo"], batch.DeletedNamespaces);
    }

    [Fact]
    public void Null_is_no_value() => Assert.Throws<ArgumentNullException>(() => new KvBatch().Set("a", null!));

    [Fact]
    public void A_failed_condition_becomes_an_error_that_carries_the_current_item()
    {
        var current = new KvItem("myKV", "a", "1") { VersionNumber = 3 };
        KvException e = Assert.Throws<KvException>(() => KvCommit.Failed(new("a", 2), current).ThrowIfFailed());
        Assert.Equal(KvError.ConditionFailed, e.Error);
        Assert.Same(current, e.Target);
        Assert.Contains("has version 3; 2 was expected", e.Message, StringComparison.Ordinal);
    }
}
