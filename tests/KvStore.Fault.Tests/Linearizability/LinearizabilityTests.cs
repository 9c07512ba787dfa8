// What several processes read and write at once must look as if one copy of the data had done one thing at a time.
namespace KvStore.Fault.Tests;

public sealed class LinearizabilityTests : IDisposable
{
    private const int Processes = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_random_history_on_SQLite_is_linearizable() => Check(round => _folder[$"history{round}.db"]);

    [Fact]
    public void A_random_history_on_PostgreSQL_is_linearizable() => CheckOn<PostgreSqlServer>(PostgreSqlServer.WhySkipped);

    [Fact]
    public void A_random_history_on_MariaDB_is_linearizable() => CheckOn<MariaDbServer>(MariaDbServer.WhySkipped);

    [Fact]
    public void A_random_history_on_a_cluster_of_etcd_is_linearizable()
    {
        Assert.SkipWhen(EtcdCluster.WhySkipped is not null, EtcdCluster.WhySkipped ?? "");
        Check(round => SharedEtcdCluster.Cluster.Connection($"history{round}"), FromEachMember);
    }

    [Fact]
    public void A_random_history_on_a_cluster_of_etcd_whose_leader_is_killed_is_linearizable()
    {
        Assert.SkipWhen(EtcdCluster.WhySkipped is not null, EtcdCluster.WhySkipped ?? "");
        using var cluster = new EtcdCluster();
        Random random = FaultRun.NewRandom(part: 1);
        Check(round => cluster.Connection($"history{round}"), FromEachMember, () =>
        {
            Thread.Sleep(300 + random.Next(500));
            int leader = cluster.FindLeader();
            cluster.Kill(leader);
            Thread.Sleep(random.Next(1000));
            cluster.Restart(leader);
        });
        cluster.WaitUntilServing();
    }

    // Each process asks another member first, or all would be served by one.
    private static string FromEachMember(string connection, int process)
    {
        string[] parts = connection.Split('/');
        string[] servers = parts[2].Split(',');
        parts[2] = string.Join(',', servers[process..].Concat(servers[..process]));
        return string.Join('/', parts);
    }

    private static void CheckOn<TServer>(string? whySkipped)
        where TServer : DatabaseServer, new()
    {
        Assert.SkipWhen(whySkipped is not null, whySkipped ?? "");
        Check(_ => SharedServers.Get<TServer>().NewDatabase());
    }

    private static void Check(Func<int, string> connect, Func<string, int, string>? vary = null, Action? disturb = null)
    {
        const int Operations = 400;
        Random random = FaultRun.NewRandom();
        for (int round = 0; round < FaultRun.Times(1, 50); round++)
        {
            string connection = connect(round);
            ProbeProcess[] clients = [.. Enumerable.Range(0, Processes).Select(i => new ProbeProcess("history", vary?.Invoke(connection, i) ?? connection, $"p{i}", Operations, random.Next()))];
            try
            {
                ProbeProcess.BeginTogether(clients);
                disturb?.Invoke();
                HistoryEvent[] history = [.. clients.SelectMany(client => client.Finish()).Select(HistoryEvent.Parse)];
                FaultRun.Tell($"Round {round}: {Tell(history)}");
                string? violation = LinearizabilityChecker.FindViolation(history);
                Assert.True(violation is null, violation);
            }
            finally
            {
                Array.ForEach(clients, client => client.Dispose());
            }
        }
    }

    private static string Tell(HistoryEvent[] history) => string.Join(
        ", ",
        history.GroupBy(done => (done.Operation, done.Outcome)).OrderBy(kind => kind.Key).Select(kind => $"{kind.Count()} {kind.Key.Operation} {kind.Key.Outcome}"));
}
