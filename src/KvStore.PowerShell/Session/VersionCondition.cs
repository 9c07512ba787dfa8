// A condition that quietly is none would lose somebody's write: what is given must be a version, for each object of a pipeline.
namespace KvStore.PowerShell;

/// <summary>The parameters -IfVersion. They take a property IfVersion through the pipeline, but not an item's Version: with that, every pipeline of items would be conditional.</summary>
internal static class VersionCondition
{
    /// <summary>Checks the version that the parameter asks for; null if it is not given.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: it is given, and no version.</exception>
    public static long? Check(long? version) => version is null or > 0 ? version : throw new KvException(
        KvError.InvalidValue,
        $"-IfVersion is {(version == 0 ? "0, null or empty" : version)}, and versions begin with 1. Give the Version of an item that was read; for one that must not exist, Set-KvItem has -NoClobber.",
        version);
}
