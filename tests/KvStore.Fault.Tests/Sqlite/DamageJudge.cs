// What a damaged file may do: be read as if nothing had happened, or say so. What it must never do is give a wrong answer, or
// keep silent about a missing one.
namespace KvStore.Fault.Tests;

/// <summary>What became of a damage.</summary>
internal enum DamageVerdict
{
    /// <summary>Everything reads as it was.</summary>
    Harmless,

    /// <summary>Some reading failed with an error of the contract.</summary>
    Reported,

    /// <summary>Readings miss something and do not say so, but the check of the file finds the damage.</summary>
    FoundByCheck,

    /// <summary>Something is missing, or was wrong, and nobody says so.</summary>
    Silent,
}

/// <summary>A way to read all of a file, in lines, each of which must be right.</summary>
/// <param name="Name">What it is called in a failure.</param>
/// <param name="Read">Reads a file.</param>
internal sealed record DamageReading(string Name, Func<string, IEnumerable<string>> Read);

/// <summary>Judges copies of a database that were damaged.</summary>
/// <param name="sound">The database as it should be.</param>
/// <param name="check">Whether a file passes its check.</param>
/// <param name="readings">The ways to read it.</param>
internal sealed class DamageJudge(string sound, Func<string, bool> check, params DamageReading[] readings)
{
    private readonly (DamageReading Reading, HashSet<string> Lines)[] _expected =
        [.. readings.Select(reading => (reading, new HashSet<string>(reading.Read(sound), StringComparer.Ordinal)))];

    /// <summary>Judges a file; anything that is thrown but an error of the contract passes through.</summary>
    /// <param name="file">The damaged file.</param>
    /// <param name="wrong">What was read and is not so; null if nothing.</param>
    public DamageVerdict Judge(string file, out string? wrong)
    {
        wrong = null;
        bool isReported = false;
        bool isComplete = true;
        foreach ((DamageReading reading, HashSet<string> lines) in _expected)
        {
            int count = 0;
            try
            {
                foreach (string line in reading.Read(file))
                {
                    count++;
                    if (!lines.Contains(line) || count > lines.Count)
                    {
                        wrong ??= $"{reading.Name} gave '{line}'";
                    }
                }

                isComplete &= count == lines.Count;
            }
            catch (KvException e) when (IsOfDamage(e))
            {
                isReported = true;
            }
        }

        return wrong is not null ? DamageVerdict.Silent
            : isReported ? DamageVerdict.Reported
            : isComplete ? DamageVerdict.Harmless
            : check(file) ? DamageVerdict.Silent
            : DamageVerdict.FoundByCheck;
    }

    /// <summary>Whether an error tells of damage; others would blame somebody else.</summary>
    public static bool IsOfDamage(KvException e) => e.Error is KvError.StorageDamaged or KvError.ForeignDatabase or KvError.NewerSchema or KvError.StorageUnavailable;
}
