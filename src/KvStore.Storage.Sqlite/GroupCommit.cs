// Waiting for the disk is what a durable write costs. So while one caller waits, the changes of others gather, and the next
// caller commits them all with a single wait: eight writers together are several times as fast as one.
namespace KvStore.Storage.Sqlite;

/// <summary>Runs the changes of all threads of this process, one group a transaction, in turn with other processes.</summary>
internal sealed class GroupCommit(DatabaseFile file, ReaderPool readers) : IDisposable
{
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly List<WriteRequest> _pending = [];
    private LockFile _lock = new(file.Path);
    private Session? _writer;
    private Thread? _leader;
    private bool _isLed;
    private bool _isClosed;

    /// <summary>Runs a change; it is on disk when this returns.</summary>
    public T Run<T>(Func<Session, T> change, bool runsAlone, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = new WriteRequest<T>(change, runsAlone, file.Settings.Patience, cancellation);
        bool leads;
        lock (_gate)
        {
            if (_isClosed)
            {
                throw SqliteFailure.Closed(file.Path);
            }

            if (_leader == Thread.CurrentThread)
            {
                throw new InvalidOperationException("The source of a load must not write to the storage that is being loaded.");
            }

            _pending.Add(request);
            leads = !_isLed;
            _isLed = true;
            request.Turn = leads ? null : new ManualResetEventSlim();
        }

        if (leads || AwaitTurn(request))
        {
            Lead(request);
        }

        return request.GetResult();
    }

    /// <summary>Waits for what has begun, then closes the writer, bringing the log home if this is its last user.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_isLed)
            {
                Monitor.Wait(_gate);
            }
        }

        if (_writer is not null && _lock.TryAcquire(ClosingPatience, CancellationToken.None))
        {
            _writer.Connection.CheckpointOnClose();
            CloseWriter();
            _lock.Release();
        }

        CloseWriter();
        _lock.Dispose();
    }

    /// <summary>Waits until the request is done, or until its caller is to lead.</summary>
    private bool AwaitTurn(WriteRequest request)
    {
        ManualResetEventSlim turn = request.Turn!;
        Exception? gaveUp = null;
        try
        {
            if (!turn.Wait(request.TimeLeft, request.Cancellation))
            {
                gaveUp = SqliteFailure.Busy(file.Path, file.Settings.Patience);
            }
        }
        catch (OperationCanceledException e)
        {
            gaveUp = e;
        }

        lock (_gate)
        {
            if (request.Leads)
            {
                return true;
            }

            if (gaveUp is not null && _pending.Remove(request))
            {
                request.Fail(gaveUp);
                return false;
            }
        }

        // Too late to give up: a leader is committing it.
        turn.Wait();
        return false;
    }

    private void Lead(WriteRequest request)
    {
        try
        {
            GiveUpMovedFile();
            file.CreateFolder();
            if (!_lock.TryAcquire(request.TimeLeft, request.Cancellation))
            {
                throw SqliteFailure.Busy(file.Path, file.Settings.Patience);
            }

            try
            {
                CommitGroup(TakeGroup());
            }
            finally
            {
                _lock.Release();
            }
        }
        catch (Exception e) when (!request.IsDone)
        {
            request.Fail(e);
        }
        finally
        {
            PassOn(request);
        }
    }

    /// <summary>Takes the requests that wait, the leader's own first, up to one that is to run alone.</summary>
    private List<WriteRequest> TakeGroup()
    {
        lock (_gate)
        {
            _leader = Thread.CurrentThread;
            int alone = _pending.FindIndex(request => request.RunsAlone);
            int count = alone < 0 ? _pending.Count : Math.Max(alone, 1);
            List<WriteRequest> group = _pending.GetRange(0, count);
            _pending.RemoveRange(0, count);
            return group;
        }
    }

    private void PassOn(WriteRequest request)
    {
        lock (_gate)
        {
            _leader = null;
            _pending.Remove(request);
            if (_pending.Count == 0)
            {
                _isLed = false;
                Monitor.PulseAll(_gate);
                return;
            }

            _pending[0].Leads = true;
            _pending[0].Turn!.Set();
        }
    }

    private void CommitGroup(List<WriteRequest> group)
    {
        try
        {
            while (group.Count > 0)
            {
                Session writer = Begin(group[0]);
                bool isWhole = Apply(writer, group);
                group.RemoveAll(request => request.HasFailed);
                if (isWhole && group.Count > 0)
                {
                    writer.Commit();
                    group.ForEach(request => request.Complete());
                    return;
                }

                // A failing change (a full disk, say) may take the whole transaction with it: the others begin again.
                writer.Rollback();
            }
        }
        catch (Exception e)
        {
            GiveUpTransaction();
            group.ForEach(request => request.Fail(e));
        }
    }

    /// <summary>Applies each request; false if one took the transaction with it.</summary>
    private static bool Apply(Session writer, List<WriteRequest> group)
    {
        bool inParts = group.Count > 1;
        foreach (WriteRequest request in group)
        {
            try
            {
                writer.Connection.Cancellation = request.Cancellation;
                request.Cancellation.ThrowIfCancellationRequested();
                if (inParts)
                {
                    writer.Savepoint();
                }

                request.Apply(writer);
                if (inParts)
                {
                    writer.Release();
                }
            }
            catch (Exception e)
            {
                writer.Connection.Cancellation = CancellationToken.None;
                request.Fail(e);
                if (!writer.Connection.IsInTransaction)
                {
                    return false;
                }

                if (inParts)
                {
                    writer.RollbackToSavepoint();
                }
            }
        }

        writer.Connection.Cancellation = CancellationToken.None;
        return true;
    }

    /// <summary>A file that was deleted or replaced is given up with its lock file, and the next write makes or opens what is there now.</summary>
    private void GiveUpMovedFile()
    {
        if (_writer is null || !(_writer.Connection.IsBroken || _writer.Connection.HasMoved))
        {
            return;
        }

        CloseWriter();
        _lock.Dispose();
        _lock = new LockFile(file.Path);
        file.Abandon();
        readers.Clear();
    }

    private Session Begin(WriteRequest request)
    {
        while (true)
        {
            request.Cancellation.ThrowIfCancellationRequested();
            try
            {
                _writer ??= file.OpenForWriting();
                _writer.BeginWriting();
                if (_writer.SchemaVersion == file.Schema.Version)
                {
                    return _writer;
                }

                // A newer program migrated the file meanwhile: opening it again says so.
                CloseWriter();
            }
            catch (KvException e) when (e.Error == KvError.StorageBusy)
            {
                // A program that does not know the lock file, since that is held here.
                if (request.TimeLeft == TimeSpan.Zero)
                {
                    throw SqliteFailure.Busy(file.Path, file.Settings.Patience);
                }
            }
        }
    }

    private void GiveUpTransaction()
    {
        try
        {
            _writer?.Rollback();
        }
        catch (KvException)
        {
            // Closing the connection rolls back what it cannot; the first error is the one that matters.
            CloseWriter();
        }
    }

    private void CloseWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }
}
