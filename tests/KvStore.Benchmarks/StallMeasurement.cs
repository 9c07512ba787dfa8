// How long the unluckiest writer of several waits: what a mean hides, and no test may depend on.
using System.Globalization;
using KvStore.Storage.Probe;

namespace KvStore.Benchmarks;

/// <summary>Several processes write batches of twenty items to one SQLite file; the longest time of each process is told.</summary>
internal static class StallMeasurement
{
    /// <summary>Measures and prints.</summary>
    /// <param name="args">The number of processes (8) and of batches of each (500).</param>
    public static void Run(string[] args)
    {
        int processes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8;
        int batches = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 500;
        string folder = Directory.CreateTempSubdirectory("kvstore-stalls-").FullName;
        try
        {
            // Each has compiled its code on a file of its own before all begin.
            string database = Path.Combine(folder, "kv.db");
            string[][] told = ProbeProcess.RunTogether(processes, i => new ProbeProcess("batches-warm", database, $"p{i}", batches));
            int[] longest = [.. told.Select(lines => int.Parse(lines[^1].Split(' ')[1], CultureInfo.InvariantCulture)).Order()];
            Console.WriteLine($"{processes} processes, {batches} batches each, on {Environment.ProcessorCount} processors. The longest batch of each process took {string.Join(", ", longest)} ms; the worst {longest[^1]} ms.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
