// A namespace that a drive lists has no key: that must reach the cmdlet instead of failing at the parameter.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Takes null for no text at all.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullIsEmptyAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override bool TransformNullOptionalParameters => true;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData ?? Array.Empty<string>();
}
