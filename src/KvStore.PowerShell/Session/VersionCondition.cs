// A condition that quietly is none would lose somebody's write: what is given must be a version, for each object of a pipeline.
using System.Management.Automation;

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

/// <summary>Takes null, and empty text, for 0: a variable that holds nothing must not lift the condition.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullIsZeroAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => true;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        ItemText.Unwrap(inputData) is null or "" ? 0L : inputData!;
}
