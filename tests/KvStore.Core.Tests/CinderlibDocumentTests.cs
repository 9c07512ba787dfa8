// cinderlib's documents: what its own loader takes is taken, what it refuses is refused, and what came in goes out again.
using System.Text;
using System.Text.Json.Nodes;

namespace KvStore.Core.Tests;

public sealed class CinderlibDocumentTests
{
    private readonly MemoryStorage _storage = new();

    private static string Sample { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cinderlib-dump.json"));

    private KvRecords Records => new(_storage, "cinder");

    [Fact]
    public void The_sample_comes_out_as_it_went_in()
    {
        Assert.Equal(3, Import(Sample));
        AssertSame(Sample, Export());
        AssertSame(Sample, Export(new CinderlibExportOptions { Backend = "lvm_iscsi", Indented = false }));
    }

    [Fact]
    public void The_order_of_fields_survives_too()
    {
        Import(Sample);
        Assert.Equal(JsonNode.Parse(Sample)!.ToJsonString(), JsonNode.Parse(Export())!.ToJsonString());
    }

    [Fact]
    public void A_library_dump_and_the_order_of_its_objects_survive()
    {
        string volumes = string.Join(",", ((string[])["v9", "v1", "v5"]).Select(id => Volume($"\"id\": \"{id}\", \"host\": \"n@two#p\"", "two")));
        string document = $$"""[{{Backend("two", volumes)}}, {{Backend("empty", "")}}, {{Sample}}]""";
        Import(document);
        AssertSame(document, Export());
        Import(document);
        AssertSame(document, Export());
    }

    [Fact]
    public void A_list_of_one_backend_stays_a_list_and_one_backend_stays_an_object()
    {
        Import($"[{Sample}]");
        AssertSame($"[{Sample}]", Export());
        Import(Sample);
        AssertSame(Sample, Export());
    }

    [Fact]
    public void Snapshots_and_connections_keep_their_order_within_a_volume()
    {
        JsonNode document = JsonNode.Parse(Sample)!;
        JsonArray snapshots = SnapshotsOf(document);
        foreach (string id in (string[])["z", "a", "m"])
        {
            JsonNode copy = snapshots[0]!.DeepClone();
            copy["versioned_object.data"]!["id"] = id;
            snapshots.Add(copy);
        }

        Import(document.ToJsonString());
        AssertSame(document.ToJsonString(), Export());
    }

    [Fact]
    public void Versions_unknown_fields_and_unknown_keys_are_untouched()
    {
        JsonNode document = JsonNode.Parse(Sample)!;
        document["key of the backend"] = new JsonObject { ["a"] = 1 };
        document["null of the backend"] = null;
        JsonNode volume = document["volumes"]![0]!;
        volume["key of the object"] = "x";
        volume["ovo"]!["versioned_object.version"] = "1.2";
        volume["ovo"]!["cinderlib.data"] = new JsonObject { ["b"] = 2 };
        volume["ovo"]!["versioned_object.data"]!["number"] = JsonNode.Parse("1.500e3");
        SnapshotsOf(document)[0]!["versioned_object.changes"] = new JsonArray("id");
        Import(document.ToJsonString());
        AssertSame(document.ToJsonString(), Export());
        Assert.Contains("1.500e3", Export(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Volume")]
    [InlineData("Snapshot")]
    [InlineData("Connection")]
    public void One_object_by_itself_is_imported(string type)
    {
        JsonNode volume = JsonNode.Parse(Sample)!["volumes"]![0]!;
        JsonNode data = volume["ovo"]!["versioned_object.data"]!;
        JsonNode document = type switch
        {
            "Volume" => volume,
            "Snapshot" => Wrap(type, data["snapshots"]!["versioned_object.data"]!["objects"]![0]!, volume),
            _ => Wrap(type, data["volume_attachment"]!["versioned_object.data"]!["objects"]![0]!, volume),
        };
        Import(document.ToJsonString());
        KvRecord record = Records.Find(Enum.Parse<KvRecordType>(type), KvRecordFilter.All).Single();
        AssertSame(document.ToJsonString(), record.ToJson());
    }

    [Fact]
    public void A_mixed_list_puts_each_object_where_it_belongs()
    {
        JsonNode volume = JsonNode.Parse(Sample)!["volumes"]![0]!.DeepClone();
        JsonNode data = volume["ovo"]!["versioned_object.data"]!;
        JsonNode snapshot = Wrap("Snapshot", Take(data, "snapshots"), volume);
        JsonNode connection = Wrap("Connection", Take(data, "volume_attachment"), volume);
        Import($"[{snapshot.ToJsonString()}, {volume.ToJsonString()}, {Backend("other", "")}, {connection.ToJsonString()}]");
        Assert.Equal("snap1", Records.GetVolumes(name: "disk").Single().Snapshots.Single().Name);
        AssertSame(Sample, Export(new CinderlibExportOptions { Backend = "lvm_iscsi" }));
    }

    [Fact]
    public void The_simplified_form_is_imported_and_exported()
    {
        JsonNode document = JsonNode.Parse(Sample)!;
        JsonObject data = document["volumes"]![0]!["ovo"]!["versioned_object.data"]!.AsObject();
        data.Remove("snapshots");
        data.Remove("volume_attachment");
        Import(document.ToJsonString());
        AssertSame(document.ToJsonString(), Export());
        Import(Sample);
        AssertSame(document.ToJsonString(), Export(new CinderlibExportOptions { Simplified = true }));
    }

    [Fact]
    public void Importing_twice_is_importing_once()
    {
        Import(Sample);
        string[] items = Items();
        Import(Sample);
        Assert.Equal(items, Items());
    }

    [Fact]
    public void Key_values_travel_where_cinderlib_passes_over_them()
    {
        Import(Sample);
        Records.SetKeyValue(new KvKeyValue("key/é", "value"));
        JsonNode exported = JsonNode.Parse(Export())!;
        Assert.Equal(["class", "backend", "volumes", "key_values"], exported.AsObject().Select(property => property.Key));
        Import(exported.ToJsonString(), store: "other");
        Assert.Equal("value", new KvRecords(_storage, "other").GetKeyValues("key/é").Single().Value);
    }

    [Fact]
    public void Key_values_without_a_backend_are_exported_too()
    {
        Records.SetKeyValue(new KvKeyValue("key", "value"));
        Import(Export(), store: "other");
        Assert.Equal("value", new KvRecords(_storage, "other").GetKeyValues().Single().Value);
    }

    [Fact]
    public void Attached_properties_travel_in_a_field_that_cinderlib_does_not_know()
    {
        Import(Sample);
        KvVolume volume = Records.GetVolumes().Single();
        volume.SetProperty("site", "a");
        Records.Set(volume);
        Import(Export(), store: "other");
        KvVolume found = new KvRecords(_storage, "other").GetVolumes().Single();
        Assert.Equal("a", found.Properties["site"]);
        Assert.Null(found["kvstore_properties"]);
    }

    [Fact]
    public void A_backends_configuration_is_taken_and_given_on_request_alone()
    {
        JsonNode document = JsonNode.Parse(Sample)!;
        var backend = new JsonObject { ["volume_backend_name"] = "lvm_iscsi", ["volume_driver"] = "LVM", ["san_password"] = "secret" };
        document["backend"] = backend;
        document["volumes"]![0]!["backend"] = backend.DeepClone();
        var withConfiguration = new CinderlibExportOptions { IncludeBackendConfiguration = true };

        Import(document.ToJsonString());
        Assert.DoesNotContain(Items(), item => item.Contains("secret", StringComparison.Ordinal));
        AssertSame(Sample, Export(withConfiguration));

        Import(document.ToJsonString(), options: new CinderlibImportOptions { IncludeBackendConfiguration = true });
        AssertSame(Sample, Export());
        AssertSame(document.ToJsonString(), Export(withConfiguration));
    }

    [Fact]
    public void Keys_may_stand_in_any_order()
    {
        JsonNode source = JsonNode.Parse(Sample)!;
        var reversed = new JsonObject(source.AsObject().Reverse().Select(property => KeyValuePair.Create(property.Key, property.Value?.DeepClone())));
        Import(reversed.ToJsonString());
        AssertSame(Sample, Export());
    }

    [Fact]
    public void A_progress_of_both_readings_is_told()
    {
        var told = new List<(long, long)>();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Sample));
        CinderlibImport.Load(input, _storage, "cinder", KvLoadMode.Merge, progress: (done, total) => told.Add((done, total)));
        Assert.Equal([(1, 0), (2, 0), (3, 0), (1, 3), (2, 3), (3, 3)], told);
    }

    private static string Backend(string name, string volumes) => $$"""{"class": "Backend", "backend": {"volume_backend_name": "{{name}}"}, "volumes": [{{volumes}}]}""";

    private static string Volume(string data, string backend) =>
        new JsonObject { ["class"] = "Volume", ["backend"] = new JsonObject { ["volume_backend_name"] = backend }, ["ovo"] = new JsonObject { ["versioned_object.data"] = JsonNode.Parse($"{{{data}}}") } }.ToJsonString();

    private static JsonArray SnapshotsOf(JsonNode document) =>
        document["volumes"]![0]!["ovo"]!["versioned_object.data"]!["snapshots"]!["versioned_object.data"]!["objects"]!.AsArray();

    private static JsonObject Wrap(string type, JsonNode versionedObject, JsonNode volume) =>
        new() { ["class"] = type, ["backend"] = volume["backend"]!.DeepClone(), ["ovo"] = versionedObject.DeepClone() };

    private static JsonNode Take(JsonNode data, string list)
    {
        JsonArray objects = data[list]!["versioned_object.data"]!["objects"]!.AsArray();
        JsonNode taken = objects[0]!;
        objects.RemoveAt(0);
        return taken;
    }

    private static void AssertSame(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"Expected:\n{expected}\nfound:\n{actual}");

    private long Import(string document, string store = "cinder", CinderlibImportOptions? options = null)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(document));
        return CinderlibImport.Load(input, _storage, store, KvLoadMode.Merge, options);
    }

    private string Export(CinderlibExportOptions? options = null)
    {
        using var output = new MemoryStream();
        CinderlibWriter.Write(output, _storage, "cinder", options);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private string[] Items() => [.. _storage.Scan("cinder", KvRange.All, CancellationToken.None).Select(item => item.ToString())];
}
