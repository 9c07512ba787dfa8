// Each Pester file runs once, in a pwsh of its own: what one does to its process, no other sees.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace KvStore.PowerShell.Tests;

/// <summary>Runs Pester files when a case of theirs is first asked for, and keeps the reports.</summary>
public sealed class PesterRuns
{
    // Far above what any file takes: it ends a hang, nothing else.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private static readonly JsonSerializerOptions JsonOptions = new() { PropertyNameCaseInsensitive = true };

    private readonly ConcurrentDictionary<string, Lazy<PesterReport>> _reports = new(StringComparer.Ordinal);

    /// <summary>The report of a Pester file, which runs now if it has not yet.</summary>
    public PesterReport GetReport(PesterFile file) => _reports.GetOrAdd(file.Path, path => new Lazy<PesterReport>(() => Run(path))).Value;

    private static PesterReport Run(string path)
    {
        if (FindPowerShell() is not { } powerShell)
        {
            return new PesterReport { SkipReason = "No pwsh on PATH: install PowerShell 7.4 or later (dotnet tool install --global PowerShell), or name one in KVSTORE_PWSH." };
        }

        // The process's temporary files all lie here, and go with it.
        string folder = Directory.CreateTempSubdirectory("kvstore-pester-").FullName;
        try
        {
            return Run(powerShell, path, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PesterReport Run(string powerShell, string path, string folder)
    {
        string resultFile = Path.Combine(folder, "result.json");
        var start = new ProcessStartInfo(powerShell)
        {
            ArgumentList = { "-NoProfile", "-NonInteractive", "-File", Path.Combine(PesterFile.Folder, "Invoke-PesterFile.ps1"), "-Path", path, "-ResultFile", resultFile },
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in (string[])["TMPDIR", "TEMP", "TMP"])
        {
            start.Environment[variable] = folder;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Timeout))
        {
            process.Kill(entireProcessTree: true);
            return new PesterReport { Error = $"{Path.GetFileName(path)} was ended after {Timeout.TotalMinutes} minutes." };
        }

        return File.Exists(resultFile)
            ? JsonSerializer.Deserialize<PesterReport>(File.ReadAllText(resultFile), JsonOptions)!
            : new PesterReport { Error = $"pwsh ended with exit code {process.ExitCode} and left no result.\n{TextOf(output)}\n{TextOf(errors)}" };
    }

    // A process that pwsh left behind may hold the other end for ever.
    private static string TextOf(Task<string> text) => text.Wait(TimeSpan.FromSeconds(10)) ? text.Result : "";

    private static string? FindPowerShell()
    {
        if (Environment.GetEnvironmentVariable("KVSTORE_PWSH") is { Length: > 0 } named)
        {
            return named;
        }

        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
