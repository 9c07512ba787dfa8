// The other end of the probe: how a test starts one, lets several begin together, and reads or kills them.
using System.Diagnostics;
using System.Text;

namespace KvStore.Storage.Probe;

/// <summary>A process of the probe; killed at the latest when disposed.</summary>
public sealed class ProbeProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    /// <summary>Starts a process; it does nothing before <see cref="Begin"/>.</summary>
    /// <param name="command">What it does: <c>write</c>, <c>batches</c>, …, as Program.cs tells.</param>
    /// <param name="database">A file or a connection.</param>
    /// <param name="name">What it calls its items; of a watch the revision it begins from, or <c>-</c>.</param>
    /// <param name="count">How often it does it.</param>
    /// <param name="seed">Of what it does at random.</param>
    public ProbeProcess(string command, string database, string name, int count, int seed = 0)
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "KvStore.Storage.Probe.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [probe, command, database, name, $"{count}", $"{seed}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts processes, lets them begin together, and waits for their end.</summary>
    /// <returns>The lines of each.</returns>
    /// <exception cref="InvalidOperationException">One failed: the message is what it told.</exception>
    public static string[][] RunTogether(int processes, Func<int, ProbeProcess> start)
    {
        ProbeProcess[] running = [.. Enumerable.Range(0, processes).Select(start)];
        try
        {
            BeginTogether(running);

            // All at once: one whose words nobody reads stands still.
            return Task.WhenAll(running.Select(process => Task.Run(process.Finish))).GetAwaiter().GetResult();
        }
        finally
        {
            Array.ForEach(running, process => process.Dispose());
        }
    }

    /// <summary>Lets processes begin as soon as all are ready.</summary>
    public static void BeginTogether(params ProbeProcess[] processes)
    {
        Array.ForEach(processes, process => process.AwaitReady());
        Array.ForEach(processes, process => process.Begin());
    }

    /// <summary>Lets the process begin, once it is ready.</summary>
    public void Begin()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>Waits until the process has opened its storage.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public void AwaitReady()
    {
        if (ReadLine() != "ready")
        {
            Finish();
            throw new InvalidOperationException("The probe ended before it began.");
        }
    }

    /// <summary>The next line of the process, or null at its end.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Tells a process that goes on until its input ends to end.</summary>
    public void Stop() => _process.StandardInput.Close();

    /// <summary>Ends the process by SIGKILL, at once and without a word to it.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The rest of its lines, after a <see cref="Kill"/> too.</summary>
    public IEnumerable<string> ReadToEnd()
    {
        while (ReadLine() is { } line)
        {
            yield return line;
        }

        _process.WaitForExit();
    }

    /// <summary>Waits for the end of the process.</summary>
    /// <returns>The rest of its lines.</returns>
    /// <exception cref="InvalidOperationException">It failed: the message is what it told.</exception>
    public string[] Finish()
    {
        string[] lines = [.. ReadToEnd()];
        return _process.ExitCode == 0 ? lines : throw new InvalidOperationException($"The probe failed: {_errors}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
