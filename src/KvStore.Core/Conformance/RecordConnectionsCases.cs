// cinderlib's own cases for connections; its get_connections_all never runs upstream, for want of a test's name.
namespace KvStore.Conformance;

internal static class RecordConnectionsCases
{
    [ConformanceCase]
    public static void Get_connections_all(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        RecordsFixture.AreEqual(connections, c.Records().GetConnections(), "All connections, ordered by id");
    }

    [ConformanceCase]
    public static void Get_connections_by_id(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        RecordsFixture.AreEqual([connections[1]], c.Records().GetConnections(connections[1].Id), "Connections by id");
        RecordsFixture.AreEqual([], c.Records().GetConnections("fake-uuid"), "Connections by an id that is not there");
    }

    [ConformanceCase]
    public static void Get_connections_by_volume(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        KvVolume volume = Expect.NotNull(connections[0].Volume, "The volume of a connection");
        KvConnection[] expected = [connections[0], new KvConnection(volume, "c9")];
        c.Records().SetConnection(expected[1]);
        RecordsFixture.AreEqual(expected, c.Records().GetConnections(volumeId: volume.Id), "Connections by volume");
        RecordsFixture.AreEqual(expected, volume.Connections, "The connections that the volume gives");
        RecordsFixture.AreEqual([], c.Records().GetConnections(volumeId: "fake_uuid"), "Connections by a volume that is not there");
    }

    [ConformanceCase]
    public static void Get_connections_by_id_and_volume(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        RecordsFixture.AreEqual([connections[0]], c.Records().GetConnections(connections[0].Id, connections[0].VolumeId), "Connections by both");
        RecordsFixture.AreEqual([], c.Records().GetConnections(connections[1].Id, connections[0].VolumeId), "Connections by the id of one and the volume of another");
    }

    [ConformanceCase]
    public static void Connection_information_of_any_length_survives(ConformanceContext c)
    {
        KvConnection connection = RecordsFixture.SetConnections(c)[0];
        string targets = string.Concat(Enumerable.Range(0, 900).Select(i => $"5006016{i:D4}é😀"));
        connection["connection_info"] = new Dictionary<string, object?> { ["conn"] = new Dictionary<string, object?> { ["driver_volume_type"] = "fibre_channel", ["data"] = targets } };
        connection["attached_host"] = new string('h', 3000);
        connection["unknown/field"] = new string('u', 3000);
        c.Records().SetConnection(connection);

        KvConnection found = c.Records().GetConnections(connection.Id).First();
        Expect.Equal(connection.ToJson(), found.ToJson(), "The connection as a whole");
        Expect.Equal("fibre_channel", found.Protocol, "The protocol");
        found["connection_info"] = null;
        found["unknown/field"] = null;
        c.Records().SetConnection(found);
        Expect.Equal(found.ToJson(), c.Records().GetConnections(connection.Id).First().ToJson(), "The connection after it became short");
        c.Records().DeleteConnection(found);
        Expect.Sequence([], c.Keys().Where(key => $"{key}/".Contains($"/{connection.Id}/", StringComparison.Ordinal)), "The keys that the connection leaves behind");
    }

    [ConformanceCase]
    public static void Delete_connection(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        c.Records().DeleteConnection(connections[1]);
        RecordsFixture.AreEqual([connections[0]], c.Records().GetConnections(), "The connections that are left");
        Expect.True(connections[1].IsDeleted && connections[1].DeletedAt is not null, "a deleted connection that is marked so");
    }

    [ConformanceCase]
    public static void Delete_connection_not_found(ConformanceContext c)
    {
        KvConnection[] connections = RecordsFixture.SetConnections(c);
        c.Records().DeleteConnection(new KvConnection(connections[0].VolumeId!));
        RecordsFixture.AreEqual(connections, c.Records().GetConnections(), "The connections");
    }
}
