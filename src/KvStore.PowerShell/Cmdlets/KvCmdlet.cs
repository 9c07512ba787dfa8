// What every cmdlet shares: Ctrl+C reaches the storage, and an error of Core becomes an error record in one place.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of all cmdlets.</summary>
public abstract class KvCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private HashSet<string> _typed = [];

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
    protected sealed override void BeginProcessing()
    {
        _typed = new HashSet<string>(MyInvocation.BoundParameters.Keys, StringComparer.OrdinalIgnoreCase);
        Report(Begin, isTerminating: true);
    }

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

    /// <summary>Whether a parameter was given on the command line, and not by what came through the pipeline.</summary>
    private protected bool IsTyped(string parameter) => _typed.Contains(parameter);

    /// <summary>ShouldProcess for what asks by default: -Force answers for the user, and -WhatIf stays honest with it.</summary>
    private protected bool ShouldProcess(string target, string action, bool force)
    {
        bool isWhatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
            ? LanguagePrimitives.IsTrue(given)
            : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        if (!force || isWhatIf)
        {
            return ShouldProcess(target, action);
        }

        WriteVerbose($"{action} on {target} without asking.");
        return true;
    }

    /// <summary>
    /// Reports an error that does not end the command; but within a transaction it does, unless -ErrorAction says otherwise: a
    /// function of another module knows nothing of the script block's preference, and half of the work must not be committed.
    /// </summary>
    private protected void Tell(KvException error)
    {
        ErrorRecord record = KvErrorRecord.From(error);
        if (KvTransaction.IsRunning && !MyInvocation.BoundParameters.ContainsKey("ErrorAction"))
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    /// <summary>
    /// Runs a step; an error is reported for it alone, so that a loop can go on with the next. When the storage itself
    /// failed the command ends: with the next record it would fail again, perhaps after a long wait.
    /// </summary>
    private protected void Report(Action step, bool isTerminating = false)
    {
        try
        {
            step();
        }
        catch (KvException e) when (isTerminating || KvErrorRecord.IsOfStorage(e))
        {
            ThrowTerminatingError(KvErrorRecord.From(e));
        }
        catch (KvException e)
        {
            Tell(e);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
