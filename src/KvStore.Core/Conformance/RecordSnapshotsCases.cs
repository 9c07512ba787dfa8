// cinderlib's own cases for snapshots; its get_snapshots_all never runs upstream, for want of a test's name.
namespace KvStore.Conformance;

internal static class RecordSnapshotsCases
{
    [ConformanceCase]
    public static void Get_snapshots_all(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        RecordsFixture.AreEqual(snapshots, c.Records().GetSnapshots(), "All snapshots, ordered by id");
    }

    [ConformanceCase]
    public static void Get_snapshots_by_id(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        RecordsFixture.AreEqual([snapshots[1]], c.Records().GetSnapshots(snapshots[1].Id), "Snapshots by id");
        RecordsFixture.AreEqual([], c.Records().GetSnapshots("fake-uuid"), "Snapshots by an id that is not there");
    }

    [ConformanceCase]
    public static void Get_snapshots_by_name(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        RecordsFixture.AreEqual([snapshots[1]], c.Records().GetSnapshots(name: snapshots[1].Name), "Snapshots by a name that one has");
        RecordsFixture.AreEqual([], c.Records().GetSnapshots(name: "snap3"), "Snapshots by a name that none has");
        foreach (KvSnapshot snapshot in snapshots)
        {
            snapshot.Name = "snap";
            c.Records().SetSnapshot(snapshot);
        }

        RecordsFixture.AreEqual(snapshots, c.Records().GetSnapshots(name: "snap"), "Snapshots by a name that all have");
    }

    [ConformanceCase]
    public static void Get_snapshots_by_volume(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        KvVolume volume = Expect.NotNull(snapshots[0].Volume, "The volume of a snapshot");
        KvSnapshot[] expected = [snapshots[0], new KvSnapshot(volume, "s9")];
        c.Records().SetSnapshot(expected[1]);
        RecordsFixture.AreEqual(expected, c.Records().GetSnapshots(volumeId: volume.Id), "Snapshots by volume");
        RecordsFixture.AreEqual(expected, volume.Snapshots, "The snapshots that the volume gives");
        RecordsFixture.AreEqual([], c.Records().GetSnapshots(volumeId: "fake_uuid"), "Snapshots by a volume that is not there");
    }

    [ConformanceCase]
    public static void Get_snapshots_by_id_name_and_volume(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        KvSnapshot first = snapshots[0];
        RecordsFixture.AreEqual([first], c.Records().GetSnapshots(first.Id, first.Name, first.VolumeId), "Snapshots by all three");
        RecordsFixture.AreEqual([], c.Records().GetSnapshots(name: snapshots[1].Name, volumeId: first.VolumeId), "Snapshots by the name of one and the volume of another");
    }

    [ConformanceCase]
    public static void A_snapshot_keeps_its_backend_in_progress(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        KvSnapshot found = c.Records().GetSnapshots(snapshots[0].Id).First();
        Expect.Equal("fake", found.Backend, "The backend");
        Expect.Equal("fake", found["progress"] as string, "The field");
    }

    [ConformanceCase]
    public static void Delete_snapshot(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        c.Records().DeleteSnapshot(snapshots[0]);
        RecordsFixture.AreEqual([snapshots[1]], c.Records().GetSnapshots(), "The snapshots that are left");
        RecordsFixture.AreEqual([], c.Records().GetSnapshots(volumeId: snapshots[0].VolumeId), "Snapshots by the volume of the deleted one");
        Expect.True(snapshots[0].IsDeleted && snapshots[0].DeletedAt is not null && snapshots[0].Status == "deleted", "a deleted snapshot that is marked so");
    }

    [ConformanceCase]
    public static void Delete_snapshot_not_found(ConformanceContext c)
    {
        KvSnapshot[] snapshots = RecordsFixture.SetSnapshots(c);
        c.Records().DeleteSnapshot(new KvSnapshot(snapshots[0].VolumeId!));
        RecordsFixture.AreEqual(snapshots, c.Records().GetSnapshots(), "The snapshots");
    }
}
