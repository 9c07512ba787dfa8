// cinderlib's documents go into every storage whole or not at all, and come out as they went in.
using System.Collections;
using System.Text;

namespace KvStore.Conformance;

internal static class RecordDocumentsCases
{
    [ConformanceCase]
    public static void What_is_exported_is_imported_elsewhere_equal(ConformanceContext c)
    {
        KvVolume[] volumes = RecordsFixture.SetVolumes(c, 2, volume =>
        {
            volume.SetSpecs(new Hashtable { ["k"] = "v" }, new Hashtable { ["q"] = "1" });
            volume.SetProperty("site", "a");
        });
        c.Records().Set(new KvSnapshot(volumes[0], "s2") { Name = "snap/é" });
        c.Records().Set(new KvSnapshot(volumes[0], "s1"));
        c.Records().Set(new KvConnection(volumes[1], "c1") { ["connection_info"] = new Hashtable { ["conn"] = new string('x', 5000) } });
        c.Records().Set(new KvSnapshot("a volume that is gone", "orphan") { Backend = "fake" });
        c.Records().Set(new KvKeyValue("key", "value"));

        string exported = Export(c, c.Store);
        for (int time = 1; time <= 2; time++)
        {
            Import(c, c.OtherStore, exported);
            Expect.Equal(exported, Export(c, c.OtherStore), $"The document after import {time}");
        }

        string[] keys = c.KeysOf(c.OtherStore);
        Import(c, c.OtherStore, exported);
        Expect.Sequence(keys, c.KeysOf(c.OtherStore), "The keys after another import");
        Expect.Sequence(["s2", "s1"], new KvRecords(c.Storage, c.OtherStore, c.Cancellation).ReadInOrder(KvRecordType.Snapshot, volumes[0].Id).Select(snapshot => snapshot.Id), "The order of the snapshots");
    }

    [ConformanceCase]
    public static void A_record_that_is_imported_again_is_found_by_its_new_name_alone(ConformanceContext c)
    {
        KvVolume volume = RecordsFixture.SetVolumes(c, 1, volume => volume.SetProperty("site", "a"))[0];
        Import(c, c.Store, Export(c, c.Store).Replace("disk0", "renamed", StringComparison.Ordinal));
        Expect.Sequence([volume.Id], c.Records().GetVolumes(name: "renamed").Select(found => found.Id), "Volumes by the new name");
        Expect.Sequence([], c.Keys().Where(key => key.Contains("disk0", StringComparison.Ordinal)), "Index items of the old name");
        Expect.Equal("a", c.Records().GetVolumes(volume.Id).First().Properties["site"], "An attached property");
    }

    [ConformanceCase]
    public static void A_refused_document_changes_nothing(ConformanceContext c)
    {
        RecordsFixture.SetVolumes(c, 2);
        string[] keys = c.Keys();
        string document = Export(c, c.Store).Replace("disk0", "changed", StringComparison.Ordinal);
        string bad = document.Insert(document.LastIndexOf("\"display_name\"", StringComparison.Ordinal), "\"launched_at\": \"yesterday\", ");
        KvException error = Expect.Error(KvError.InvalidDocument, () => Import(c, c.Store, bad), "A document with a bad time in its last volume");
        Expect.True(error.Message.Contains("launched_at", StringComparison.Ordinal), "the field in the message");
        Expect.Error(KvError.InvalidDocument, () => Import(c, c.Store, document[..^4]), "A document that is cut short");
        Expect.Sequence(keys, c.Keys(), "The keys");
        Expect.Equal(0, c.Records().GetVolumes(name: "changed").Count(), "The number of changed volumes");
    }

    [ConformanceCase]
    public static void Replace_leaves_only_what_the_document_holds(ConformanceContext c)
    {
        RecordsFixture.SetVolumes(c, 2);
        string document = Export(c, c.Store);
        c.Records().Set(new KvVolume("extra") { Backend = "fake" });
        Import(c, c.Store, document, KvLoadMode.Replace);
        Expect.Equal(document, Export(c, c.Store), "The document after a replacing import");
        Expect.Sequence([], c.Records().GetVolumes("extra").Select(volume => volume.Id), "A volume that the document does not hold");
    }

    [ConformanceCase(Needs = KvCapabilities.Conditions)]
    public static void No_clobber_refuses_a_record_that_exists(ConformanceContext c)
    {
        RecordsFixture.SetVolumes(c, 1);
        string document = Export(c, c.Store);
        Expect.Error(KvError.ConditionFailed, () => Import(c, c.Store, document, KvLoadMode.NoClobber), "A volume that exists");
        Import(c, c.OtherStore, document, KvLoadMode.NoClobber);
        c.Records().Set(new KvVolume("other") { Backend = "fake" });
        c.Records().Delete(c.Records().GetVolumes().First(volume => volume.Id != "other"));
        Import(c, c.Store, document, KvLoadMode.NoClobber);
        Expect.Equal(2, c.Records().GetVolumes(backend: "fake").Count(), "The number of volumes after an import of a new one");
    }

    private static string Export(ConformanceContext c, string store)
    {
        using var output = new MemoryStream();
        CinderlibWriter.Write(output, c.Storage, store, cancellation: c.Cancellation);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static void Import(ConformanceContext c, string store, string document, KvLoadMode mode = KvLoadMode.Merge)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(document));
        CinderlibImport.Load(input, c.Storage, store, mode, cancellation: c.Cancellation);
    }
}
