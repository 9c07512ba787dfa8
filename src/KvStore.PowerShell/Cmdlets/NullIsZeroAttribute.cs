// A variable that holds nothing must not lift a condition on a version.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Takes null, and empty text, for 0, which is no version.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullIsZeroAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => true;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        ItemText.Unwrap(inputData) is null or "" ? 0L : inputData!;
}
