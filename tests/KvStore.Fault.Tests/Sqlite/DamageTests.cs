// Damage is reported where it is met, and what is whole stays readable.
using System.Text;
using KvStore.Storage.Sqlite;

namespace KvStore.Fault.Tests;

public sealed class DamageTests : SqliteTest
{
    // The first byte of such a page in a file: https://sqlite.org/fileformat.html
    private const byte LeafOfKeys = 10;

    [Theory]
    [InlineData("value-of-0001")]
    [InlineData("value-of-0000")]
    public void A_flipped_bit_in_a_value_is_found_out(string needle)
    {
        Make();
        Flip(needle);
        KvStorage storage = Open();
        KvException error = Throws(KvError.StorageDamaged, () => Keys(storage));
        Assert.Contains($"'{Store}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'key000", error.Message, StringComparison.Ordinal);
        Assert.Equal("value-of-0002", Get(storage, "key0002"));
    }

    [Fact]
    public void A_damaged_item_is_reported_by_a_get_and_can_be_removed()
    {
        Make();
        Flip("value-of-0001");
        KvStorage storage = Open();
        Assert.Equal("key0001", Throws(KvError.StorageDamaged, () => Get(storage, "key0001")).Target);
        storage.Commit(Store, new KvBatch().Delete("key0001"), Token);
        Assert.Equal(["key0000", "key0002"], Keys(storage));
    }

    [Theory]
    [InlineData("version = version + 1")]
    [InlineData("mod_revision = mod_revision + 1")]
    [InlineData("modified = modified + 1")]
    [InlineData("expires = 1")]
    [InlineData("store = store + 1")]
    [InlineData("value = ''")]
    public void A_changed_number_is_found_out_by_a_get_and_a_scan_of_keys(string change)
    {
        Open().Commit("other", new KvBatch().Set("x", "y"), Token);
        Make();
        Execute($"UPDATE kv SET {change} WHERE key = 'key0001' OR key = 'x'");
        KvStorage storage = Open();
        Throws(KvError.StorageDamaged, () => new[] { "other", Store }.Sum(store => storage.Scan(store, KvRange.All, Token).Count()));
        if (!change.StartsWith("value", StringComparison.Ordinal))
        {
            Throws(KvError.StorageDamaged, () => new[] { "other", Store }.Sum(store => storage.Scan(store, new KvRange { KeysOnly = true }, Token).Count()));
        }
    }

    [Fact]
    public void A_changed_row_of_a_store_or_a_kept_namespace_is_found_out()
    {
        Open().Commit(Store, new KvBatch().AddNamespace("n"), Token);
        Close();
        Execute("UPDATE namespace SET path = 'm'");
        Assert.Contains("/m", Throws(KvError.StorageDamaged, () => Open().GetKeptNamespaces(Store, "", Token).Count()).Message, StringComparison.Ordinal);
        Close();
        Execute("UPDATE store SET revision = revision - 1");
        KvStorage storage = Open();
        Throws(KvError.StorageDamaged, () => storage.GetStore(Store, Token));
        Throws(KvError.StorageDamaged, () => Set(storage, "key", "value"));
    }

    [Theory]
    [InlineData("store")]
    [InlineData("sqlite_autoindex_store_1")]
    public void A_page_that_hides_a_store_is_found_out(string table)
    {
        Make();
        FlipCellCount(table, 0x01);
        KvStorage storage = Open();
        Throws(KvError.StorageDamaged, () => Keys(storage));
        Throws(KvError.StorageDamaged, () => Get(storage, "key0001"));
        Throws(KvError.StorageDamaged, () => storage.GetStore(Store, Token));
        Throws(KvError.StorageDamaged, () => storage.GetStores(Token).Count());
        Throws(KvError.StorageDamaged, () => Set(storage, "key0001", "x"));
        Assert.NotEmpty(storage.Check(store: null, Token));

        // The row says which items are the store's; its name alone can be found without the index.
        Func<int> salvage = () => storage.Scan(Store, new KvRange { SkipDamaged = true }, Token).Count();
        if (table == "store")
        {
            Throws(KvError.StorageDamaged, () => salvage());
        }
        else
        {
            Assert.Equal(3, salvage());
        }
    }

    [Theory]
    [InlineData("change")]
    [InlineData("change_key")]
    public void A_page_that_gives_changes_twice_is_found_out(string table)
    {
        KvStorage storage = Open();
        storage.CreateStore(Store, storage.Limits, Token);
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        for (int i = 1; i <= 7; i++)
        {
            Set(storage, "a", $"{i}");
        }

        Assert.Equal(7, storage.GetHistory(Store, "a", Token).Count());
        Close();
        RepeatLastCell(table);
        storage = Open();
        Assert.NotEmpty(storage.Check(store: null, Token));
        if (table == "change")
        {
            using IEnumerator<KvChange> changes = storage.Watch(Store, "", fromRevision: 2, Token).GetEnumerator();
            Throws(KvError.StorageDamaged, () => changes.MoveNext());
        }
        else
        {
            Throws(KvError.StorageDamaged, () => storage.GetHistory(Store, "a", Token).Count());
        }
    }

    [Fact]
    public void A_file_cut_short_is_reported()
    {
        Make(items: 2000);
        foreach (long size in new[] { 5000, 20_000, 100_000 })
        {
            string cut = Path.Combine(Folder, $"cut{size}.db");
            File.Copy(Database, cut);
            using (FileStream stream = File.OpenWrite(cut))
            {
                stream.SetLength(size);
            }

            KvStorage storage = Open(database: cut);
            Throws(KvError.StorageDamaged, () => Keys(storage));
            Throws(KvError.StorageDamaged, () => storage.Commit(Store, new KvBatch().DeleteNamespace(KvPath.Root).Set("key1999", "x"), Token));
        }
    }

