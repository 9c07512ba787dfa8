// What a pipeline writes goes to one batch writer for each store; the cmdlet hears of items and errors as they are committed.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The writes of one pipeline. What is not flushed, because the pipeline was stopped, is not written.</summary>
/// <param name="cmdlet">Emits items.</param>
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
    /// <exception cref="KvException">The item cannot be taken, or the storage failed.</exception>
    public void Set(KvTarget target, string fullKey, string value, DateTimeOffset? expires, long? version)
    {
        StoreWriter writer = GetWriter(target);
        if (passThru)
        {
            writer.Targets[fullKey] = target;
        }

        writer.Batches.Set(fullKey, value, expires, version);
    }

    /// <summary>Deletes an item, at the latest when <see cref="Flush"/> is called.</summary>
    /// <exception cref="KvException">The storage failed.</exception>
    public void Delete(KvTarget target, string fullKey, long? version) => GetWriter(target).Batches.Delete(fullKey, version);

    /// <summary>Commits what is left.</summary>
    /// <exception cref="KvException">The storage failed.</exception>
    public void Flush()
    {
        foreach (StoreWriter writer in _writers)
        {
            writer.Batches.Flush();
        }

        _progress.Dispose();
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
                _last = CreateWriter(target);
                _writers.Add(_last);
            }
        }

        return _last;
    }

    private StoreWriter CreateWriter(KvTarget target)
    {
        // Of each key, the namespace that its item is shown from: that of the last who set it.
        var targets = new Dictionary<string, KvTarget>(StringComparer.Ordinal);
        var batches = new KvBatchWriter(target.Storage, target.Store, cancellation)
        {
            CommitsAside = true,
            Committed = count => _progress.Show(_written += count),
            Refused = error => refuse(KvErrorRecord.From(error, target.StorageName)),
            Written = passThru ? item => cmdlet.WriteObject(targets.Remove(item.FullKey, out KvTarget? from) ? from.Show(item) : item) : null,
        };
        return new StoreWriter(target, batches, targets);
    }

    private sealed record StoreWriter(KvTarget Target, KvBatchWriter Batches, Dictionary<string, KvTarget> Targets)
    {
        public bool IsFor(KvTarget target) =>
            ReferenceEquals(target, Target)
            || (ReferenceEquals(target.Storage, Target.Storage) && target.Store.Equals(Target.Store, StringComparison.OrdinalIgnoreCase));
    }
}
