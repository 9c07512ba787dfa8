// The program of docs/examples/Tour, run as its reader runs it.
using System.Diagnostics;
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class TourTests
{
    [Fact]
    public void The_tour_prints_what_the_readme_shows()
    {
        string root = FindRoot();
        string output = Path.GetRelativePath(Path.Combine(root, "tests", "KvStore.Storage.Tests"), AppContext.BaseDirectory);
        string program = Path.Combine(root, "docs", "examples", "Tour", output, "Tour.dll");
        using Process tour = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true })!;
        string printed = tour.StandardOutput.ReadToEnd();
        Assert.True(tour.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Equal(0, tour.ExitCode);
        Assert.Contains(printed.ReplaceLineEndings("\n").Trim(), File.ReadAllText(Path.Combine(root, "README.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "KvStore.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests run inside the repository.");
    }
}
