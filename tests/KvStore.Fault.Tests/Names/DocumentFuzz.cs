// A document is taken as a whole and comes out as it went in, or is refused with an error of the contract and changes nothing.
using System.Reflection;
using System.Text;

namespace KvStore.Fault.Tests;

public sealed class DocumentFuzz
{
    private const string Existing = "existing";
    private const string Cinder = "cinder";

    private static readonly string CinderlibDump = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cinderlib-dump.json"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Any_export_document_is_loaded_whole_or_changes_nothing()
    {
        var documents = new HardDocument(FaultRun.NewRandom());
        byte[] sound = MakeExport();
        Assert.Equal(sound, LoadOrRefuse(sound, "the sound document"));
        int loaded = 0;
        int count = FaultRun.Times(14_000, 300_000);
        for (int i = 0; i < count; i++)
        {
            loaded += LoadOrRefuse(documents.Next(sound), $"Document {i}") is null ? 0 : 1;
        }

        FaultRun.Tell($"{count} documents, {loaded} of them loaded.");
        Assert.InRange(loaded, 1, count - 1);
    }

    [Fact]
    public void An_export_document_nested_deeply_is_refused()
    {
        string sound = Encoding.UTF8.GetString(MakeExport());
        foreach (string mark in new[] { "\"stores\"", "[", "{", "\"value\"", "\"KvStore\"", "1" })
        {
            foreach (byte[] deep in HardDocument.Nest(sound, mark).Take(30))
            {
                Assert.Null(LoadOrRefuse(deep, $"Nesting in place of {mark}"));
            }
        }
    }

    [Fact]
    public void A_document_of_huge_values_is_loaded_and_comes_out_as_it_went_in()
    {
        using var storage = new MemoryStorage();
        storage.CreateStore("huge", storage.Limits, Token);
        storage.Commit("huge", new KvBatch().Set("a", new string('x', 10_000_000)).Set("b", string.Concat(Enumerable.Repeat("\"\\\n\u0001é😀", 500_000))), Token);
        byte[] document = Export(storage);
        Assert.Equal(document, LoadOrRefuse(document, "the document of huge values"));
    }

    [Fact]
    public void Any_document_of_cinderlib_is_loaded_whole_or_changes_nothing()
    {
        var documents = new HardDocument(FaultRun.NewRandom());
        byte[] sound = Encoding.UTF8.GetBytes(CinderlibDump);
        Assert.True(TryImport(sound, "the sound document"));
        int loaded = 0;
        int count = FaultRun.Times(6000, 100_000);
        for (int i = 0; i < count; i++)
        {
            loaded += TryImport(documents.Next(sound), $"Document {i}") ? 1 : 0;
        }

        Assert.All(HardDocument.Nest(CinderlibDump, "null").Take(60), (deep, i) => Assert.False(TryImport(deep, $"Nesting {i}")));
        FaultRun.Tell($"{count} documents, {loaded} of them loaded.");
        Assert.InRange(loaded, 1, count - 1);
    }

    [Fact]
    public void Any_text_in_place_of_a_record_is_read_or_refused()
    {
        var documents = new HardDocument(FaultRun.NewRandom());
        Random random = FaultRun.NewRandom(part: 1);
        using KvStorage storage = CheckedStorage.Wrap(new MemoryStorage());
        storage.CreateStore(Cinder, storage.Limits, Token);
        Assert.Equal(3, CinderlibImport.Load(new MemoryStream(Encoding.UTF8.GetBytes(CinderlibDump)), storage, Cinder, KvLoadMode.Merge, cancellation: Token));
        KvItem[] items = [.. storage.Scan(Cinder, KvRange.All, Token)];
        byte[][] nested = [.. HardDocument.Nest("x", "x"), .. HardDocument.Nest("{\"a\":x}", "x")];
        for (int i = 0; i < FaultRun.Times(6000, 100_000); i++)
        {
            KvItem item = items[random.Next(items.Length)];
            byte[] text = i % 100 == 0 ? nested[random.Next(nested.Length)] : documents.Next(Encoding.UTF8.GetBytes(item.Value));
            string value = Encoding.UTF8.GetString(text);
            storage.Commit(Cinder, new KvBatch().Set(item.FullKey, value), Token);
            Try($"Record {i}: {item.FullKey} = {HardText.Show(value)}", () => ReadAll(new KvRecords(storage, Cinder, Token)));
            storage.Commit(Cinder, new KvBatch().Set(item.FullKey, item.Value), Token);
        }
    }

