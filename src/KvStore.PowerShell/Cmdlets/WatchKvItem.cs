// Changes as they come, from whoever makes them; a pipeline behind it acts on each at once.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Emits each change of the items beneath a namespace once, in order, until it is stopped, its time is up, or it has emitted enough.</summary>
[Cmdlet(VerbsCommon.Watch, "KvItem")]
[OutputType(typeof(KvChange))]
public sealed class WatchKvItemCommand : KvTargetCmdlet
{
    // What a timer can count.
    private static readonly TimeSpan MaximumTimeout = TimeSpan.FromDays(49);

    private KvTarget? _watched;
    private KvKeyPattern[] _patterns = [];

    /// <summary>Only changes of items whose last components fit: <c>vol*/size</c> fits <c>a/b/vol1/size</c>. Several keys may be given.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The first revision of the store whose changes are wanted; without it those from now on.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? FromRevision { get; set; }

    /// <summary>Ends after this time in all: a time span or a number of seconds, at most 49 days.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Ends after so many changes.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Count { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Timeout <= TimeSpan.Zero || Timeout > MaximumTimeout)
        {
            throw new KvException(KvError.InvalidValue, $"-Timeout is {Timeout}; more than zero and at most {MaximumTimeout.TotalDays} days are possible. Leave it out to watch until Ctrl+C.", Timeout);
        }

        _patterns = [.. Key.Select(key => KeySelector.Parse(key).Pattern)];
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (_watched is not null)
        {
            // Ending here keeps the first from being watched as if it were all.
            ThrowTerminatingError(KvErrorRecord.From(new KvException(
                KvError.InvalidPath,
                "One command watches one namespace, and several are piped. Watch a namespace above them, or each in a job of its own.",
                InputObject)));
        }

        _watched = GetTarget();
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (_watched is null)
        {
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        ending.CancelAfter(Timeout ?? System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            Watch(_watched, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !Cancellation.IsCancellationRequested)
        {
            WriteVerbose($"The time of {Timeout} is up.");
        }
    }

    private void Watch(KvTarget target, CancellationToken ending)
    {
        IEnumerable<KvChange> changes = target.Storage.Watch(target.Store, target.NamespacePath, FromRevision, ending);
        WriteVerbose($"Watching {target.Describe(target.NamespacePath)} of storage '{target.StorageName}'.");
        int count = 0;
        foreach (KvChange change in changes)
        {
            KvChange shown = change.SeenFrom(target.NamespacePath, target.StorageName);
            if (_patterns.Length > 0 && !_patterns.Any(pattern => pattern.IsMatchOfEnd(shown.Key)))
            {
                continue;
            }

            WriteObject(shown);
            if (++count == Count)
            {
                return;
            }
        }
    }
}
