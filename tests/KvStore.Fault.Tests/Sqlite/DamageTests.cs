// Damage is reported where it is met, and what is whole stays readable.
using System.Text;
using KvStore.Storage.Sqlite;

namespace KvStore.Fault.Tests;

public sealed class DamageTests : SqliteTest
{
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

    private void Flip(string needle)
    {
        byte[] contents = File.ReadAllBytes(Database);
        int position = contents.AsSpan().IndexOf(Encoding.UTF8.GetBytes(needle));
        Assert.True(position > 0);
        contents[position + needle.Length - 1] ^= 0x10;
        File.WriteAllBytes(Database, contents);
    }
}