    /// <summary>Loads a document; gives the export of what was loaded, or null if it was refused.</summary>
    private static byte[]? LoadOrRefuse(byte[] document, string what)
    {
        using var storage = new MemoryStorage();
        storage.Commit(Existing, new KvBatch().Set("key", "value"), Token);
        byte[] before = Export(storage);
        bool isLoaded = Try(what, () => KvDocumentReader.Load(new MemoryStream(document), storage, KvLoadMode.Merge, Token));
        if (!isLoaded)
        {
            Assert.True(before.AsSpan().SequenceEqual(Export(storage)), $"{what} was refused but changed something.");
            return null;
        }

        // What was loaded, without what was there before.
        storage.RemoveStore(Existing, Token);
        byte[] loaded = Export(storage);
        using var other = new MemoryStorage();
        KvDocumentReader.Load(new MemoryStream(loaded), other, KvLoadMode.Merge, Token);
        Assert.True(loaded.AsSpan().SequenceEqual(Export(other)), $"{what} does not come out as it went in.");
        return loaded;
    }

    private static bool TryImport(byte[] document, string what)
    {
        using var storage = new MemoryStorage();
        if (!Try(what, () => CinderlibImport.Load(new MemoryStream(document), storage, Cinder, KvLoadMode.Merge, cancellation: Token)))
        {
            Assert.True(storage.GetStore(Cinder, Token) is null, $"{what} was refused but changed something.");
            return false;
        }

        // Importing it again changes nothing, and what was imported can be read.
        string[] first = [.. storage.Scan(Cinder, KvRange.All, Token).Select(item => item.ToString())];
        CinderlibImport.Load(new MemoryStream(document), storage, Cinder, KvLoadMode.Merge, cancellation: Token);
        Assert.True(first.SequenceEqual(storage.Scan(Cinder, KvRange.All, Token).Select(item => item.ToString())), $"{what} changes something when it is imported again.");
        Try(what, () => ReadAll(new KvRecords(storage, Cinder, Token)));
        return true;
    }

    // Every record, and all that it tells of itself.
    private static void ReadAll(KvRecords records)
    {
        IEnumerable<KvRecord> all = [.. records.GetVolumes(), .. records.GetSnapshots(), .. records.GetConnections(), .. records.GetKeyValues()];
        foreach (KvRecord record in all)
        {
            foreach (PropertyInfo property in record.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
            {
                property.GetValue(record, BindingFlags.DoNotWrapExceptions, binder: null, index: null, culture: null);
            }
        }
    }

    private static bool Try(string what, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (KvException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }
    }

    private static byte[] MakeExport()
    {
        using var storage = new MemoryStorage();
        storage.Commit("myKV", HardText.Names.Where(KvPath.IsKey).Take(12).Aggregate(new KvBatch(), (batch, name) => batch.Set(name, name)).AddNamespace("kept/one"), Token);
        storage.CreateStore("limits", new KvLimits(100, 200), Token);
        storage.Commit("limits", new KvBatch().Set("a/b", "1", new DateTimeOffset(2099, 1, 31, 12, 0, 0, TimeSpan.Zero)).Set("c", ""), Token);
        return Export(storage);
    }

    private static byte[] Export(KvStorage storage)
    {
        var output = new MemoryStream();
        KvDocumentWriter.Write(output, storage, storage.GetStores(Token), Token);
        return output.ToArray();
    }
}
