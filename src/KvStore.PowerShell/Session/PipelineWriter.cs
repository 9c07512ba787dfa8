// What a pipeline writes goes to one batch writer for each store; the cmdlet hears of items and errors as they are committed.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The writes of one pipeline. What is not flushed, because the pipeline was stopped, is not written.</summary>
/// <param name="cmdlet">Emits items, and ends when a commit fails: a whole batch is lost then, whatever the record at hand is.</param>
/// <param name="refuse">Reports the error of one item.</param>
/// <param name="passThru">Whether committed items are emitted.</param>
/// <param name="cancellation">Cancels a commit.</param>
internal sealed class PipelineWriter(KvCmdlet cmdlet, Action<ErrorRecord> refuse, bool passThru, CancellationToken cancellation) : IDisposable
{
    private readonly List<StoreWriter> _writers = [];
    private readonly ItemProgress _progress = new(cmdlet.WriteProgress, "Writing items");
    private long _written;
    private StoreWriter? _last;

    /// <summary>The limits of the target's store.</summary>
    public KvLimits GetLimits(KvTarget target) => GetWriter(target).Batches.Limits;

    /// <summary>Sets a value, at the latest when <see cref="Flush"/> is called.</summary>
    /// <exception cref="KvException">The item cannot be taken.</exception>
    public void Set(KvTarget target, string fullKey, string value, DateTimeOffset? expires, long? version)
    {
        StoreWriter writer = GetWriter(target);
        try
        {
            // An item is shown from the namespace of the last who set it.
            writer.Batches.Set(fullKey, value, expires, version, state: passThru ? target : null);
        }
        catch (KvException e) when (writer.Batches.HasFailed)
        {
            cmdlet.ThrowTerminatingError(KvErrorRecord.From(e, target.StorageName));
        }
    }

    /// <summary>Deletes an item, at the latest when <see cref="Flush"/> is called.</summary>
    /// <exception cref="KvException">A condition needs what the storage lacks.</exception>
    public void Delete(KvTarget target, string fullKey, long? version)
    {
        StoreWriter writer = GetWriter(target);
        try
        {
            writer.Batches.Delete(fullKey, version);
        }
        catch (KvException e) when (writer.Batches.HasFailed)
        {
            cmdlet.ThrowTerminatingError(KvErrorRecord.From(e, target.StorageName));
        }
    }

    /// <summary>Commits what is left, of each store whatever becomes of the others.</summary>
    public void Flush()
    {
        var errors = new List<ErrorRecord>();
        foreach (StoreWriter writer in _writers)
        {
            try
            {
                writer.Batches.Flush();
            }
            catch (KvException e)
            {
                errors.Add(KvErrorRecord.From(e, writer.Target.StorageName));
            }
        }

        _progress.Dispose();
        foreach (ErrorRecord error in errors.SkipLast(1))
        {
            refuse(error);
        }

        if (errors.Count > 0)
        {
            cmdlet.ThrowTerminatingError(errors[^1]);
        }
    }

    /// <summary>Waits for what is still being committed, so that nothing is written after the command has ended.</summary>
    public void Dispose()
    {
        foreach (StoreWriter writer in _writers)
        {
            writer.Batches.Dispose();
        }
    }

    private StoreWriter GetWriter(KvTarget target)
    {
        if (_last is null || !_last.IsFor(target))
        {
            _last = _writers.Find(writer => writer.IsFor(target));
            if (_last is null)
            {
                _last = new StoreWriter(target, CreateBatches(target));
                _writers.Add(_last);
            }
        }

        return _last;
    }

    private KvBatchWriter CreateBatches(KvTarget target) => new(target.Storage, target.Store, cancellation)
    {
        CommitsAside = true,
        Committed = count => _progress.Show(_written += count),
        Refused = error => refuse(KvErrorRecord.From(error, target.StorageName)),
        Written = passThru ? (item, from) => cmdlet.WriteObject(((KvTarget)from!).Show(item)) : null,
    };

    private sealed record StoreWriter(KvTarget Target, KvBatchWriter Batches)
    {
        public bool IsFor(KvTarget target) =>
            ReferenceEquals(target, Target)
            || (ReferenceEquals(target.Storage, Target.Storage) && target.Store.Equals(Target.Store, StringComparison.OrdinalIgnoreCase));
    }
}
