// What is done at once needs no bar; what takes longer must not look as if it hung. PowerShell takes progress only on the
// thread of the pipeline, and a storage may do its work on another's turn.
using System.Diagnostics;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Shows how many items are done, a few times in a second, once the work has taken a while. Disposing it takes the bar away.</summary>
/// <param name="write">Shows a state: WriteProgress of a cmdlet or provider.</param>
/// <param name="activity">What is done, for the user.</param>
internal sealed class ItemProgress(Action<ProgressRecord> write, string activity) : IDisposable
{
    private const int FirstMilliseconds = 500;
    private const int NextMilliseconds = 200;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private bool _isShown;
    private bool _isClosed;

    /// <summary>Tells the number of items done so far.</summary>
    public void Show(long done)
    {
        if (IsDue())
        {
            Write($"{done} items", percent: -1);
        }
    }

    /// <summary>Tells the number of items done so far, and that of all; 0 while the input is being checked.</summary>
    public void Show(long done, long total)
    {
        if (IsDue())
        {
            Write(total == 0 ? $"checking: {done} items" : $"{done} of {total} items", total == 0 ? -1 : (int)(100 * done / total));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isShown && !_isClosed && Environment.CurrentManagedThreadId == _thread)
        {
            write(new ProgressRecord(0, activity, "done") { RecordType = ProgressRecordType.Completed });
        }

        _isClosed = true;
    }

    private bool IsDue() =>
        _sinceShown.ElapsedMilliseconds >= (_isShown ? NextMilliseconds : FirstMilliseconds) && !_isClosed && Environment.CurrentManagedThreadId == _thread;

    private void Write(string status, int percent)
    {
        _isShown = true;
        _sinceShown.Restart();
        write(new ProgressRecord(0, activity, status) { PercentComplete = percent });
    }
}
