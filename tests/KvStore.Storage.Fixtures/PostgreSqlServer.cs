// A PostgreSQL of the tests' own, its settings those of the installation: what is acknowledged is on disk.
using System.Globalization;
using KvStore.Storage.PostgreSql;

namespace KvStore.Storage.Fixtures;

/// <summary>A PostgreSQL server.</summary>
public sealed class PostgreSqlServer : DatabaseServer
{
    private static readonly string? Programs = FindPrograms();

    public PostgreSqlServer()
    {
        try
        {
            string passwordFile = Path.Combine(Folder, "password");
            File.WriteAllText(passwordFile, Password);
            RunAsUser(Program("initdb"), "-D", Data, "-U", "kvstore", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--no-locale", "--no-sync");
            StartFirst();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why the tests cannot run here; null if they can.</summary>
    public static string? WhySkipped =>
        !OperatingSystem.IsLinux() ? "PostgreSQL servers are tested on Linux."
        : Programs is null ? "PostgreSQL is not installed (Debian's package postgresql)."
        : ServerUser.WhySkipped;

    public override string Scheme => "postgresql";

    protected override string[] Command => [Program("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];

    // Fast shutdown: sessions are ended, then all is saved. Immediate shutdown: nothing is.
    protected override string StopSignal => "-INT";

    protected override string KillSignal => "-QUIT";

    private string Data => Path.Combine(Folder, "data");

    public override KvStorage Open(string connection, string? password = null, double timeout = 15, double retryTime = 10) =>
        new PostgreSqlStorage(connection, user: null, password, TimeSpan.FromSeconds(timeout), TimeSpan.FromSeconds(retryTime));

    public override string Query(string database, string sql) =>
        ServerProcess.Run(Program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, Connection(database).Replace("+driver", "", StringComparison.Ordinal) + "?connect_timeout=10").TrimEnd('\n');

    protected override bool IsServing()
    {
        try
        {
            return Query("postgres", "SELECT 1") == "1";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    protected override void CreateDatabase(string name) => Query("postgres", $"CREATE DATABASE {name}");

    private static string Program(string name) => Path.Combine(Programs!, name);

    // Debian keeps the server's programs out of the path.
    private static string? FindPrograms()
    {
        IEnumerable<string> installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder.Length).ThenByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(installed).FirstOrDefault(
            folder => Array.TrueForAll(["initdb", "postgres", "psql"], program => File.Exists(Path.Combine(folder, program))));
    }
}
