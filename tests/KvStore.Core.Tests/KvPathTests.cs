// The normalisation table of LINSTOR's client, row by row, and what KvStore adds to it.
namespace KvStore.Core.Tests;

public sealed class KvPathTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("//", "")]
    [InlineData(" ", "")]
    [InlineData("/ /", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("/foo/bar/", "foo/bar")]
    [InlineData("foo/bar", "foo/bar")]
    [InlineData("//foo/bar//", "foo/bar")]
    [InlineData(" / foo / bar / ", "foo / bar")]
    [InlineData("../a", "../a")]
    [InlineData("./a/.", "./a/.")]
    [InlineData("a//b", "a/b")]
    [InlineData("a////b//c", "a/b/c")]
    [InlineData("a/ /b", "a/ /b")]
    [InlineData("\u001Ca\u001F", "a")]
    [InlineData("\u0085\u00A0\u3000a", "a")]
    [InlineData("\u200Ba", "\u200Ba")]
    [InlineData("\u180Ea", "\u180Ea")]
    [InlineData("\uFEFFa", "\uFEFFa")]
    public void Normalising_strips_white_space_and_slashes_at_the_ends_only(string? typed, string expected) =>
        Assert.Equal(expected, KvPath.Normalize(typed));

    [Theory]
    [InlineData("/key")]
    [InlineData("key/")]
    [InlineData(" key ")]
    public void There_are_no_absolute_keys(string typed) =>
        Assert.Equal("foo/bar/key", KvPath.Join(KvPath.Normalize("/foo/bar/"), KvPath.NormalizeKey(typed)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("/")]
    [InlineData(null)]
    public void An_empty_key_is_an_error(string? typed) =>
        Assert.Equal(KvError.InvalidKey, Assert.Throws<KvException>(() => KvPath.NormalizeKey(typed)).Error);

    [Theory]
    [InlineData("foo/bar", "foo", true)]
    [InlineData("foo2", "foo", false)]
    [InlineData("foo", "foo", false)]
    [InlineData("foo\u200D/x", "foo", false)]
    [InlineData("foo", "", true)]
    [InlineData("", "", false)]
    public void Beneath_means_behind_a_separator(string path, string namespacePath, bool expected) =>
        Assert.Equal(expected, KvPath.IsBeneath(path, namespacePath));

    [Fact]
    public void Parent_and_name_take_a_path_apart()
    {
        Assert.Equal("a/b", KvPath.GetParent("a/b/c"));
        Assert.Equal("", KvPath.GetParent("a"));
        Assert.Equal("", KvPath.GetParent(""));
        Assert.Equal("c", KvPath.GetName("a/b/c"));
        Assert.Equal("b/c", KvPath.GetRelative("a/b/c", "a"));
    }

    [Theory]
    [InlineData("ab", true)]
    [InlineData("_", true)]
    [InlineData("A-1_b", true)]
    [InlineData("1a", false)]
    [InlineData("-a", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("ä", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    public void Store_names_follow_LINSTORs_rule(string? name, bool expected) => Assert.Equal(expected, KvPath.IsStoreName(name));

    [Fact]
    public void A_store_name_has_at_most_48_characters()
    {
        KvPath.CheckStoreName(new string('a', 48));
        Assert.Equal(KvError.InvalidStoreName, Assert.Throws<KvException>(() => KvPath.CheckStoreName(new string('a', 49))).Error);
    }

    [Fact]
    public void A_key_of_510_bytes_passes_and_one_of_511_names_limit_and_size()
    {
        string euros = string.Concat(Enumerable.Repeat("€", 170));
        KvPath.CheckKey(euros, 510, "store 'myKV'");
        KvException e = Assert.Throws<KvException>(() => KvPath.CheckKey(euros + "x", 510, "store 'myKV'"));
        Assert.Equal(KvError.KeyTooLong, e.Error);
        Assert.Contains("511 bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains("store 'myKV' allows 510", e.Message, StringComparison.Ordinal);
        Assert.Equal(euros + "x", e.Target);
    }

    [Fact]
    public void A_lone_surrogate_is_an_error()
    {
        foreach (string text in new[] { "a\uD800b", "\uDC00" })
        {
            Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => KvPath.CheckKey(text, 510, "store")).Error);
            Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => KvPath.CheckValue("key", text, 4096, "store")).Error);
        }
    }

    [Fact]
    public void A_lone_surrogate_is_told_with_the_key_that_it_was_to_be_written_for()
    {
        Assert.Contains("'foo/b", Assert.Throws<KvException>(() => KvPath.CheckKey("foo/b\uD800", 510, "store")).Message, StringComparison.Ordinal);
        KvException value = Assert.Throws<KvException>(() => KvPath.CheckValue("foo/bar", "s3cret\uD800", 4096, "store"));
        Assert.Contains("value of key 'foo/bar'", value.Message, StringComparison.Ordinal);
        Assert.Equal("foo/bar", value.Target);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(" a")]
    [InlineData("")]
    public void A_full_key_that_is_not_in_normal_form_is_an_error(string key) =>
        Assert.Equal(KvError.InvalidKey, Assert.Throws<KvException>(() => KvPath.CheckKey(key, 510, "store")).Error);

    [Fact]
    public void A_long_key_is_shortened_in_the_message()
    {
        KvException e = Assert.Throws<KvException>(() => KvPath.CheckKey(new string('k', 600), 510, "store 'myKV'"));
        Assert.True(e.Message.Length < 250, e.Message);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("100%", "100%25")]
    [InlineData(@"a\b", "a%5Cb")]
    [InlineData(".", "%2E")]
    [InlineData("..", "%2E%2E")]
    [InlineData("a/../b", "a/%2E%2E/b")]
    [InlineData("a.b/...", "a.b/...")]
    [InlineData("tab\there", "tab%09here")]
    [InlineData("\u0085x", "%C2%85x")]
    [InlineData("[x]*?`", "[x]*?`")]
    [InlineData("%41", "%2541")]
    public void A_drive_path_shows_a_component_as_it_is_but_for_what_must_be_encoded(string path, string drivePath)
    {
        Assert.Equal(drivePath, KvPath.ToDrivePath(path));
        Assert.Equal(path, KvPath.FromDrivePath(drivePath));
    }

    [Theory]
    [InlineData(@"a\b", "a/b")]
    [InlineData("50%", "50%")]
    [InlineData("%zz", "%zz")]
    [InlineData("%c3%a4", "ä")]
    public void A_typed_drive_path_may_be_written_in_other_ways(string typed, string path) => Assert.Equal(path, KvPath.FromDrivePath(typed));

    [Fact]
    public void Escapes_that_are_not_UTF8_are_an_error() =>
        Assert.Equal(KvError.InvalidPath, Assert.Throws<KvException>(() => KvPath.FromDrivePath("a%FFb")).Error);

    // Encoded as U+FFFD it would lead to somebody else's item.
    [Fact]
    public void A_lone_surrogate_beside_an_escape_is_an_error() =>
        Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => KvPath.FromDrivePath("a%25\uD800")).Error);

    [Fact]
    public void Every_key_has_one_drive_path_and_back()
    {
        var random = new Random(510);
        string alphabet = "ab%\\.2E5C/ \t\u0000\u001F\u007F\u0085\u009Fäß€\U0001F600[]*?~-";
        for (int i = 0; i < 20_000; i++)
        {
            string[] runes = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => alphabet.EnumerateRunes().ElementAt(random.Next(alphabet.EnumerateRunes().Count())).ToString())];
            string path = string.Concat(runes);
            string drivePath = KvPath.ToDrivePath(path);
            Assert.Equal(path, KvPath.FromDrivePath(drivePath));
            Assert.DoesNotContain(drivePath, c => char.IsControl(c) || c == '\\');
            Assert.DoesNotContain(drivePath.Split('/'), component => component is "." or "..");
        }
    }

    [Fact]
    public void Order_is_that_of_the_UTF8_bytes()
    {
        var random = new Random(8);
        string[] texts = [.. Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(_ => RandomRune(random).ToString())))];
        foreach (string x in texts)
        {
            foreach (string y in texts)
            {
                int expected = System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y));
                Assert.Equal(Math.Sign(expected), Math.Sign(KvOrder.Instance.Compare(x, y)));
            }
        }
    }

    [Theory]
    [InlineData("", null, "")]
    [InlineData("/", null, "")]
    [InlineData("myKV", "myKV", "")]
    [InlineData(@"\myKV\foo\\bar\", "myKV", "foo/bar")]
    [InlineData("/myKV/a%5Cb", "myKV", @"a\b")]
    public void A_location_is_a_store_and_a_path_in_it(string drivePath, string? store, string path) =>
        Assert.Equal(new KvLocation(store, path), KvLocation.FromDrivePath(drivePath));

    private static System.Text.Rune RandomRune(Random random) => random.Next(4) switch
    {
        0 => new System.Text.Rune(random.Next('a', 'e')),
        1 => new System.Text.Rune(random.Next(0xE000, 0x10000)),
        2 => new System.Text.Rune(random.Next(0x10000, 0x10FFFF)),
        _ => new System.Text.Rune(random.Next(0x80, 0xD800)),
    };
}
