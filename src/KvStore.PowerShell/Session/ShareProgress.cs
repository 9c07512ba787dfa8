// A storage may report from another thread, and PowerShell takes progress only on the thread of the pipeline.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Shows the share of a work that is done, each percent once.</summary>
/// <param name="cmdlet">Shows it.</param>
/// <param name="activity">What is done, for the user.</param>
internal sealed class ShareProgress(Cmdlet cmdlet, string activity) : IProgress<double>, IDisposable
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _shown = -1;

    /// <inheritdoc/>
    public void Report(double value)
    {
        int percent = (int)(100 * Math.Clamp(value, 0, 1));
        if (percent != _shown && Environment.CurrentManagedThreadId == _thread)
        {
            _shown = percent;
            cmdlet.WriteProgress(new ProgressRecord(0, activity, $"{percent} %") { PercentComplete = percent });
        }
    }

    /// <summary>Takes the progress away, whether or not the work was done.</summary>
    public void Dispose() => cmdlet.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });
}
