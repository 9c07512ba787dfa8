// Faults strike at random, but a failure must be repeatable: all chance of this suite comes from one seed, which each test
// tells. And how often they strike is a matter of time: a few minutes for every day, hours on request.
using System.Globalization;
using System.Runtime.CompilerServices;

namespace KvStore.Fault.Tests;

/// <summary>The settings of a run, by environment variables; docs/testing.md tells of them.</summary>
internal static class FaultRun
{
    private const string LengthVariable = "KVSTORE_FAULTS";
    private const string SeedVariable = "KVSTORE_FAULTS_SEED";

    /// <summary>Whether the long form was asked for.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable(LengthVariable) switch
    {
        null or "" or "short" => false,
        "long" => true,
        string other => throw new InvalidOperationException($"{LengthVariable} is 'short' or 'long', not '{other}'."),
    };

    /// <summary>The seed of all chance.</summary>
    public static int Seed { get; } = int.Parse(Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed ? seed : "6", CultureInfo.InvariantCulture);

    /// <summary>How often something is done, in the short and in the long form.</summary>
    public static int Times(int brief, int lengthy) => IsLong ? lengthy : brief;

    /// <summary>Chance, the same for the same seed; the seed is told in the test's output, which a failure shows.</summary>
    /// <param name="part">Which of several that a test needs.</param>
    /// <param name="test">The test's name.</param>
    public static Random NewRandom(int part = 0, [CallerMemberName] string test = "")
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Chance {part} has seed {Seed}; {SeedVariable}={Seed} repeats it.");

        // Not the hash code of .NET, which differs from process to process.
        return new Random(test.Aggregate((Seed * 31) + part, (hash, c) => unchecked((hash * 16777619) ^ c)));
    }

    /// <summary>Tells a measured number, which no test depends on.</summary>
    public static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
