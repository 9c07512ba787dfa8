// The bounds that engines are asked with must enclose exactly what a range contains.
namespace KvStore.Core.Tests;

public sealed class KvRangeTests
{
    [Theory]
    [InlineData("", "", null, "", null)]
    [InlineData("n/", "", null, "n/", "n0")]
    [InlineData("n/", "n/b", null, "n/b", "n0")]
    [InlineData("n/", "a", null, "n/", "n0")]
    [InlineData("", "b", "b", "b\u0001", null)]
    [InlineData("", "", "", "", null)]
    [InlineData("", "a\0b", null, "a\u0001", null)]
    [InlineData("\uD7FF", "", null, "\uD7FF", "\uE000")]
    [InlineData("\uFFFF", "", null, "\uFFFF", "\U00010000")]
    [InlineData("a\U0010FFFF", "", null, "a\U0010FFFF", "b")]
    [InlineData("\U0010FFFF", "", null, "\U0010FFFF", null)]
    public void Bounds_are_those_of_prefix_start_and_after(string prefix, string start, string? after, string lower, string? upper)
    {
        var range = new KvRange { Prefix = prefix, Start = start, After = after };
        Assert.Equal((lower, upper), (range.LowerBound, range.UpperBound));
    }

    [Fact]
    public void A_key_lies_within_the_bounds_exactly_if_the_range_contains_it()
    {
        var random = new Random(4711);
        string[] letters = ["\u0001", "/", "0", "a", "\uD7FF", "\uE000", "\uFFFF", "😀", "\U0010FFFF"];
        string Text() => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => letters[random.Next(letters.Length)]));
        for (int i = 0; i < 20_000; i++)
        {
            var range = new KvRange { Prefix = Text(), Start = Text(), After = random.Next(2) == 0 ? null : Text() };
            string key = "a" + Text();
            bool isWithin = KvOrder.Instance.Compare(key, range.LowerBound) >= 0 && (range.UpperBound is null || KvOrder.Instance.Compare(key, range.UpperBound) < 0);
            Assert.True(range.Contains(key) == isWithin, $"{range}, key {key}");
        }
    }

    [Fact]
    public void A_limit_of_none_and_a_prefix_that_no_key_can_have_make_a_range_empty()
    {
        Assert.True(new KvRange { Limit = 0 }.IsEmpty);
        Assert.True(new KvRange { Prefix = "a\0" }.IsEmpty);
        Assert.False(KvRange.All.IsEmpty);
    }

    [Fact]
    public void Pages_meet_each_item_once_and_stop_at_the_limit()
    {
        KvItem[] all = [.. Enumerable.Range(0, 700).Select(i => new KvItem("s", $"key{i:D4}", "v"))];
        var sizes = new List<int>();
        IReadOnlyList<KvItem> ReadPage(KvRange range)
        {
            sizes.Add(range.Limit!.Value);
            return [.. all.Where(item => range.Contains(item.FullKey)).Take(range.Limit.Value)];
        }

        Assert.Equal(all, PagedScan.Read(KvRange.All, ReadPage, default));
        Assert.Equal([32, 128, 512, 2000], sizes);
        Assert.Equal(all[..40], PagedScan.Read(new KvRange { Limit = 40 }, ReadPage, default));
        Assert.Equal(all[1..2], PagedScan.Read(new KvRange { After = "key0000", Limit = 1 }, ReadPage, default));
        Assert.Empty(PagedScan.Read(new KvRange { Limit = 0 }, ReadPage, default));
    }
}
