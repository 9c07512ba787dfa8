// The storage is tested against what it is made for: three etcd processes, each of which may be killed.
using System.Diagnostics;
using System.Globalization;

namespace KvStore.Storage.Fixtures;

/// <summary>A cluster of etcd processes of its own on 127.0.0.1, gone without trace when disposed.</summary>
public sealed class EtcdCluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("kvstore-etcd-").FullName;
    private Member[] _members = [];
    private readonly string _scheme;
    private readonly string[] _arguments;

    /// <summary>Starts a cluster and waits until it serves.</summary>
    /// <param name="size">The number of processes.</param>
    /// <param name="certificates">Folder with ca.pem, server.pem and server-key.pem for TLS, which then asks clients for a certificate; null for none.</param>
    /// <param name="arguments">More arguments of etcd.</param>
    public EtcdCluster(int size = 3, string? certificates = null, params string[] arguments)
    {
        _scheme = certificates is null ? "http" : "https";
        _arguments = certificates is null
            ? arguments
            :
            [
                .. arguments, "--client-cert-auth", "--trusted-ca-file", $"{certificates}/ca.pem",
                "--cert-file", $"{certificates}/server.pem", "--key-file", $"{certificates}/server-key.pem",
            ];
        try
        {
            StartFirst(size, waits: certificates is null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why the tests cannot run here; null if they can.</summary>
    public static string? WhySkipped =>
        !OperatingSystem.IsLinux() ? "Clusters of etcd processes are tested on Linux."
        : !ServerProcess.IsInstalled("etcd") ? "etcd is not installed (Debian's package etcd-server)."
        : !ServerProcess.IsInstalled("etcdctl") ? "etcdctl is not installed (Debian's package etcd-client)."
        : null;

    /// <summary>The servers as <c>host:port</c>, joined by commas.</summary>
    public string Servers => string.Join(',', _members.Select(member => member.Address));

    /// <summary>A connection with a prefix of its own.</summary>
    public string Connection(string prefix) => $"etcd://{Servers}/{prefix}";

    /// <summary>Runs etcdctl against all members and gives its output.</summary>
    public string Ctl(params string[] arguments) => ServerProcess.Run("etcdctl", ["--endpoints", Servers, .. arguments]);

    /// <summary>The index of the member that leads; waits for the end of an election.</summary>
    public int FindLeader()
    {
        int leader = -1;
        Await("has no leader", () => (leader = Array.FindIndex(_members, IsLeader)) >= 0);
        return leader;
    }

    /// <summary>Kills a member by SIGKILL.</summary>
    public void Kill(int index) => _members[index].Process!.Kill();

    /// <summary>Makes a member stand still with its sockets open, or go on.</summary>
    public void Freeze(int index, bool isStill) => _members[index].Process!.Freeze(isStill);

    /// <summary>Starts a killed member again, on its data.</summary>
    public void Restart(int index) => Start(_members[index]);

    /// <summary>Waits until every member answers.</summary>
    public void WaitUntilServing() => Await("does not serve", () =>
    {
        Ctl("--command-timeout=2s", "endpoint", "health");
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_members, member => member.Process?.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsLeader(Member member)
    {
        // Endpoint, id, version, database size, is leader, …
        string[] status = ServerProcess.Run("etcdctl", "--endpoints", member.Address, "endpoint", "status").Split(", ");
        return status.Length > 4 && status[4] == "true";
    }

    // What fails is tried again, but not for a member that has gone: nobody starts it meanwhile.
    private void Await(string problem, Func<bool> isDone)
    {
        var watch = Stopwatch.StartNew();
        InvalidOperationException? last = null;
        while (watch.Elapsed < Patience && !Array.Exists(_members, member => member.Process!.HasEnded))
        {
            try
            {
                if (isDone())
                {
                    return;
                }
            }
            catch (InvalidOperationException e)
            {
                last = e;
            }

            Thread.Sleep(100);
        }

        throw new InvalidOperationException($"The cluster {problem}. {last?.Message}\n{string.Join('\n', _members.Select(Describe))}", last);
    }

    private string Describe(Member member) =>
        $"{member.Name} at {member.Address} {(member.Process!.HasEnded ? "has ended" : "runs")}:\n{ServerProcess.ReadTail(LogOf(member))}";

    private string LogOf(Member member) => Path.Combine(_folder, member.Name + ".log");

    // A member ends at once when somebody took one of its ports: then all begin anew on others.
    private void StartFirst(int size, bool waits)
    {
        const int Attempts = 3;
        for (int attempt = 1; ; attempt++)
        {
            int[] ports = FreePorts.Get(2 * size);
            _members = [.. Enumerable.Range(0, size).Select(i => new Member($"m{attempt}{i}", ports[2 * i], ports[(2 * i) + 1]))];
            Array.ForEach(_members, Start);
            try
            {
                if (waits)
                {
                    WaitUntilServing();
                }

                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts && Array.Exists(_members, member => member.Process!.HasEnded))
            {
                Array.ForEach(_members, member => member.Process!.Dispose());
            }
        }
    }

    private void Start(Member member)
    {
        string peers = string.Join(',', _members.Select(other => $"{other.Name}=http://127.0.0.1:{other.PeerPort.ToString(CultureInfo.InvariantCulture)}"));
        string peer = $"http://127.0.0.1:{member.PeerPort.ToString(CultureInfo.InvariantCulture)}";
        member.Process = new ServerProcess(
            LogOf(member),
            [
                "etcd", "--name", member.Name, "--data-dir", Path.Combine(_folder, member.Name), "--logger", "zap", "--log-level", "warn",
                "--listen-client-urls", $"{_scheme}://{member.Address}", "--advertise-client-urls", $"{_scheme}://{member.Address}",
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", peers, .. _arguments,
            ]);
    }

    private sealed class Member(string name, int clientPort, int peerPort)
    {
        public string Name => name;

        public int PeerPort => peerPort;

        public string Address { get; } = $"127.0.0.1:{clientPort.ToString(CultureInfo.InvariantCulture)}";

        public ServerProcess? Process { get; set; }
    }
}
