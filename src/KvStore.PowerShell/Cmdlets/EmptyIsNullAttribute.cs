// Export-Csv writes null as nothing, and Import-Csv reads that as empty text.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Takes empty text for null.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EmptyIsNullAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        ItemText.Unwrap(inputData) is string { Length: 0 } ? null : inputData;
}
