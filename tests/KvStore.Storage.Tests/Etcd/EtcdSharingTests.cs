// Several storage objects are what several processes are to etcd: they meet at the guard of the store.
using System.Globalization;
using System.Text.Json;
using KvStore.Storage.Etcd;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

public sealed class EtcdSharingTests
{
    [EtcdFact]
    public void Increments_of_one_counter_by_condition_from_several_objects_add_up()
    {
        const int Objects = 4;
        const int Each = 40;
        EtcdStorage[] storages = [.. Enumerable.Range(0, Objects).Select(_ => new EtcdStorage(SharedEtcdCluster.Cluster.Connection("sharing")))];
        storages[0].Commit("counting", new KvBatch().Set("counter", "0"), default);
        Parallel.For(0, Objects, new ParallelOptions { MaxDegreeOfParallelism = Objects }, i =>
        {
            for (int done = 0; done < Each;)
            {
                KvItem item = storages[i].Get("counting", "counter", default)!;
                string next = (int.Parse(item.Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
                done += storages[i].Commit("counting", new KvBatch().RequireVersion("counter", item.VersionNumber).Set("counter", next), default).Succeeded ? 1 : 0;
            }
        });
        Assert.Equal("160", storages[0].Get("counting", "counter", default)?.Value);
        Assert.Equal(161, storages[0].GetStore("counting", default)?.Revision);
        storages[0].RemoveStore("counting", default);
        Array.ForEach(storages, storage => storage.Dispose());
    }

    [EtcdFact]
    public void Blind_writes_of_several_objects_to_one_store_are_all_applied_once()
    {
        const int Objects = 4;
        const int Each = 50;
        EtcdStorage[] storages = [.. Enumerable.Range(0, Objects).Select(_ => new EtcdStorage(SharedEtcdCluster.Cluster.Connection("sharing")))];
        Parallel.For(0, Objects, new ParallelOptions { MaxDegreeOfParallelism = Objects }, i =>
        {
            for (int done = 0; done < Each; done++)
            {
                storages[i].Commit("writing", new KvBatch().Set($"o{i}/{done}", "x"), default);
            }
        });
        KvItem[] items = [.. storages[0].Scan("writing", KvRange.All, default)];
        Assert.Equal(Enumerable.Range(1, Objects * Each).Select(revision => (long?)revision), items.Select(item => item.ModRevision).Order());
        storages[0].RemoveStore("writing", default);
        Array.ForEach(storages, storage => storage.Dispose());
    }

    [EtcdFact]
    public void A_lease_that_was_revoked_by_hand_is_replaced()
    {
        using var storage = new EtcdStorage(SharedEtcdCluster.Cluster.Connection("revoked"));
        DateTimeOffset expires = DateTimeOffset.UtcNow.AddHours(1);
        storage.Commit("brief", new KvBatch().Set("a", "1", expires), default);
        using (var found = JsonDocument.Parse(SharedEtcdCluster.Cluster.Ctl("get", "/revoked/brief/items/a", "-w", "json")))
        {
            long lease = found.RootElement.GetProperty("kvs")[0].GetProperty("lease").GetInt64();
            SharedEtcdCluster.Cluster.Ctl("lease", "revoke", lease.ToString("x", CultureInfo.InvariantCulture));
        }

        Assert.Null(storage.Get("brief", "a", default));
        storage.Commit("brief", new KvBatch().Set("b", "1", expires), default);
        Assert.Equal("1", storage.Get("brief", "b", default)?.Value);
        storage.RemoveStore("brief", default);
    }
}
