// 10,000 volumes with three snapshots each: memory stays bounded, and finding one reads no more than among 100.
using System.Diagnostics;
using System.Text.Json;
using KvStore.Storage.Sqlite;
using Xunit;

namespace KvStore.Storage.Tests;

[Collection(typeof(RunsAlone))]
public sealed class RecordsAtScale(ITestOutputHelper output) : IDisposable
{
    private const int Volumes = 10_000;
    private const int SnapshotsOfEach = 3;
    private const int Records = Volumes * (1 + SnapshotsOfEach);
    private const long AllowedGrowth = 24 * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_large_dump_goes_in_and_out_in_bounded_memory()
    {
        string file = _folder["large.json"];
        using (FileStream document = File.Create(file))
        {
            WriteDump(document, Volumes);
        }

        using var storage = new SqliteStorage(_folder["large.db"]);
        var watch = Stopwatch.StartNew();
        long largest = Measure(report =>
        {
            using FileStream input = File.OpenRead(file);
            Assert.Equal(Records, CinderlibImport.Load(input, storage, "cinder", KvLoadMode.Merge, progress: (done, _) => report(done)));
        });
        output.WriteLine($"Import of {new FileInfo(file).Length >> 20} MB: {watch.Elapsed.TotalSeconds:0.0} s, growth {largest >> 20} MB.");
        Assert.True(largest < AllowedGrowth, $"The import held {largest} bytes.");

        string exported = _folder["exported.json"];
        watch.Restart();
        largest = Measure(report =>
        {
            using FileStream document = File.Create(exported);
            Assert.Equal(Records, CinderlibWriter.Write(document, storage, "cinder", new CinderlibExportOptions { Indented = false }, written: report));
        });
        output.WriteLine($"Export: {watch.Elapsed.TotalSeconds:0.0} s, growth {largest >> 20} MB.");
        Assert.True(largest < AllowedGrowth, $"The export held {largest} bytes.");
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(exported).TrimEnd('\n'));
    }

    [Fact]
    public void Finding_by_name_reads_as_much_among_ten_thousand_as_among_a_hundred()
    {
        using var storage = new CountingStorage(new SqliteStorage(_folder["find.db"]));
        foreach (int count in (int[])[100, Volumes])
        {
            using var document = new MemoryStream();
            WriteDump(document, count);
            document.Position = 0;
            CinderlibImport.Load(document, storage, $"of_{count}", KvLoadMode.Merge);
        }

        long[] reads = [.. ((int[])[100, Volumes]).Select(count =>
        {
            var records = new KvRecords(storage, $"of_{count}");
            storage.Items = 0;
            var watch = Stopwatch.StartNew();
            Assert.Equal("volume-000042", records.GetVolumes(name: "disk-000042").Single().Id);
            Assert.Equal(SnapshotsOfEach, records.GetSnapshots(volumeId: "volume-000042").Count());
            output.WriteLine($"Among {count}: {watch.Elapsed.TotalMilliseconds:0.00} ms, {storage.Items} items.");
            return storage.Items;
        })];
        Assert.Equal(reads[0], reads[1]);
    }

    public void Dispose() => _folder.Dispose();

    private static void WriteDump(Stream output, int volumes)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("class", "Backend");
        WriteBackend(json);
        json.WriteStartArray("volumes");
        for (int i = 0; i < volumes; i++)
        {
            json.WriteStartObject();
            json.WriteString("class", "Volume");
            WriteBackend(json);
            WriteObject(json, "ovo", "Volume", $"volume-{i:D6}", $"disk-{i:D6}", () =>
            {
                json.WriteString("host", "node@lvm#pool");
                json.WriteStartObject("snapshots");
                json.WriteString("versioned_object.name", "SnapshotList");
                json.WriteStartObject("versioned_object.data");
                json.WriteStartArray("objects");
                for (int j = 0; j < SnapshotsOfEach; j++)
                {
                    WriteObject(json, null, "Snapshot", $"snapshot-{i:D6}-{j}", $"snap-{j}", () => json.WriteString("volume_id", $"volume-{i:D6}"));
                }

                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
            });
            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBackend(Utf8JsonWriter json)
    {
        json.WriteStartObject("backend");
        json.WriteString("volume_backend_name", "lvm");
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, string? property, string name, string id, string displayName, Action writeMore)
    {
        if (property is not null)
        {
            json.WritePropertyName(property);
        }

        json.WriteStartObject();
        json.WriteString("versioned_object.name", name);
        json.WriteStartObject("versioned_object.data");
        json.WriteString("id", id);
        json.WriteString("display_name", displayName);

        // About as long as the real thing, whose fields are mostly null.
        for (int i = 0; i < 30; i++)
        {
            json.WriteNull($"a_field_of_usual_length_{i}");
        }

        writeMore();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What is held at most above the beginning, seen at some twenty points on the way.
    private static long Measure(Action<Action<long>> work)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long largest = 0;
        work(done =>
        {
            if (done % 4000 == 0)
            {
                largest = Math.Max(largest, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        });
        return largest;
    }

    /// <summary>Counts the items that are read.</summary>
    private sealed class CountingStorage(KvStorage inner) : DelegatingStorage(inner)
    {
        public long Items { get; set; }

        public override KvItem? Get(string store, string fullKey, CancellationToken cancellation)
        {
            Items++;
            return base.Get(store, fullKey, cancellation);
        }

        public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) =>
            base.Scan(store, range, cancellation).Select(item =>
            {
                Items++;
                return item;
            });
    }
}
