// The records that the cases are about, as cinderlib's own suite makes them.
namespace KvStore.Conformance;

internal static class RecordsFixture
{
    public static KvRecords Records(this ConformanceContext c) => new(c.Storage, c.Store, c.Cancellation);

    /// <summary>Volumes <c>disk0</c>, <c>disk1</c> … of the backend <c>fake</c>, in the order of their ids.</summary>
    public static KvVolume[] SetVolumes(ConformanceContext c, int count, Action<KvVolume>? change = null)
    {
        KvVolume[] volumes = [.. Enumerable.Range(0, count).Select(_ => new KvVolume { Backend = "fake" }).OrderBy(volume => volume.Id, KvOrder.Instance)];
        for (int i = 0; i < count; i++)
        {
            volumes[i].Name = $"disk{i}";
            volumes[i].Size = i + 1;
            change?.Invoke(volumes[i]);
            c.Records().SetVolume(volumes[i]);
        }

        return volumes;
    }

    /// <summary>Two volumes with a snapshot each, in the order of their ids.</summary>
    public static KvSnapshot[] SetSnapshots(ConformanceContext c) =>
        SetOfVolumes(c, (volume, i) => new KvSnapshot(volume, $"s{i}") { Name = $"snap{i}" });

    /// <summary>Two volumes with a connection each, in the order of their ids.</summary>
    public static KvConnection[] SetConnections(ConformanceContext c) =>
        SetOfVolumes(c, (volume, i) => new KvConnection(volume, $"c{i}") { Status = "attached" });

    /// <summary>The records must be these, all their fields and their order included.</summary>
    public static void AreEqual(IEnumerable<KvRecord> expected, IEnumerable<KvRecord> actual, string what) =>
        Expect.Sequence(expected.Select(record => record.ToJson(isSimplified: true)), actual.Select(record => record.ToJson(isSimplified: true)), what);

    private static T[] SetOfVolumes<T>(ConformanceContext c, Func<KvVolume, int, T> create)
        where T : KvRecord
    {
        T[] records = [.. SetVolumes(c, 2).Select(create)];
        Array.ForEach(records, record => c.Records().Set(record));
        return records;
    }
}
