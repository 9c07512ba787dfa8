// A MariaDB of the tests' own, its settings those of the installation: what is acknowledged is on disk.
using System.Globalization;
using System.Runtime.InteropServices;
using KvStore.Storage.MySql;

namespace KvStore.Storage.Fixtures;

/// <summary>A MariaDB server.</summary>
public sealed class MariaDbServer : DatabaseServer
{
    private static readonly string[] Programs = ["mariadbd", "mariadb-install-db", "mariadb"];

    public MariaDbServer()
    {
        try
        {
            RunAsUser(Program("mariadb-install-db"), "--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db");
            StartFirst();
            Query("mysql", $"CREATE USER kvstore@'127.0.0.1' IDENTIFIED BY '{Password}'");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why the tests cannot run here; null if they can.</summary>
    public static string? WhySkipped =>
        !OperatingSystem.IsLinux() ? "MariaDB servers are tested on Linux."
        : !Array.TrueForAll(Programs, program => Find(program) is not null) ? "MariaDB is not installed (Debian's package mariadb-server)."
        : !HasClientLibrary ? "MariaDB Connector/C is not installed (Debian's package libmariadb3)."
        : ServerUser.WhySkipped;

    public override string Scheme => "mysql";

    protected override string[] Command =>
    [
        Program("mariadbd"), "--no-defaults", $"--datadir={Data}", $"--port={Port.ToString(CultureInfo.InvariantCulture)}", "--bind-address=127.0.0.1",
        $"--socket={Socket}", $"--pid-file={Path.Combine(Folder, "pid")}",
    ];

    protected override string StopSignal => "-TERM";

    protected override string KillSignal => "-KILL";

    private static bool HasClientLibrary { get; } = NativeLibrary.TryLoad("libmariadb.so.3", out _);

    private string Data => Path.Combine(Folder, "data");

    private string Socket => Path.Combine(Folder, "socket");

    public override KvStorage Open(string connection, string? password = null, double timeout = 15, double retryTime = 10) =>
        new MySqlStorage(connection, user: null, password, TimeSpan.FromSeconds(timeout), TimeSpan.FromSeconds(retryTime));

    public override string Query(string database, string sql) =>
        ServerProcess.Run(Program("mariadb"), "--no-defaults", "--default-character-set=utf8mb4", "-u", "root", "-S", Socket, "-N", "-B", "-e", sql, database).TrimEnd('\n').Replace('\t', '|');

    protected override bool IsServing()
    {
        try
        {
            return Query("mysql", "SELECT 1") == "1";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    protected override void CreateDatabase(string name) => Query("mysql", $"CREATE DATABASE {name}; GRANT ALL PRIVILEGES ON {name}.* TO kvstore@'127.0.0.1'");

    private static string Program(string name) => Find(name)!;

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
