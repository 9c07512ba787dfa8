// Waiting for the disk is what a durable write costs. So while one caller waits, the changes of others gather, and the next
// caller commits them all with a single wait: eight writers together are several times as fast as one.
namespace KvStore.Storage.Sqlite;

/// <summary>Runs the changes of all threads of this process, one group a transaction, in turn with other processes.</summary>
internal sealed class GroupCommit(DatabaseFile file, ReaderPool readers) : IDisposable
{
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly List<WriteRequest> _pending = [];
    private readonly GroupWriter _writer = new(file);
    private LockFile _lock = new(file.Path);
    private Thread? _leader;
    private bool _isLed;
    private bool _isClosed;

    /// <summary>Runs a change; it is on disk when this returns.</summary>
    public T Run<T>(Func<Session, T> change, WriteKind kind, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = new WriteRequest<T>(change, kind, file.Settings.Patience, cancellation);
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

        if (_writer.IsOpen && _lock.TryAcquire(ClosingPatience, CancellationToken.None))
        {
            _writer.CheckpointAndClose();
            _lock.Release();
        }

        _writer.Close();
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

        // Too late to give up: a leader is committing it, or leaves it to its own caller after all.
        turn.Wait();
        return request.Leads;
    }

    private void Lead(WriteRequest request)
    {
        try
        {
            Acquire(request);
            try
            {
                List<WriteRequest> group = TakeGroup();
                _writer.Commit(group);
                lock (_gate)
                {
                    _pending.InsertRange(0, group.Where(left => !left.IsDone));
                }
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

    /// <summary>Takes the lock of the file that is at the path then.</summary>
    private void Acquire(WriteRequest request)
    {
        do
        {
            if (_writer.HasLostFile)
            {
                GiveUpFile();
            }

            if (!_writer.IsOpen && Path.Exists(file.Path) && !File.Exists(_lock.Path))
            {
                // Nothing is made beside what is no database, or not ours; one that is open to be written is.
                file.OpenForReading(out _)?.Dispose();
            }

            file.CreateFolder();
            if (!_lock.TryAcquire(request.TimeLeft, request.Cancellation))
            {
                throw SqliteFailure.Busy(file.Path, file.Settings.Patience);
            }
        }
        while (_writer.HasLostFile);
    }

    /// <summary>Takes the requests that wait, the leader's own first, up to one that is to run alone.</summary>
    private List<WriteRequest> TakeGroup()
    {
        lock (_gate)
        {
            _leader = Thread.CurrentThread;
            int alone = _pending.FindIndex(request => request.Kind != WriteKind.Shared);
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

    /// <summary>The file was deleted or replaced: it is given up with its lock file, and the next write makes or opens what is there now.</summary>
    private void GiveUpFile()
    {
        _writer.Close();
        _lock.Dispose();
        _lock = new LockFile(file.Path);
        file.Abandon();
        readers.Clear();
    }
}
