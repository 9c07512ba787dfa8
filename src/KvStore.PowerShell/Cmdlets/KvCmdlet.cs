// What every cmdlet shares: Ctrl+C reaches the storage, and an error of Core becomes an error record in one place.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of all cmdlets.</summary>
public abstract class KvCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private HashSet<string> _typed = [];
    private bool? _isUnasked;
    private StreamListener? _listener;

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <summary>Whether -Verbose or the preference asks for details.</summary>
    private protected bool IsVerbose { get; private set; }

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
        IsVerbose = IsWanted("Verbose");
        _listener = IsVerbose || IsWanted("Debug") ? new StreamListener(this) : null;
        Work(Begin, isTerminating: true);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Work(Process, isTerminating: false);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Work(End, isTerminating: false);

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

    /// <summary>
    /// ShouldProcess for one of many records. Where it would neither ask nor tell anybody it is not called: words are made
    /// in it each time, which cost as much as binding the record.
    /// </summary>
    private protected bool ShouldProcessRecord(KvTarget target, string fullKey, string action) =>
        (_isUnasked ??= IsUnasked()) || ShouldProcess(target.Describe(fullKey), action);

    // What is written runs what is further down the pipeline, whose calls to storages are not this cmdlet's: it may not even
    // write then. Every way to write to a stream therefore goes through here.

    /// <inheritdoc cref="Cmdlet.WriteObject(object)"/>
    internal new void WriteObject(object? sendToPipeline)
    {
        KvListener.Current = null;
        base.WriteObject(sendToPipeline);
        KvListener.Current = _listener;
    }

    /// <inheritdoc cref="Cmdlet.WriteObject(object, bool)"/>
    private protected new void WriteObject(object? sendToPipeline, bool enumerateCollection)
    {
        KvListener.Current = null;
        base.WriteObject(sendToPipeline, enumerateCollection);
        KvListener.Current = _listener;
    }

    /// <inheritdoc cref="Cmdlet.WriteError"/>
    internal new void WriteError(ErrorRecord errorRecord)
    {
        KvListener.Current = null;
        base.WriteError(errorRecord);
        KvListener.Current = _listener;
    }

    /// <inheritdoc cref="Cmdlet.WriteWarning"/>
    private protected new void WriteWarning(string text)
    {
        KvListener.Current = null;
        base.WriteWarning(text);
        KvListener.Current = _listener;
    }

    /// <inheritdoc cref="Cmdlet.WriteVerbose"/>
    internal new void WriteVerbose(string text)
    {
        // With -Debug alone PowerShell would stop and ask at each.
        if (IsVerbose)
        {
            KvListener.Current = null;
            base.WriteVerbose(text);
            KvListener.Current = _listener;
        }
    }

    /// <inheritdoc cref="Cmdlet.WriteDebug"/>
    internal new void WriteDebug(string text)
    {
        KvListener.Current = null;
        base.WriteDebug(text);
        KvListener.Current = _listener;
    }

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

    // As the engine decides it for a cmdlet of medium impact (in which $VerbosePreference plays no part); when in doubt it is asked.
    private bool IsUnasked() =>
        !_typed.Overlaps(["WhatIf", "Confirm", "Verbose", "Debug"])
        && !LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"))
        && LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact asksFrom)
        && asksFrom is ConfirmImpact.None or ConfirmImpact.High;

    // Whatever ends the work, also an exception out of a write, the thread hears again what it heard before.
    private void Work(Action step, bool isTerminating)
    {
        KvListener? outer = KvListener.Current;
        KvListener.Current = _listener;
        try
        {
            Report(step, isTerminating);
        }
        finally
        {
            KvListener.Current = outer;
        }
    }

    private bool IsWanted(string stream) =>
        MyInvocation.BoundParameters.TryGetValue(stream, out object? given)
            ? LanguagePrimitives.IsTrue(given)
            // Text, where a script has set it for itself alone.
            : LanguagePrimitives.TryConvertTo(GetVariableValue(stream + "Preference"), out ActionPreference preference)
                && preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    /// <summary>
    /// Reports an error that does not end the command; but within a transaction it does, unless -ErrorAction says otherwise: a
    /// function of another module knows nothing of the script block's preference, and half of the work must not be committed.
    /// </summary>
    private protected void Tell(KvException error) => Tell(KvErrorRecord.From(error));

    /// <inheritdoc cref="Tell(KvException)"/>
    private protected void Tell(ErrorRecord record)
    {
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
