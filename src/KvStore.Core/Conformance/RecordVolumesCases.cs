// cinderlib's own cases for volumes, each as a promise that records make on every storage.
using System.Collections;

namespace KvStore.Conformance;

internal static class RecordVolumesCases
{
    [ConformanceCase]
    public static void Get_volumes_all(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 3);
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes(), "All volumes, ordered by id");
    }

    [ConformanceCase]
    public static void Get_volumes_from_a_store_that_is_not_there(ConformanceContext c)
    {
        RecordsFixture.AreEqual([], c.Records().GetVolumes(), "All volumes");
        RecordsFixture.AreEqual([], c.Records().GetVolumes("id", "name", "backend"), "Volumes by all filters");
        Expect.Null(c.Describe(), "The store");
    }

    [ConformanceCase]
    public static void Get_volumes_by_id(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        RecordsFixture.AreEqual([volumes[1]], c.Records().GetVolumes(volumes[1].Id), "Volumes by id");
        RecordsFixture.AreEqual([], c.Records().GetVolumes("fake-uuid"), "Volumes by an id that is not there");
    }

    [ConformanceCase]
    public static void Get_volumes_by_name_single(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        RecordsFixture.AreEqual([volumes[1]], c.Records().GetVolumes(name: volumes[1].Name), "Volumes by name");
        RecordsFixture.AreEqual([], c.Records().GetVolumes(name: "disk"), "Volumes by the beginning of a name");
    }

    [ConformanceCase]
    public static void Get_volumes_by_name_multiple(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 3, volume => volume.Name = "disk");
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes(name: "disk"), "Volumes by a name that several have");
        RecordsFixture.AreEqual([], c.Records().GetVolumes(name: "disk3"), "Volumes by a name that none has");
    }

    [ConformanceCase]
    public static void Get_volumes_by_backend(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        KvVolume[] others = RecordsFixture.SetVolumes(c, 1, volume => volume.Backend = "fake2");
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes(backend: "fake"), "Volumes of the first backend");
        RecordsFixture.AreEqual(others, c.Records().GetVolumes(backend: "fake2"), "Volumes of the second backend");
    }

    [ConformanceCase]
    public static void Get_volumes_by_backend_not_found(ConformanceContext c)
    {
        RecordsFixture.SetVolumes(c, 2);
        foreach (string backend in (string[])["fake2", "fak", "FAKE", "%", "*", "_ake"])
        {
            RecordsFixture.AreEqual([], c.Records().GetVolumes(backend: backend), $"Volumes of backend '{backend}'");
        }
    }

    [ConformanceCase]
    public static void Get_volumes_by_id_name_and_backend(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2, volume => volume.Name = "disk");
        KvRecords records = c.Records();
        RecordsFixture.AreEqual([volumes[0]], records.GetVolumes(volumes[0].Id, "disk", "fake"), "Volumes by all three");
        RecordsFixture.AreEqual([], records.GetVolumes(volumes[0].Id, "other", "fake"), "Volumes by all three, another name");
        RecordsFixture.AreEqual([], records.GetVolumes(volumes[0].Id, "disk", "other"), "Volumes by all three, another backend");
        RecordsFixture.AreEqual([], records.GetVolumes("fake-uuid", "disk", "fake"), "Volumes by all three, another id");
        RecordsFixture.AreEqual(volumes, records.GetVolumes(null, "disk", "fake"), "Volumes by name and backend");
    }

    [ConformanceCase]
    public static void Null_and_empty_filters_are_no_filters(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes("", "", ""), "Volumes by empty filters");
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes("", null, "fake"), "Volumes by a backend and empty filters");
    }

    [ConformanceCase]
    public static void Get_volumes_extra_specs(ConformanceContext c) => CheckSpecs(c, withExtra: true, withQos: false);

    [ConformanceCase]
    public static void Get_volumes_qos_specs(ConformanceContext c) => CheckSpecs(c, withExtra: false, withQos: true);

    [ConformanceCase]
    public static void Get_volumes_extra_and_qos_specs(ConformanceContext c) => CheckSpecs(c, withExtra: true, withQos: true);

    [ConformanceCase]
    public static void Delete_volume(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        DateTimeOffset before = DateTimeOffset.UtcNow.AddSeconds(-1);
        c.Records().DeleteVolume(volumes[0]);
        RecordsFixture.AreEqual([volumes[1]], c.Records().GetVolumes(), "The volumes that are left");
        RecordsFixture.AreEqual([], c.Records().GetVolumes(name: volumes[0].Name), "Volumes by the name of the deleted one");
        Expect.True(volumes[0].IsDeleted && volumes[0].DeletedAt > before && volumes[0].Status == "deleted", "a deleted volume that is marked so");
        c.Records().DeleteVolume(volumes[1]);
        Expect.Sequence([], c.Keys(), "The keys that are left behind");
    }

    [ConformanceCase]
    public static void Delete_volume_not_found(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        c.Records().DeleteVolume(new KvVolume());
        RecordsFixture.AreEqual(volumes, c.Records().GetVolumes(), "The volumes");
    }

    private static void CheckSpecs(ConformanceContext c, bool withExtra, bool withQos)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2, volume => volume.SetSpecs(
            withExtra ? new Hashtable { ["k1"] = "of " + volume.Id, ["k2"] = "v2" } : null,
            withQos ? new Hashtable { ["q1"] = "of " + volume.Id, ["q2"] = "r2" } : null));

        // Upstream's own database loses the specs on a second save.
        for (int save = 1; save <= 3; save++)
        {
            foreach (KvVolume found in c.Records().GetVolumes(backend: "fake"))
            {
                Expect.Equal(withExtra ? "of " + found.Id : null, found.ExtraSpecs["k1"] as string, $"An extra spec at save {save}");
                Expect.Equal(withQos ? "of " + found.Id : null, found.QosSpecs["q1"] as string, $"A QoS spec at save {save}");
                Expect.Equal(found.Id, found["volume_type_id"] as string, "The id of the volume's type");
                found.Status = $"saved {save}";
                c.Records().SetVolume(found);
            }
        }

        Expect.Sequence(volumes.Select(volume => volume.Id), c.Records().GetVolumes(backend: "fake").Select(volume => volume.Id), "The ids");
    }
}
