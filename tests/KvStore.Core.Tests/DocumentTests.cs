// The export document: what goes out comes back, and what is wrong is said with its line and changes nothing.
using System.Text;

namespace KvStore.Core.Tests;

public sealed class DocumentTests
{
    private const string Head = "{\n\"format\": \"KvStore\",\n\"formatVersion\": 1,\n\"stores\": [\n";

    [Fact]
    public void What_is_exported_is_imported_equal()
    {
        using var from = new MemoryStorage();
        from.CreateStore("kept", new KvLimits(100, 10_000), default);
        from.Commit("myKV", new KvBatch().Set("foo/bar/key", "val").Set("ä/\u20AC/\U0001F600", "line\nline\r\n\"quoted\" \\ <>&'").Set("empty", "").AddNamespace("stays/empty"), default);
        from.Commit("other", new KvBatch().Set("a", "1", DateTimeOffset.UtcNow.AddDays(1)), default);
        string document = Export(from);

        using var to = new MemoryStorage();
        Assert.Equal(4, Import(to, document));
        Assert.Equal(document, Export(to));
        Assert.Equal(new KvLimits(100, 10_000), to.GetStore("kept", default)!.Limits);
        Assert.Equal("line\nline\r\n\"quoted\" \\ <>&'", to.Get("myKV", "ä/\u20AC/\U0001F600", default)!.Value);
        Assert.Equal(["stays/empty"], to.GetKeptNamespaces("myKV", "", default));
        Assert.NotNull(to.Get("other", "a", default)!.Expires);
    }

    [Fact]
    public void The_number_of_items_written_is_told_whether_anybody_listens_or_not()
    {
        using var storage = new MemoryStorage();
        storage.Commit("myKV", new KvBatch().Set("a", "1").Set("b", "2"), default);
        Assert.Equal(2, KvDocumentWriter.Write(Stream.Null, storage, storage.GetStores(default), default));
        var told = new List<long>();
        Assert.Equal(2, KvDocumentWriter.Write(Stream.Null, storage, storage.GetStores(default), default, told.Add));
        Assert.Equal([1, 2], told);
    }

