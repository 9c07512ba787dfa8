// What the conformance cases cannot see: how many items a record takes, what is refused, and what is damaged.
namespace KvStore.Core.Tests;

public sealed class KvRecordsTests
{
    private readonly MemoryStorage _storage = new();

    private KvRecords Records => new(_storage, "cinder");

    [Fact]
    public void A_record_is_one_item_as_long_as_it_fits()
    {
        Records.SetVolume(new KvVolume("v1") { Backend = "lvm", Name = "disk" });
        Assert.Equal(["volumes/v1"], Keys("volumes/"));
        Assert.Equal(["index/volumes/backend/lvm/v1", "index/volumes/name/disk/v1"], Keys("index/").Where(key => !key.Contains("order", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_that_was_removed_and_made_again_meanwhile_loses_nothing_of_what_it_is_now()
    {
        bool isChanged = false;
        Records.SetVolume(new KvVolume("v1") { Backend = "lvm", Name = "old", Description = "old" });
        using var storage = new InterruptedStorage(_storage, () =>
        {
            if (!isChanged)
            {
                isChanged = true;
                Records.Delete(new KvVolume("v1"));
                Records.SetVolume(new KvVolume("v1") { Backend = "lvm", Name = "new", Description = "new" });
            }
        });
        var records = new KvRecords(storage, "cinder");
        KvVolume volume = records.GetVolumes().Single();
        volume.Name = "mine";
        records.SetVolume(volume);
        Assert.True(isChanged);
        Assert.Equal(("mine", "new"), (Records.GetVolumes().Single().Name, Records.GetVolumes().Single().Description));
        Assert.Equal(["index/volumes/name/mine/v1"], Keys("index/volumes/name/"));
    }

    [Fact]
    public void A_long_record_moves_its_longest_fields_and_nothing_else()
    {
        var volume = new KvVolume("v1") { Backend = "lvm", Description = new string('d', 3000) };
        volume["provider_auth"] = new string('é', 3000);
        Records.SetVolume(volume);
        Assert.Equal(["volumes/v1", "volumes/v1/fields/provider_auth", "volumes/v1/fields/provider_auth/0002"], Keys("volumes/"));
        Assert.Equal(new string('é', 3000), Records.GetVolumes().Single()["provider_auth"]);
    }

    [Fact]
    public void A_store_with_larger_values_keeps_a_long_record_in_one_item()
    {
        _storage.CreateStore("cinder", new KvLimits(510, 100_000), CancellationToken.None);
        Records.SetVolume(new KvVolume("v1") { Description = new string('d', 50_000) });
        Assert.Equal(["volumes/v1"], Keys("volumes/"));
    }

    [Fact]
    public void A_record_whose_names_alone_do_not_fit_is_refused()
    {
        var volume = new KvVolume("v1");
        for (int i = 0; i < 500; i++)
        {
            volume[$"field{i}"] = "value";
        }

        Assert.Equal(KvError.ValueTooLong, Assert.Throws<KvException>(() => Records.SetVolume(volume)).Error);
        Assert.Empty(_storage.GetStores(CancellationToken.None));
    }

    [Fact]
    public void A_long_property_key_is_refused_whole()
    {
        var volume = new KvVolume("v1");
        volume.SetProperty(new string('k', 600), "x");
        Assert.Equal(KvError.KeyTooLong, Assert.Throws<KvException>(() => Records.SetVolume(volume)).Error);
        Assert.Empty(Records.GetVolumes());
    }

    [Fact]
    public void What_cinderlib_could_not_load_is_not_set()
    {
        var volume = new KvVolume("v1");
        volume["created_at"] = "yesterday";
        KvException error = Assert.Throws<KvException>(() => Records.SetVolume(volume));
        Assert.Equal(KvError.InvalidValue, error.Error);
        Assert.Contains("Volume 'v1': field 'created_at' is 'yesterday'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_was_changed_by_hand_is_found_out()
    {
        Records.SetVolume(new KvVolume("v1") { Description = new string('d', 5000) });
        _storage.Commit("cinder", new KvBatch().Set("volumes/v1/fields/display_description", "\"other\""), CancellationToken.None);
        Assert.Equal(KvError.StorageDamaged, Assert.Throws<KvException>(() => Records.GetVolumes().ToArray()).Error);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"ovo": {}}""")]
    [InlineData("""{"class": "Volume", "ovo": {"versioned_object.data": {"id": "v1", "id": "v1"}}}""")]
    [InlineData("""{"class": "Volume", "class": "Volume", "ovo": {"versioned_object.data": {"id": "v1"}}}""")]
    public void An_item_that_is_no_record_is_told_by_its_key(string value)
    {
        _storage.Commit("cinder", new KvBatch().Set("volumes/v1", value), CancellationToken.None);
        KvException error = Assert.Throws<KvException>(() => Records.GetVolumes().ToArray());
        Assert.Equal((KvError.StorageDamaged, "volumes/v1"), (error.Error, error.Target));
    }

    [Fact]
    public void A_stale_index_item_does_no_harm()
    {
        Records.SetVolume(new KvVolume("v1") { Name = "disk", Backend = "lvm" });
        _storage.Commit("cinder", new KvBatch().Set("index/volumes/name/other/v1", "").Set("index/volumes/name/disk/gone", "").Set("index/volumes/order/lvm/0000000000000001-v1", ""), CancellationToken.None);
        Assert.Empty(Records.GetVolumes(name: "other"));
        Assert.Single(Records.GetVolumes(name: "disk"));
        using var output = new MemoryStream();
        Assert.Equal(1, CinderlibWriter.Write(output, _storage, "cinder"));
    }

    [Fact]
    public void A_volume_without_a_backend_is_not_exported_in_silence()
    {
        Records.SetVolume(new KvVolume("v1"));
        using var output = new MemoryStream();
        KvException error = Assert.Throws<KvException>(() => CinderlibWriter.Write(output, _storage, "cinder"));
        Assert.Contains("Volume v1 names no backend", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_backend_is_a_part_of_the_host()
    {
        var volume = new KvVolume("v1");
        foreach ((string host, string backend) in (ReadOnlySpan<(string, string)>)[("node@lvm#pool", "lvm"), ("node@lvm", "lvm"), ("a@b@lvm#p#q", "lvm"), ("lvm#pool", "lvm")])
        {
            volume.Host = host;
            Assert.Equal(backend, volume.Backend);
        }

        volume.Host = "node@lvm#pool";
        volume.Backend = "ceph";
        Assert.Equal("node@ceph#pool", volume.Host);
    }

    [Fact]
    public void A_field_takes_plain_values_and_refuses_others()
    {
        var volume = new KvVolume("v1");
        volume["f"] = new object?[] { 1, 2.5m, true, null, 'c', DateTimeOffset.UnixEpoch, new Dictionary<string, object?> { ["a"] = "b" } };
        Assert.Equal("[1,2.5,true,null,\"c\",\"1970-01-01T00:00:00.000000Z\",{\"a\":\"b\"}]", System.Text.Json.JsonSerializer.Serialize(volume["f"]));
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => volume["f"] = double.NaN).Error);
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => volume["f"] = new object()).Error);
        Assert.Equal(KvError.InvalidText, Assert.Throws<KvException>(() => volume["f"] = "\uD800").Error);
        Assert.Equal(KvError.InvalidValue, Assert.Throws<KvException>(() => volume["id"] = "other").Error);
        Assert.Equal(KvError.NotSupported, Assert.Throws<KvException>(() => new KvKeyValue("k", "v").SetProperty("a", "b")).Error);
    }

    private string[] Keys(string prefix) => [.. _storage.Scan("cinder", new KvRange { Prefix = prefix }, CancellationToken.None).Select(item => item.FullKey)];
}
