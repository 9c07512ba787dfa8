// A database in a file: readers beside each other and beside the one writer, all processes on the same data.
namespace KvStore.Storage.Sqlite;

/// <summary>A database in a file.</summary>
internal sealed class FileEngine : Engine
{
    private readonly DatabaseFile _file;
    private readonly ReaderPool _readers;
    private readonly GroupCommit _writers;

    public FileEngine(DatabaseFile file)
    {
        _file = file;
        _readers = new ReaderPool(file, Migrate);
        _writers = new GroupCommit(file, _readers);
    }

    public override bool ReadsBesideWrites => true;

    public override Session? Rent(CancellationToken cancellation)
    {
        Session? session = _readers.Rent();
        if (session is not null)
        {
            session.Connection.Cancellation = cancellation;
        }

        return session;
    }

    public override void Return(Session session)
    {
        session.Connection.Cancellation = CancellationToken.None;
        _readers.Return(session);
    }

    public override IEnumerable<T> Stream<T>(Func<Session, IEnumerable<T>> read, CancellationToken cancellation)
    {
        // An enumeration that is abandoned without Dispose takes its session with it to the garbage collector.
        Session? session = Rent(cancellation);
        if (session is null)
        {
            yield break;
        }

        try
        {
            session.Begin();
            foreach (T found in read(session))
            {
                yield return found;
            }
        }
        finally
        {
            EndMoment(session);
        }
    }

    public override T? Read<T>(Func<Session, T?> read, CancellationToken cancellation)
        where T : class
    {
        if (Rent(cancellation) is not { } session)
        {
            return null;
        }

        try
        {
            session.Begin();
            return read(session);
        }
        finally
        {
            EndMoment(session);
        }
    }

    public override T Write<T>(Func<Session, T> change, bool runsAlone, CancellationToken cancellation)
    {
        T result = _writers.Run(change, runsAlone ? WriteKind.Alone : WriteKind.Shared, cancellation);
        Bell.Ring();
        return result;
    }

    public override void Shrink(CancellationToken cancellation) =>
        _writers.Run(
            session =>
            {
                Shrinking.Run(session.Connection);
                session.Connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
                return true;
            },
            WriteKind.Outside,
            cancellation);

    public override bool TryCopyTo(Connection target, Action<double> report)
    {
        if (Rent(CancellationToken.None) is not { } session)
        {
            return false;
        }

        try
        {
            // One moment for all steps: writers neither wait for them nor make them begin anew.
            session.Begin();
            session.Stores.ListRaw();
            foreach (double share in session.Connection.CopyTo(target))
            {
                report(share);
            }

            return true;
        }
        finally
        {
            EndMoment(session);
        }
    }

    public override void Dispose()
    {
        // The writer last: if it is the file's last user, it brings the log home and removes it.
        _readers.Dispose();
        _writers.Dispose();
    }

    // What ended a read must not end the rollback too.
    private void EndMoment(Session session)
    {
        session.Connection.Cancellation = CancellationToken.None;
        session.Rollback();
        Return(session);
    }

    // Opening a writer migrates; there is nothing more to do.
    private void Migrate() => _writers.Run(_ => true, WriteKind.Shared, CancellationToken.None);
}
