// A server of a test must not outlive the test run, however that ends: a shell between them waits for its input to close.
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KvStore.Storage.Fixtures;

/// <summary>A server that ends with this process at the latest.</summary>
public sealed class ServerProcess : IDisposable
{
    // The server reads nothing and its words go to a file; when nobody holds the other end of the pipe any more, it is killed.
    private const string Script = """
        log=$1; shift
        "$@" < /dev/null > "$log" 2>&1 &
        echo $!
        read -r _
        kill -9 $! 2> /dev/null
        wait
        """;

    // Far beyond what any of the programs takes: it ends a hang, nothing else.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _shell;

    /// <summary>Starts a server.</summary>
    /// <param name="logFile">Where its words go.</param>
    /// <param name="command">The program and its arguments.</param>
    public ServerProcess(string logFile, params string[] command)
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", logFile, .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Id = int.Parse(_shell.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    /// <summary>The server's process id.</summary>
    public int Id { get; }

    /// <summary>Whether the server has ended by itself or by a signal: what is dead may still be listed, until its shell has seen it.</summary>
    public bool HasEnded => !IsRunning($"/proc/{Id.ToString(CultureInfo.InvariantCulture)}/stat");

    /// <summary>The last words of a log.</summary>
    public static string ReadTail(string logFile)
    {
        const int Lines = 20;
        return File.Exists(logFile) ? string.Join('\n', File.ReadLines(logFile).TakeLast(Lines)) : "It wrote no log.";
    }

    /// <summary>Whether a program is installed on this machine.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program to its end and gives what it wrote to its output.</summary>
    /// <exception cref="InvalidOperationException">It failed, or did not end.</exception>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalMinutes} minutes.");
        }

        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {error.Result}{output.Result}");
    }

    /// <summary>Kills the server as a power cut would, without a word to it.</summary>
    public void Kill()
    {
        using Process server = Process.GetProcessById(Id);
        server.Kill();
        _shell.StandardInput.Close();
        _shell.WaitForExit();
    }

    /// <summary>Makes the server stand still with its sockets open, or go on.</summary>
    /// <param name="isStill">Whether it is to stand still.</param>
    public void Freeze(bool isStill) => Run("kill", isStill ? "-STOP" : "-CONT", Id.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_shell.HasExited)
        {
            _shell.StandardInput.Close();
            _shell.WaitForExit();
        }

        _shell.Dispose();
    }

    private static bool IsRunning(string status)
    {
        try
        {
            return !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
