// A disk that fills up: an error, nothing half written, nothing lost, and all well again once there is space.
namespace KvStore.Fault.Tests;

public sealed class FullDiskTests : SqliteTest
{
    [Fact]
    public void A_full_disk_is_reported_and_nothing_acknowledged_is_lost()
    {
        using var disk = new SmallDisk(Path.Combine(Folder, "disk"), "1m");
        try
        {
            string database = Path.Combine(disk.Path, "kv.db");
            KvStorage storage = Open(database: database);
            var acknowledged = new List<string>();
            KvException error = Assert.Throws<KvException>(() =>
            {
                for (int i = 0; i < 100_000; i++)
                {
                    storage.Commit(Store, new KvBatch().Set($"a{i:D5}", new string('x', 3000)).Set($"b{i:D5}", new string('y', 3000)), Token);
                    acknowledged.Add($"{i:D5}");
                }
            });
            Assert.True(error.Error == KvError.StorageFull, error.Message);
            Assert.Contains(database, error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(acknowledged);
            Assert.Equal(acknowledged.Select(i => "a" + i).Concat(acknowledged.Select(i => "b" + i)), Keys(storage));

            disk.Remount("size=8m");
            Set(storage, "c", "there is space again");
            Assert.Equal((acknowledged.Count * 2) + 1, Keys(storage).Length);
            Close();
            Assert.Equal((acknowledged.Count * 2) + 1, Keys(Open(database: database)).Length);
            Assert.True(PassesCheck(database));
        }
        finally
        {
            Close();
        }
    }

    [Fact]
    public void A_disk_that_others_fill_and_clear_at_random_loses_nothing_acknowledged()
    {
        using var disk = new SmallDisk(Path.Combine(Folder, "disk"), "2m");
        Random random = FaultRun.NewRandom();
        string database = Path.Combine(disk.Path, "kv.db");
        string filler = Path.Combine(disk.Path, "filler");
        var expected = new Dictionary<string, string>();
        int refused = 0;
        try
        {
            for (int round = 0; round < FaultRun.Times(40, 2000); round++)
            {
                KvStorage storage = Open(database: database);
                File.WriteAllBytes(filler, []);
                Fill(filler, random.Next(1200) * 1024);
                for (int i = 0; i < 20; i++)
                {
                    string[] keys = [.. Enumerable.Range(0, 3).Select(_ => $"key{random.Next(60)}").Distinct()];
                    string value = $"{round} {i} {new string('x', random.Next(3000))}";
                    try
                    {
                        storage.Commit(Store, keys.Aggregate(new KvBatch(), (batch, key) => batch.Set(key, value)), Token);
                        Array.ForEach(keys, key => expected[key] = value);
                    }
                    catch (KvException e) when (e.Error == KvError.StorageFull)
                    {
                        refused++;
                    }
                }

                if (random.Next(3) == 0)
                {
                    Close();
                }

                Assert.Equal(expected.OrderBy(item => item.Key, StringComparer.Ordinal), Open(database: database).Scan(Store, KvRange.All, Token).ToDictionary(item => item.FullKey, item => item.Value));
                Close();
                Assert.True(PassesCheck(database), $"Round {round}");
            }

            FaultRun.Tell($"{refused} commits met a full disk.");
            Assert.NotEqual(0, refused);
        }
        finally
        {
            Close();
        }
    }

    [Fact]
    public void A_database_cannot_be_made_on_a_full_disk()
    {
        using var disk = new SmallDisk(Path.Combine(Folder, "disk"), "16k");
        try
        {
            File.WriteAllBytes(Path.Combine(disk.Path, "filler"), new byte[12 * 1024]);
            Throws(KvError.StorageFull, () => Set(Open(database: Path.Combine(disk.Path, "kv.db")), "key", "value"));
        }
        finally
        {
            Close();
        }
    }

    // As much of it as there is space for.
    private static void Fill(string file, int size)
    {
        using FileStream stream = File.OpenWrite(file);
        try
        {
            stream.Write(new byte[size]);
            stream.Flush();
        }
        catch (IOException)
        {
            // Full already: that is what was wanted.
        }
    }
}
