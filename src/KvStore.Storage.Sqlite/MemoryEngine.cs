// A database in memory is one connection: calls take turns on it.
using System.Collections.Concurrent;

namespace KvStore.Storage.Sqlite;

/// <summary>A database in memory, gone when this is disposed.</summary>
internal sealed class MemoryEngine : Engine
{
    private readonly object _gate = new();
    private readonly List<WeakReference<IMomentStream>> _streams = [];
    private Session? _session;
    private bool _isClosed;

    public override bool ReadsBesideWrites => false;

    public override Session Rent(CancellationToken cancellation)
    {
        Monitor.Enter(_gate);
        try
        {
            Session session = GetSession();
            session.Connection.Cancellation = cancellation;
            return session;
        }
        catch
        {
            Monitor.Exit(_gate);
            throw;
        }
    }

    public override void Return(Session session)
    {
        session.Connection.Cancellation = CancellationToken.None;
        Monitor.Exit(_gate);
    }

    public override IEnumerable<T> Stream<T>(Func<Session, IEnumerable<T>> read, CancellationToken cancellation) => new MomentStream<T>(this, read, cancellation);

    public override T? Read<T>(Func<Session, T?> read, CancellationToken cancellation)
        where T : class => InTurn(read, cancellation);

    public override T Write<T>(Func<Session, T> change, bool runsAlone, CancellationToken cancellation)
    {
        T result = WriteInTurn(change, cancellation);
        Bell.Ring();
        return result;
    }

    public override void Shrink(CancellationToken cancellation) =>
        InTurn(session =>
        {
            cancellation.ThrowIfCancellationRequested();
            FinishStreams();
            Shrinking.Run(session.Connection);
            return true;
        }, cancellation);

    public override bool TryCopyTo(Connection target, Action<double> report)
    {
        // Calls come between two steps; what they change is carried over, so that the copy is the moment of the last step.
        using IEnumerator<double> steps = InTurn(session => session.Connection.CopyTo(target), CancellationToken.None).GetEnumerator();
        while (InTurn(_ => steps.MoveNext(), CancellationToken.None))
        {
            report(steps.Current);
        }

        return true;
    }

    public override void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            FinishStreams();
            _session?.Dispose();
            _session = null;
        }
    }

    /// <summary>Runs a step of a stream in turn with all other calls.</summary>
    public T InTurn<T>(Func<Session, T> step, CancellationToken cancellation)
    {
        Session session = Rent(cancellation);
        try
        {
            return step(session);
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>Ends a stream in turn with all other calls.</summary>
    public void Release(Action end)
    {
        lock (_gate)
        {
            end();
        }
    }

    /// <summary>Makes sure that a stream keeps its moment when the next change comes; an abandoned one may be collected.</summary>
    public void Register(IMomentStream stream) => _streams.Add(new WeakReference<IMomentStream>(stream));

    /// <summary>Forgets a stream that has ended.</summary>
    public void Unregister(IMomentStream stream) => _streams.RemoveAll(known => !known.TryGetTarget(out IMomentStream? target) || target == stream);

    private T WriteInTurn<T>(Func<Session, T> change, CancellationToken cancellation)
    {
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            Session session = GetSession();
            FinishStreams();
            session.BeginWriting();
            try
            {
                session.Connection.Cancellation = cancellation;
                T result = change(session);
                session.Connection.Cancellation = CancellationToken.None;
                session.Commit();
                return result;
            }
            catch
            {
                session.Connection.Cancellation = CancellationToken.None;
                session.Rollback();
                throw;
            }
        }
    }

    private Session GetSession()
    {
        if (_isClosed)
        {
            throw SqliteFailure.Closed("memory");
        }

        return _session ??= Open();
    }

    private static Session Open()
    {
        Connection connection = Connection.Open(file: null, ConnectionUse.Memory, SqliteSettings.Default);
        Schema.Current.Migrate(connection);
        return new Session(connection, new ConcurrentDictionary<string, StoreName>(StringComparer.OrdinalIgnoreCase));
    }

    private void FinishStreams()
    {
        foreach (WeakReference<IMomentStream> known in _streams)
        {
            if (known.TryGetTarget(out IMomentStream? stream))
            {
                stream.Finish();
            }
        }

        _streams.Clear();
    }
}
