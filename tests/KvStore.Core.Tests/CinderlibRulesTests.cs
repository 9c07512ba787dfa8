// Each input form that cinderlib's loader was seen to accept or to refuse, a case each.
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace KvStore.Core.Tests;

public sealed class CinderlibRulesTests
{
    private readonly MemoryStorage _storage = new();

    private static string Sample { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cinderlib-dump.json"));

    private KvRecords Records => new(_storage, "cinder");

    [Theory]
    [InlineData("2024-01-02T03:04:05.123456Z", "2024-01-02T03:04:05.1234560Z")]
    [InlineData("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.0000000Z")]
    [InlineData("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05.0000000Z")]
    [InlineData("2024-01-02T03:04:05-0530", "2024-01-02T08:34:05.0000000Z")]
    [InlineData("2024-01-02T03:04:05", "2024-01-02T03:04:05.0000000Z")]
    [InlineData("2024-01-02 03:04:05Z", "2024-01-02T03:04:05.0000000Z")]
    [InlineData("2024-01-02T03:04:05.1Z", "2024-01-02T03:04:05.1000000Z")]
    [InlineData("2024-01-02T03:04:05.123456789Z", "2024-01-02T03:04:05.1234560Z")]
    [InlineData("2024-01-02", "2024-01-02T00:00:00.0000000Z")]
    public void A_time_is_read_in_every_form_that_cinderlib_reads_and_kept_as_written(string text, string utc)
    {
        JsonNode document = Change(data => data["created_at"] = text);
        Import(document);
        KvVolume volume = Records.GetVolumes().Single();
        Assert.Equal(utc, volume.Created!.Value.UtcDateTime.ToString("o", CultureInfo.InvariantCulture));
        Assert.Equal(text, volume["created_at"]);
    }

    [Fact]
    public void A_null_time_is_accepted()
    {
        Import(Change(data => data["created_at"] = null));
        Assert.Null(Records.GetVolumes().Single().Created);
    }

    [Fact]
    public void Numbers_are_accepted_where_text_is_usual()
    {
        Import(Change(data =>
        {
            data["display_name"] = 5;
            data["metadata"] = new JsonObject { ["m"] = 1 };
            data["size"] = "7";
        }));
        KvVolume volume = Records.GetVolumes(name: "5").Single();
        Assert.Equal(7, volume.Size);
        Assert.Equal(5L, volume["display_name"]);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("display_name")]
    [InlineData("host")]
    [InlineData("metadata")]
    [InlineData("created_at")]
    [InlineData("volume_type")]
    [InlineData("status")]
    public void A_missing_field_other_than_id_is_tolerated(string field)
    {
        JsonNode document = Change(data => data.Remove(field));
        Import(document);
        Assert.Equal("lvm_iscsi", Records.GetVolumes(backend: "lvm_iscsi").Single().Backend);
        Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(Export())));
    }

    [Fact]
    public void An_id_alone_makes_a_volume()
    {
        Import(Change(data =>
        {
            foreach (string field in data.Select(field => field.Key).Where(field => field != "id").ToArray())
            {
                data.Remove(field);
            }
        }));
        Assert.Single(Records.GetVolumes());
    }

    [Theory]
    [InlineData("created_at", "")]
    [InlineData("created_at", "yesterday")]
    [InlineData("deleted_at", "2024-13-01T00:00:00Z")]
    [InlineData("launched_at", "2024-02-30")]
    [InlineData("updated_at", "2024-01-02T25:00:00Z")]
    [InlineData("updated_at", "2024-01-02T03:04:05+99:00")]
    [InlineData("scheduled_at", "2024-01-02T03:04:05Z ")]
    [InlineData("terminated_at", 5)]
    [InlineData("metadata", null)]
    [InlineData("metadata", "text")]
    [InlineData("admin_metadata", null)]
    [InlineData("glance_metadata", null)]
    [InlineData("size", "large")]
    [InlineData("id", null)]
    [InlineData("id", "")]
    public void A_field_that_cinderlib_refuses_is_refused_by_name(string field, object? value)
    {
        KvException error = Refuse(Change(data => data[field] = JsonValue.Create(value)));
        Assert.Contains($"'{field}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(field == "id" ? "volume (display_name 'disk')" : "volume '7d3c8a30-0000-4000-8000-000000000001'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_id_is_refused() =>
        Assert.Contains("field 'id' of a volume (display_name 'disk') is missing", Refuse(Change(data => data.Remove("id"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("snapshots", "snapshot '7d3c8a30-0000-4000-8000-000000000002': field 'metadata' is null")]
    [InlineData("volume_attachment", "connection '7d3c8a30-0000-4000-8000-000000000003': field 'attach_time' is ''")]
    public void A_fault_in_a_nested_object_names_that_object(string list, string message)
    {
        KvException error = Refuse(Change(data =>
        {
            JsonNode nested = data[list]!["versioned_object.data"]!["objects"]![0]!["versioned_object.data"]!;
            nested[list == "snapshots" ? "metadata" : "attach_time"] = list == "snapshots" ? null : "";
        }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_in_the_volumes_type_names_the_volume()
    {
        KvException error = Refuse(Change(data => data["volume_type"]!["versioned_object.data"]!["qos_specs"]!["versioned_object.data"]!["created_at"] = "x"));
        Assert.Contains("volume '7d3c8a30-0000-4000-8000-000000000001': volume_type: field 'created_at'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_whose_progress_names_another_backend_is_refused()
    {
        KvException error = Refuse(Change(data => data["snapshots"]!["versioned_object.data"]!["objects"]![0]!["versioned_object.data"]!["progress"] = "other"));
        Assert.Contains("snapshot '7d3c8a30-0000-4000-8000-000000000002': field 'progress' names the backend 'other'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_without_progress_has_the_backend_of_its_volume()
    {
        Import(Change(data => data["snapshots"]!["versioned_object.data"]!["objects"]![0]!["versioned_object.data"]!["progress"] = null));
        Assert.Equal("lvm_iscsi", Records.GetSnapshots().Single().Backend);
    }

    [Theory]
    [InlineData("""{"class": "Pool", "backend": {"volume_backend_name": "x"}}""", "class 'Pool' is unknown")]
    [InlineData("""[{"class": "KeyValue", "key": "k"}]""", "class 'KeyValue' is unknown")]
    [InlineData("""{"backend": {"volume_backend_name": "x"}}""", "has no 'class'")]
    [InlineData("not JSON", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("[", "not valid JSON")]
    [InlineData("5", "object or a list of objects")]
    [InlineData("[5]", "object or a list of objects")]
    [InlineData("[] x", "not valid JSON")]
    [InlineData("""{"class": "Backend", "backend": {}}""", "not known")]
    [InlineData("""{"class": "Backend"}""", "not known")]
    [InlineData("""{"class": "Backend", "backend": {"volume_backend_name": "x"}, "volumes": 5}""", "must be an array")]
    [InlineData("""{"class": "Backend", "backend": {"volume_backend_name": "x"}, "volumes": [5]}""", "must be an object")]
    [InlineData("""{"class": "Volume", "backend": {"volume_backend_name": "x"}}""", "no versioned object")]
    [InlineData("""{"class": "Volume", "backend": {"volume_backend_name": "x"}, "ovo": {}}""", "no fields")]
    [InlineData("""{"class": "Volume", "ovo": {"versioned_object.data": {"id": "v"}}}""", "backend of volume 'v' is not known")]
    [InlineData("""{"class": "Volume", "backend": {"volume_backend_name": "x"}, "ovo": {"versioned_object.name": "Snapshot", "versioned_object.data": {"id": "v"}}}""", "'versioned_object.name' is not 'Volume'")]
    public void A_document_that_is_none_is_refused(string document, string message)
    {
        KvException error = Assert.Throws<KvException>(() => Import(document));
        Assert.Equal(KvError.InvalidDocument, error.Error);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Empty(_storage.GetStores(CancellationToken.None));
    }

    [Fact]
    public void A_backend_that_is_not_among_the_known_ones_is_refused()
    {
        KvException error = Assert.Throws<KvException>(() => Import(Sample, new CinderlibImportOptions { KnownBackends = ["ceph"] }));
        Assert.Contains("backend 'lvm_iscsi' of volume '7d3c8a30-0000-4000-8000-000000000001' is not known; known are: ceph", error.Message, StringComparison.Ordinal);
        Import(Sample, new CinderlibImportOptions { KnownBackends = ["ceph", "lvm_iscsi"] });
    }

    [Fact]
    public void The_error_tells_the_line()
    {
        string document = Sample.Replace("\"created_at\": \"2024-01-02T03:04:05.123456Z\"", "\"created_at\": \"x\"", StringComparison.Ordinal);
        Assert.Contains("of the document: volume", Assert.Throws<KvException>(() => Import(document)).Message, StringComparison.Ordinal);
    }

    private static JsonNode Change(Action<JsonObject> change)
    {
        JsonNode document = JsonNode.Parse(Sample)!;
        change(document["volumes"]![0]!["ovo"]!["versioned_object.data"]!.AsObject());
        return document;
    }

    private KvException Refuse(JsonNode document)
    {
        // What was there before stays as it is.
        Import(Sample);
        string before = Export();
        KvException error = Assert.Throws<KvException>(() => Import(document));
        Assert.Equal(KvError.InvalidDocument, error.Error);
        Assert.Equal(before, Export());
        return error;
    }

    private void Import(JsonNode document) => Import(document.ToJsonString());

    private void Import(string document, CinderlibImportOptions? options = null)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(document));
        CinderlibImport.Load(input, _storage, "cinder", KvLoadMode.Merge, options);
    }

    private string Export()
    {
        using var output = new MemoryStream();
        CinderlibWriter.Write(output, _storage, "cinder");
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
