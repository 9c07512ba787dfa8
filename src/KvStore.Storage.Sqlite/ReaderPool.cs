// Readers are kept open with their statements: opening one costs more than a thousand reads.
namespace KvStore.Storage.Sqlite;

/// <summary>Sessions that read one database file.</summary>
/// <param name="file">The file.</param>
/// <param name="migrate">Brings an older database up to date.</param>
internal sealed class ReaderPool(DatabaseFile file, Action migrate) : IDisposable
{
    private const int MaximumIdle = 8;

    // A deleted or replaced file is noticed within this time.
    private const long CheckMilliseconds = 250;

    private readonly Stack<Session> _idle = new();
    private long _lastCheck;
    private bool _isClosed;

    /// <summary>A session for one reader at a time; null while there is no database.</summary>
    public Session? Rent()
    {
        Session? session;
        lock (_idle)
        {
            if (_isClosed)
            {
                throw SqliteFailure.Closed(file.Path);
            }

            _idle.TryPop(out session);
        }

        if (session is null)
        {
            return Open();
        }

        long now = Environment.TickCount64;
        if (now - Volatile.Read(ref _lastCheck) < CheckMilliseconds)
        {
            return session;
        }

        Volatile.Write(ref _lastCheck, now);
        if (!session.Connection.HasMoved)
        {
            return session;
        }

        session.Dispose();
        file.Abandon();
        Clear();
        return Open();
    }

    /// <summary>Gives a session back.</summary>
    public void Return(Session session)
    {
        if (session.IsReusable && !session.Connection.IsBroken && file.IsOwn(session))
        {
            lock (_idle)
            {
                if (!_isClosed && _idle.Count < MaximumIdle)
                {
                    _idle.Push(session);
                    return;
                }
            }
        }

        session.Dispose();
    }

    /// <summary>Closes the sessions that nobody uses.</summary>
    public void Clear()
    {
        Session[] closing;
        lock (_idle)
        {
            closing = _idle.ToArray();
            _idle.Clear();
        }

        Array.ForEach(closing, session => session.Dispose());
    }

    /// <summary>Closes the sessions; those in use are closed when they are given back.</summary>
    public void Dispose()
    {
        lock (_idle)
        {
            _isClosed = true;
        }

        Clear();
    }

    private Session? Open()
    {
        Session? session = file.OpenForReading(out bool isOlder);
        if (!isOlder)
        {
            return session;
        }

        migrate();
        return file.OpenForReading(out _);
    }
}
