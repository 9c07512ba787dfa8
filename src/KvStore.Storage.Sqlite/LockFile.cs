// All processes that write a database take turns by one lock file. SQLite's own lock would do for the turns, but not for
// two things: before version 3.51.3 a checkpoint beside a writer can corrupt the database, and its waiters poll, so that
// one of eight may starve, where here the system queues them. A second file keeps the queue: without it, who lets go of the lock
// and wants it again at once has it before those who slept in the queue are awake.
using Microsoft.Win32.SafeHandles;

namespace KvStore.Storage.Sqlite;

/// <summary>The lock file beside a database, <c>file-lock</c>, and its queue, <c>file-turn</c>. They are never deleted: others may wait at them.</summary>
internal sealed class LockFile(string database) : IDisposable
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _asked = new(0);
    private readonly SemaphoreSlim _granted = new(0);
    private readonly string _turnPath = database + "-turn";
    private SafeFileHandle? _handle;
    private SafeFileHandle? _turn;
    private Thread? _waiter;
    private Exception? _error;
    private bool _isWaiting;
    private bool _isWanted;
    private bool _isClosed;

    /// <summary>The lock file's path.</summary>
    public string Path { get; } = database + "-lock";

    /// <summary>Takes the lock; one caller at a time.</summary>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>False if another process held it all the time.</returns>
    public bool TryAcquire(TimeSpan patience, CancellationToken cancellation)
    {
        _turn ??= Open(_turnPath);
        SafeFileHandle handle = _handle ??= Open(Path);
        lock (_gate)
        {
            // A wait that its caller gave up may still stand in the system's queue: it is taken over.
            if (!_isWaiting && TryTake(handle, _turn))
            {
                return true;
            }

            _isWanted = true;
            if (!_isWaiting)
            {
                _isWaiting = true;
                _waiter ??= StartWaiter();
                _asked.Release();
            }
        }

        return AwaitGrant(handle, patience, cancellation);
    }

    /// <summary>Lets the lock go.</summary>
    public void Release() => NativeLock.Unlock(_handle!, Path);

    /// <summary>Closes the lock file, which lets go of it too.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _isWanted = false;
        }

        _asked.Release();
        _handle?.Dispose();
        _turn?.Dispose();
    }

    // Only who has the turn may ask for the lock, and keeps the turn until it has it: nobody overtakes the one who is next.
    private bool TryTake(SafeFileHandle handle, SafeFileHandle turn)
    {
        if (!NativeLock.TryLock(turn, _turnPath))
        {
            return false;
        }

        try
        {
            return NativeLock.TryLock(handle, Path);
        }
        finally
        {
            NativeLock.Unlock(turn, _turnPath);
        }
    }

    private void Take(SafeFileHandle handle, SafeFileHandle turn)
    {
        NativeLock.Lock(turn, _turnPath);
        try
        {
            NativeLock.Lock(handle, Path);
        }
        finally
        {
            NativeLock.Unlock(turn, _turnPath);
        }
    }

    private bool AwaitGrant(SafeFileHandle handle, TimeSpan patience, CancellationToken cancellation)
    {
        bool isGranted = false;
        try
        {
            isGranted = _granted.Wait(patience, cancellation);
        }
        finally
        {
            lock (_gate)
            {
                _isWanted = false;

                // It may have come in the very moment in which the wait ended without it.
                if (!isGranted && _granted.Wait(0) && _error is null)
                {
                    NativeLock.Unlock(handle, Path);
                }
            }
        }

        return isGranted && (_error is null ? true : throw _error);
    }

    // Blocking in the system's queue cannot be cancelled, so that a thread of its own does it.
    private Thread StartWaiter()
    {
        var thread = new Thread(WaitForOthers) { IsBackground = true, Name = "KvStore lock" };
        thread.Start();
        return thread;
    }

    private void WaitForOthers()
    {
        while (true)
        {
            _asked.Wait();
            if (_isClosed)
            {
                return;
            }

            Exception? error = null;
            try
            {
                Take(_handle!, _turn!);
            }
            catch (Exception e) when (e is KvException or ObjectDisposedException)
            {
                error = e;
            }

            lock (_gate)
            {
                _error = error;
                _isWaiting = false;
                if (_isWanted)
                {
                    _granted.Release();
                }
                else if (error is null && !_isClosed)
                {
                    LetGo();
                }
            }
        }
    }

    private void LetGo()
    {
        try
        {
            NativeLock.Unlock(_handle!, Path);
        }
        catch (KvException)
        {
            // Nobody waits whom it could be told, and on this thread it would end the process: the next who wants the lock meets it.
        }
    }

    private SafeFileHandle Open(string path)
    {
        if (!File.Exists(path))
        {
            DatabaseFile.CreatePrivate(path);
        }

        SafeFileHandle handle = NativeLock.Open(path);
        DatabaseFile.ShareLike(database, handle);
        return handle;
    }
}