    [Fact]
    public void A_page_of_noise_is_reported_and_the_rest_stays_readable()
    {
        Make(items: 2000);
        var noise = new byte[4096];
        new Random(Seed: 2).NextBytes(noise);
        using (FileStream stream = File.OpenWrite(Database))
        {
            stream.Position = stream.Length / 4096 / 2 * 4096;
            stream.Write(noise);
        }

        KvStorage storage = Open();
        Throws(KvError.StorageDamaged, () => Keys(storage));
        Assert.Equal("value-of-0000", Get(storage, "key0000"));
    }

    [Fact]
    public void A_check_names_every_damaged_item_and_the_rest_can_be_read()
    {
        Open().Commit("whole", new KvBatch().Set("x", "y"), Token);
        Make(items: 300);
        Flip("value-of-0007");
        Flip("value-of-0123");
        KvStorage storage = Open();
        KvDamage[] damages = storage.Check(store: null, Token).ToArray();
        Assert.Equal(["/key0007", "/key0123"], damages.Select(damage => damage.Path));
        Assert.All(damages, damage => Assert.Equal(Store, damage.Store));
        Assert.Equal(damages, storage.Check(Store.ToUpperInvariant(), Token));
        Assert.Empty(storage.Check("whole", Token));
        Assert.Equal(298, storage.Scan(Store, new KvRange { SkipDamaged = true }, Token).Count());
        Assert.Equal(["key0006", "key0008"], storage.Scan(Store, new KvRange { Start = "key0006", Limit = 2, SkipDamaged = true }, Token).Select(item => item.FullKey));
    }

    [Fact]
    public void A_check_finds_damage_in_stores_namespaces_the_log_and_strays()
    {
        KvStorage storage = Open();
        storage.Commit(Store, new KvBatch().Set("a", "1").AddNamespace("n"), Token);
        storage.SetHistoryPeriod(Store, TimeSpan.MaxValue, Token);
        Set(storage, "a", "2");
        Assert.Empty(storage.Check(store: null, Token));
        Close();
        string[] changes =
        [
            "UPDATE store SET log_start = log_start + 1", "UPDATE namespace SET path = 'm'", "UPDATE change SET previous = previous + 1", "UPDATE change SET kind = 1",
            "DELETE FROM namespace", "DELETE FROM kv", "INSERT INTO kv SELECT 77, key, version, create_revision, mod_revision, created, modified, expires, checksum, value FROM kv",
        ];
        foreach (string change in changes)
        {
            string damaged = Path.Combine(Folder, "damaged.db");
            File.Copy(Database, damaged, overwrite: true);
            Execute(change, damaged);
            using KvStorage opened = CheckedStorage.Wrap(new SqliteStorage(damaged));
            Assert.True(opened.Check(store: null, Token).Any(), change);
        }
    }

    [Fact]
    public void Items_on_both_sides_of_a_page_of_noise_are_salvaged()
    {
        Make(items: 2000);
        byte[] contents = File.ReadAllBytes(Database);
        int leaf = Enumerable.Range(1, (contents.Length / 4096) - 1).First(page =>
            contents[page * 4096] == LeafOfKeys && contents.AsSpan(page * 4096, 4096).IndexOf("value-of-1000"u8) > 0);
        new Random(Seed: 2).NextBytes(contents.AsSpan(leaf * 4096, 4096));
        File.WriteAllBytes(Database, contents);
        KvStorage storage = Open();
        string[] keys = storage.Scan(Store, new KvRange { SkipDamaged = true }, Token).Select(item => item.FullKey).ToArray();
        Assert.InRange(keys.Length, 1900, 1999);
        Assert.Equal(("key0000", "key1999"), (keys[0], keys[^1]));
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Contains(storage.Check(store: null, Token), damage => damage.Store is null);
        Assert.Contains(storage.Check(Store, Token), damage => damage.Problem.Contains($"2000 items {keys.Length}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_whose_own_row_is_damaged_is_salvaged()
    {
        Make();
        Execute("UPDATE store SET items = 7");
        KvStorage storage = Open();
        Throws(KvError.StorageDamaged, () => Keys(storage));
        Assert.Equal(3, storage.Scan(Store, new KvRange { SkipDamaged = true }, Token).Count());
        Assert.Contains(storage.Check(store: null, Token), damage => damage.Store == Store && damage.FullKey is null);
    }

    // Bytes 3 and 4 of a page are the number of its cells, whose positions follow from byte 8 on.
    private void FlipCellCount(string table, byte bit) => ChangeRootPage(table, page => page[4] ^= bit);

    private void RepeatLastCell(string table) => ChangeRootPage(table, page =>
    {
        int count = page[4]++;
        page.Slice(8 + (2 * (count - 1)), 2).CopyTo(page[(8 + (2 * count))..]);
    });

    private void ChangeRootPage(string table, SpanAction change)
    {
        int root = (int)QueryNumber($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'");
        byte[] contents = File.ReadAllBytes(Database);
        change(contents.AsSpan((root - 1) * 4096, 4096));
        File.WriteAllBytes(Database, contents);
    }

    private delegate void SpanAction(Span<byte> page);

    private void Flip(string needle)
    {
        byte[] contents = File.ReadAllBytes(Database);
        byte[] bytes = Encoding.UTF8.GetBytes(needle);
        int position = contents.AsSpan().IndexOf(bytes);
        Assert.True(position > 0);

        // Where a page was split the file has a copy that nobody reads: all are damaged, to be sure of the right one.
        for (; position >= 0; position = contents.AsSpan().IndexOf(bytes))
        {
            contents[position + needle.Length - 1] ^= 0x10;
        }

        File.WriteAllBytes(Database, contents);
    }
}
