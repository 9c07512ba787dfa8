// A storage may do a load on another thread's turn, and PowerShell takes progress only on the thread of the pipeline.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Shows the progress of an import or export of records, every thousand records.</summary>
/// <param name="cmdlet">Shows it.</param>
/// <param name="activity">What is done, for the user.</param>
internal sealed class RecordProgress(Cmdlet cmdlet, string activity)
{
    private const int Step = 1000;

    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Tells the number of records written so far.</summary>
    public void ShowWritten(long done) => Show(done, $"{done} records", percent: -1);

    /// <summary>Tells the number of records read so far, and that of all; 0 while the document is being checked.</summary>
    public void ShowRead(long done, long total) =>
        Show(done, total == 0 ? $"Checking: {done} records" : $"Importing: {done} of {total} records", total == 0 ? -1 : (int)(100 * done / total));

    /// <summary>Takes the progress away.</summary>
    public void Complete() => cmdlet.WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });

    private void Show(long done, string status, int percent)
    {
        if (done % Step == 0 && Environment.CurrentManagedThreadId == _thread)
        {
            cmdlet.WriteProgress(new ProgressRecord(0, activity, status) { PercentComplete = percent });
        }
    }
}
