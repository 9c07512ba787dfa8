// What every cmdlet shares: Ctrl+C reaches the storage, and an error of Core becomes an error record in one place.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of all cmdlets.</summary>
public abstract class KvCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <summary>Does the work of <see cref="BeginProcessing"/>.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Does the work of <see cref="ProcessRecord"/>.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Does the work of <see cref="EndProcessing"/>.</summary>
    protected virtual void End()
    {
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Report(Begin, isTerminating: true);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Report(Process, isTerminating: false);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Report(End, isTerminating: false);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stopping.Cancel();

    /// <summary>Releases what the cmdlet holds.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    /// <summary>Runs a step; an error is reported for it alone, so that a loop can go on with the next.</summary>
    private protected void Report(Action step, bool isTerminating = false)
    {
        try
        {
            step();
        }
        catch (KvException e) when (isTerminating)
        {
            ThrowTerminatingError(KvErrorRecord.From(e));
        }
        catch (KvException e)
        {
            WriteError(KvErrorRecord.From(e));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
