// PowerShell takes a bare number for a TimeSpan of so many ticks, and the text "30" for 30 days: a user who types 30 means seconds.
using System.Globalization;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Takes a number for seconds, as Start-Sleep and the like do; a TimeSpan and its text (<c>1.12:00:00</c>) stay what they are.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        string? number = ItemText.Unwrap(inputData) is TimeSpan ? null : ItemText.From(inputData);
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
        {
            return inputData;
        }

        return Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new ArgumentTransformationMetadataException($"{number} seconds are more than a TimeSpan can hold. Give [timespan]::MaxValue for ever.");
    }
}
