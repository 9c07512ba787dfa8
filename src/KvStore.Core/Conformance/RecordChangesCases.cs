// What KvStore promises of records beyond cinderlib's suite: nothing is lost, whoever writes and whatever the text.
namespace KvStore.Conformance;

internal static class RecordChangesCases
{
    [ConformanceCase]
    public static void Unknown_fields_survive_a_read_and_a_save(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1, volume =>
        {
            volume["a_field_of_tomorrow"] = new Dictionary<string, object?> { ["deep"] = new object?[] { 1L, 2.5, true, null, "é" } };
            volume["another"] = null;
        })[0];
        KvVolume read = c.Records().GetVolumes(volume.Id).First();
        read.Status = "in-use";
        c.Records().SetVolume(read);
        volume.Status = "in-use";
        RecordsFixture.AreEqual([volume], c.Records().GetVolumes(), "The volume");
    }

    [ConformanceCase]
    public static void Writers_of_different_fields_lose_none(ConformanceContext c)
    {
        string id = RecordsFixture.SetVolumes(c, 1)[0].Id;
        KvVolume first = c.Records().GetVolumes(id).First();
        KvVolume second = c.Records().GetVolumes(id).First();
        first.Status = "in-use";
        second.Description = "changed";
        c.Records().SetVolume(first);
        c.Records().SetVolume(second);
        KvVolume found = c.Records().GetVolumes(id).First();
        Expect.Equal("in-use changed", $"{found.Status} {found.Description}", "The fields that two writers changed");
        Expect.Equal("in-use", second.Status, "The other's change in the second object");
    }

    [ConformanceCase]
    public static void Changed_fields_are_those_that_differ_since_the_last_save(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1)[0];
        Expect.Sequence([], volume.ChangedFields, "The changed fields after a save");
        volume.Size = volume.Size;
        volume.Status = "error";
        volume["new_field"] = 1;
        Expect.Sequence(["new_field", "status"], volume.ChangedFields, "The changed fields");
        Expect.True(c.Records().Refresh(volume), "a volume to refresh");
        Expect.Sequence([], volume.ChangedFields, "The changed fields after a refresh");
        Expect.Equal("creating", volume.Status, "The status after a refresh");
        Expect.True(!c.Records().Refresh(new KvVolume("gone")), "no volume to refresh");
    }

    [ConformanceCase]
    public static void A_record_is_found_by_what_it_says_now(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1)[0];
        volume.Name = "renamed";
        volume.Backend = "moved";
        c.Records().SetVolume(volume);
        RecordsFixture.AreEqual([volume], c.Records().GetVolumes(name: "renamed"), "Volumes by the new name");
        RecordsFixture.AreEqual([volume], c.Records().GetVolumes(backend: "moved"), "Volumes by the new backend");
        RecordsFixture.AreEqual([], c.Records().GetVolumes(name: "disk0"), "Volumes by the old name");
        RecordsFixture.AreEqual([], c.Records().GetVolumes(backend: "fake"), "Volumes by the old backend");
        Expect.Sequence([], c.Keys().Where(key => key.Contains("disk0", StringComparison.Ordinal) || key.Contains("fake", StringComparison.Ordinal)), "Index items of the past");
    }

    [ConformanceCase]
    public static void Names_and_ids_of_any_text_are_found(ConformanceContext c)
    {
        string[] texts = ["a/b", "a", " ", "%", "%2F", ".", "..", new string('é', 200), new string('é', 201), "a\0b", "😀", "A", "nul\u0001", "back\\slash"];
        foreach (string text in texts)
        {
            c.Records().SetVolume(new KvVolume("id " + text) { Name = text, Backend = text });
        }

        c.Records().SetVolume(new KvVolume("without name") { Name = "" });
        foreach (string text in texts)
        {
            Expect.Sequence(["id " + text], c.Records().GetVolumes(name: text).Select(volume => volume.Id), $"Volumes of the name '{KvException.Shorten(text)}'");
            Expect.Sequence([text], c.Records().GetVolumes("id " + text).Select(volume => volume.Name!), $"Volumes of the id 'id {KvException.Shorten(text)}'");
        }

        Expect.Equal(texts.Length + 1, c.Records().GetVolumes().Count(), "The number of volumes");
    }

    [ConformanceCase]
    public static void Soft_deleted_records_are_found_on_request_alone(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2, volume => volume.Name = "disk");
        var soft = new KvRecords(c.Storage, c.Store, c.Cancellation) { SoftDeletes = true };
        soft.DeleteVolume(volumes[0]);
        var withDeleted = new KvRecordFilter { IncludeDeleted = true };
        foreach (KvRecordFilter filter in (KvRecordFilter[])[new(), new() { Name = "disk" }, new() { Backend = "fake" }])
        {
            Expect.Sequence([volumes[1].Id], soft.Find(KvRecordType.Volume, filter).Select(found => found.Id), "Live volumes");
            Expect.Sequence(volumes.Select(volume => volume.Id), soft.Find(KvRecordType.Volume, filter with { IncludeDeleted = true }).Select(found => found.Id), "Volumes with deleted ones");
        }

        KvRecord deleted = soft.Find(KvRecordType.Volume, withDeleted with { Id = volumes[0].Id }).First();
        Expect.True(deleted.IsDeleted && deleted.DeletedAt is not null && deleted["status"] as string == "deleted", "a deleted volume that is marked so");
        soft.SetVolume(new KvVolume(volumes[0].Id) { Name = "disk", Backend = "fake" });
        Expect.Equal(2, soft.GetVolumes(name: "disk").Count(), "The number of volumes after one was set again");
        c.Records().DeleteVolume(volumes[0]);
        Expect.Equal(1, soft.Find(KvRecordType.Volume, withDeleted).Count(), "The number of volumes after one was deleted for good");
    }

    [ConformanceCase]
    public static void Properties_live_and_die_with_their_record(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2);
        KvSnapshot snapshot = new(volumes[0]);
        foreach (KvRecord record in (KvRecord[])[.. volumes, snapshot])
        {
            record.SetProperty("site", record == volumes[1] ? "b" : "a");
            record.SetProperty("/Aux/rack/", "7");
            c.Records().Set(record);
        }

        Expect.Sequence(["Aux/rack=7", "site=a"], Properties(c, volumes[0]), "The properties of a volume");
        Expect.Equal("a", c.GetValue($"volumes/{volumes[0].Id}/properties/site"), "The item of a property");
        Expect.Sequence(volumes.Select(volume => volume.Id), Find(c, KvRecordType.Volume, "site", null), "Volumes with a property");
        Expect.Sequence([volumes[1].Id], Find(c, KvRecordType.Volume, "site", "b"), "Volumes with a value of a property");
        Expect.Sequence([snapshot.Id], Find(c, KvRecordType.Snapshot, "/Aux/rack", "7"), "Snapshots with a property");

        KvVolume read = c.Records().GetVolumes(volumes[0].Id).First();
        read.Status = "error";
        read.SetProperty("site", null);
        c.Records().Set(read);
        Expect.Sequence(["Aux/rack=7"], Properties(c, volumes[0]), "The properties after one was removed");
        Expect.Sequence([volumes[1].Id], Find(c, KvRecordType.Volume, "site", null), "Volumes that still have it");

        foreach (KvRecord record in (KvRecord[])[.. volumes, snapshot])
        {
            c.Records().Delete(record);
        }

        Expect.Sequence([], c.Keys(), "The keys that records leave behind");
    }

    [ConformanceCase]
    public static void A_record_that_is_set_in_another_store_goes_there_whole(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1, volume => volume.SetProperty("site", "a"))[0];
        var other = new KvRecords(c.Storage, c.OtherStore, c.Cancellation);
        other.SetVolume(new KvVolume(volume.Id) { Name = "older" });
        KvVolume read = c.Records().GetVolumes(volume.Id).First();
        read.Status = "changed";
        other.SetVolume(read);
        KvVolume found = other.GetVolumes(name: "disk0").First();
        Expect.Equal("changed a", $"{found.Status} {found.Properties["site"]}", "The status and the property in the other store");
        Expect.Equal("creating", c.Records().GetVolumes(volume.Id).First().Status, "The status in the first store");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions | KvCapabilities.Versions)]
    public static void An_expected_version_guards_a_record(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1)[0];
        KvVolume other = c.Records().GetVolumes(volume.Id).First();
        other.Status = "first";
        c.Records().Set(other, other.Version);
        volume.Status = "second";
        Expect.Error(KvError.ConditionFailed, () => c.Records().Set(volume, volume.Version), "A change onto an older version");
        Expect.Error(KvError.ConditionFailed, () => c.Records().Set(volume, expectedVersion: 0), "A new volume where there is one");
        Expect.Equal("first", c.Records().GetVolumes(volume.Id).First().Status, "The status");
    }

    [ConformanceCase(IsParallel = true)]
    public static void Writers_of_one_record_at_once_leave_it_findable(ConformanceContext c)
    {
        string id = RecordsFixture.SetVolumes(c, 1)[0].Id;
        ConformanceContext.InParallel(4, thread =>
        {
            for (int i = 0; i < 10; i++)
            {
                KvVolume volume = c.Records().GetVolumes(id).First();
                volume.Name = $"name{thread}";
                c.Records().SetVolume(volume);
            }
        });
        string name = c.Records().GetVolumes(id).First().Name!;
        Expect.Sequence([id], c.Records().GetVolumes(name: name).Select(volume => volume.Id), "Volumes by the name that is left");
        Expect.Equal(1, Enumerable.Range(0, 4).Sum(thread => c.Records().GetVolumes(name: $"name{thread}").Count()), "The number of names under which it is found");
    }

    private static string[] Properties(ConformanceContext c, KvVolume volume) =>
        [.. c.Records().GetVolumes(volume.Id).First().Properties.Select(property => $"{property.Key}={property.Value}")];

    private static IEnumerable<string> Find(ConformanceContext c, KvRecordType type, string key, string? value) =>
        c.Records().Find(type, new KvRecordFilter { Properties = new Dictionary<string, string?> { [key] = value } }).Select(record => record.Id);
}