    [Fact]
    public void Text_is_written_as_it_is_read()
    {
        using var storage = new MemoryStorage();
        storage.Commit("myKV", new KvBatch().Set("ä", "<€>"), default);
        Assert.Contains("\"value\": \"<€>\"", Export(storage), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped()
    {
        using var storage = new MemoryStorage();
        Assert.Equal(0, Import(storage, "\uFEFF" + Head + "]}"));
    }

    [Fact]
    public void A_document_may_come_byte_by_byte()
    {
        using var storage = new MemoryStorage();
        using var input = new SlowStream(System.Text.Encoding.UTF8.GetBytes("\uFEFF" + Head + "{\"name\": \"x\", \"items\": [{\"key\": \"ä\", \"value\": \"€\"}]}]}"));
        Assert.Equal(1, KvDocumentReader.Load(input, storage, KvLoadMode.Merge, default));
        Assert.Equal("€", storage.Get("x", "ä", default)!.Value);
    }

    [Theory]
    [InlineData("", "Line 1")]
    [InlineData("{", "Line 1")]
    [InlineData("[]", "must be an object")]
    [InlineData("{\"format\": \"other\"}", "format is 'other'")]
    [InlineData("{\"format\": \"KvStore\",\n\"formatVersion\": 2}", "Line 2 of the document: the document has format version 2")]
    [InlineData("{\"format\": \"KvStore\", \"formatVersion\": 0}", "whole number")]
    [InlineData("{\"format\": \"KvStore\", \"formatVersion\": 1}", "no 'stores'")]
    [InlineData("{\"stores\": []}", "must stand once, behind 'format'")]
    [InlineData("{\"what\": 1}", "no property 'what'")]
    [InlineData(Head + "{}]}", "a store has no 'name'")]
    [InlineData(Head + "{\"items\": []}]}", "a store has no 'name'")]
    [InlineData(Head + "{\"name\": \"1x\"}]}", "'1x' is not a store name")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"a\"}]}]}", "item 'a' has no 'value'")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"value\": \"a\"}]}]}", "an item has no 'key'")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"a\", \"value\": 1}]}]}", "'value' must be text, not a number")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"a\", \"value\": null}]}]}", "'value' must be text, not null")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"/a\", \"value\": \"\"}]}]}", "'/a' is not a full key")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"a\", \"vaule\": \"\"}]}]}", "no property 'vaule'")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"\\ud800\", \"value\": \"\"}]}]}", "not valid Unicode")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [{\"key\": \"a\", \"value\": \"\", \"expires\": \"soon\"}]}]}", "must be a time")]
    [InlineData(Head + "{\"name\": \"x\", \"items\": [], \"isKept\": true}]}", "must stand before")]
    [InlineData(Head + "{\"name\": \"x\", \"isKept\": 1}]}", "must be true or false")]
    [InlineData(Head + "{\"name\": \"x\", \"maximumKeySize\": -1}]}", "whole number")]
    [InlineData(Head + "{\"name\": \"x\"\n\n\n,,]}", "Line 8")]
    [InlineData(Head + "]} trailing", "not valid JSON")]
    public void A_malformed_document_says_what_and_where(string document, string expected)
    {
        using var storage = new MemoryStorage();
        KvException e = Assert.Throws<KvException>(() => Import(storage, document));
        Assert.Equal(KvError.InvalidDocument, e.Error);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_of_ten_thousand_is_refused()
    {
        using var storage = new MemoryStorage();
        Assert.Equal(KvError.InvalidDocument, Assert.Throws<KvException>(() => Import(storage, Head + new string('[', 10_000))).Error);
    }

    [Fact]
    public void A_bad_entry_in_the_middle_is_named_with_its_line_and_changes_nothing()
    {
        using var storage = new MemoryStorage();
        storage.Commit("x", new KvBatch().Set("k1", "before"), default);
        IEnumerable<string> items = Enumerable.Range(0, 1000).Select(i => $"{{\"key\": \"k{i}\", \"value\": \"{(i == 500 ? new string('v', 4097) : "v")}\"}}");
        string document = Head + "{\"name\": \"x\", \"items\": [\n" + string.Join(",\n", items) + "]}]}";
        KvException e = Assert.Throws<KvException>(() => Import(storage, document));
        Assert.Equal(KvError.ValueTooLong, e.Error);
        Assert.Contains("Line 506 of the document", e.Message, StringComparison.Ordinal);
        Assert.Contains("'k500'", e.Message, StringComparison.Ordinal);
        Assert.Equal("before", Assert.Single(storage.Scan("x", KvRange.All, default)).Value);
    }

    [Fact]
    public void Strings_across_the_readers_buffers_stay_whole()
    {
        using var from = new MemoryStorage();
        from.CreateStore("big", new KvLimits(4096, 1_000_000), default);
        string value = string.Concat(Enumerable.Repeat("€\"\\\n😀", 40_000));
        from.Commit("big", new KvBatch().Set("a", value).Set("b", value[..100]), default);
        using var to = new MemoryStorage();
        using var input = new DripStream(Encoding.UTF8.GetBytes(Export(from)));
        KvDocumentReader.Load(input, to, KvLoadMode.Merge, default);
        Assert.Equal(value, to.Get("big", "a", default)!.Value);
        Assert.Equal(value[..100], to.Get("big", "b", default)!.Value);
    }

    [Fact]
    public void Random_documents_are_read_or_refused_with_a_typed_error()
    {
        var random = new Random(64);
        using var from = new MemoryStorage();
        from.Commit("myKV", new KvBatch().Set("foo/bar", "val").Set("b", "2").AddNamespace("n"), default);
        byte[] document = Encoding.UTF8.GetBytes(Export(from));
        for (int i = 0; i < 3_000; i++)
        {
            byte[] mutated = [.. document];
            for (int m = random.Next(1, 4); m > 0; m--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            using var to = new MemoryStorage();
            try
            {
                KvDocumentReader.Load(new MemoryStream(mutated), to, KvLoadMode.Merge, default);
            }
            catch (KvException)
            {
                Assert.Empty(to.GetStores(default));
            }
        }
    }

    private static string Export(KvStorage storage)
    {
        using var output = new MemoryStream();
        KvDocumentWriter.Write(output, storage, storage.GetStores(default), default);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static long Import(KvStorage storage, string document) =>
        KvDocumentReader.Load(new MemoryStream(Encoding.UTF8.GetBytes(document)), storage, KvLoadMode.Merge, default);

    /// <summary>Gives a few bytes at a time, as a slow network does.</summary>
    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 777));
    }

    // As a pipe or a network does.
    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }
}
