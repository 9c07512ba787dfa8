// Storages on databases are tested against the real servers, each of them the tests' own: started, broken and restarted at will.
using System.Diagnostics;
using System.Globalization;

namespace KvStore.Storage.Fixtures;

/// <summary>A database server of its own on 127.0.0.1, with a data folder that is gone when it is disposed.</summary>
public abstract class DatabaseServer : IDisposable
{
    /// <summary>A password that would be noticed wherever it appeared, with all that a URL must encode.</summary>
    public const string Password = "s3cr/t:p@ss w?rd%";

    private ServerProcess? _process;
    private int _databases;

    /// <summary>Makes the folder; <see cref="StartFirst"/> starts the server.</summary>
    protected DatabaseServer()
    {
        Folder = ServerUser.NewFolder();
        Port = FreePorts.Get(1)[0];
    }

    /// <summary>The scheme of its URLs.</summary>
    public abstract string Scheme { get; }

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>The folder of its data, its socket and its log.</summary>
    protected string Folder { get; }

    /// <summary>A storage in a database.</summary>
    /// <param name="connection">A URL.</param>
    /// <param name="password">Wins over the URL's.</param>
    /// <param name="timeout">Of a connect and a statement, in seconds.</param>
    /// <param name="retryTime">How long what passes is tried again, in seconds.</param>
    public abstract KvStorage Open(string connection, string? password = null, double timeout = 15, double retryTime = 10);

    /// <summary>Runs statements with the server's own client and gives its output, columns separated by <c>|</c>, without headers.</summary>
    public abstract string Query(string database, string sql);

    /// <summary>A connection to a new and empty database.</summary>
    public string NewDatabase()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        CreateDatabase(name);
        return Connection(name);
    }

    /// <summary>A storage in a new and empty database.</summary>
    public KvStorage OpenNew() => Open(NewDatabase());

    /// <summary>The URL of a database.</summary>
    public string Connection(string database, string password = Password) =>
        $"{Scheme}+driver://kvstore:{Uri.EscapeDataString(password)}@127.0.0.1:{Port}/{database}";

    /// <summary>The name of the database that a connection leads to.</summary>
    public static string DatabaseOf(string connection) => connection[(connection.LastIndexOf('/') + 1)..];

    /// <summary>Starts the server and waits until it serves.</summary>
    public void Start()
    {
        _process = new ServerProcess(Path.Combine(Folder, "log"), [.. ServerUser.Prefix, .. Command]);
        var watch = Stopwatch.StartNew();
        while (!IsServing())
        {
            if (_process.HasEnded || watch.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"The server {(_process.HasEnded ? "has ended" : "does not serve")}: {ServerProcess.ReadTail(Path.Combine(Folder, "log"))}");
            }

            Thread.Sleep(50);
        }
    }

    /// <summary>Stops the server as its service would.</summary>
    public void Stop() => Signal(StopSignal);

    /// <summary>Kills the server as a power cut would.</summary>
    public void Kill() => Signal(KillSignal);

    /// <summary>Makes the server stand still with its sockets open, or go on.</summary>
    public void Freeze(bool isStill) => _process!.Freeze(isStill);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is { HasEnded: false })
        {
            Kill();
        }

        _process?.Dispose();

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The server's program and arguments.</summary>
    protected abstract string[] Command { get; }

    /// <summary>The signal of an orderly stop that waits for no client.</summary>
    protected abstract string StopSignal { get; }

    /// <summary>The signal that ends it at once with all its processes, nothing saved.</summary>
    protected abstract string KillSignal { get; }

    /// <summary>Whether it takes connections.</summary>
    protected abstract bool IsServing();

    /// <summary>Creates a database that the user kvstore may use.</summary>
    protected abstract void CreateDatabase(string name);

    /// <summary>Starts the server for the first time; on another port if it ends at once, as it does when somebody took its port.</summary>
    protected void StartFirst()
    {
        const int Attempts = 3;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Start();
                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts && _process!.HasEnded)
            {
                _process.Dispose();
                Port = FreePorts.Get(1)[0];
            }
        }
    }

    /// <summary>Runs a program as the user whose server it is.</summary>
    protected string RunAsUser(params string[] command)
    {
        string[] all = [.. ServerUser.Prefix, .. command];
        return ServerProcess.Run(all[0], all[1..]);
    }

    private void Signal(string signal)
    {
        string id = _process!.Id.ToString(CultureInfo.InvariantCulture);
        ServerProcess.Run("kill", signal, id);
        var watch = Stopwatch.StartNew();
        while (!_process.HasEnded)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"The server does not end by the signal {signal}: {ServerProcess.ReadTail(Path.Combine(Folder, "log"))}");
            }

            Thread.Sleep(10);
        }

        _process.Dispose();
        _process = null;
    }
}
