// Everything that every call needs and no call should repeat: a pooled connection, the tables, repeats, errors, Ctrl+C.
using System.Diagnostics;
using KvStore.Storage.MySql.Client;

namespace KvStore.Storage.MySql;

/// <summary>A database and the pool of connections to it. Safe for all threads.</summary>
internal sealed class Database : IDisposable
{
    private readonly Schema _schema;
    private readonly KvRetry _retry;
    private readonly ConnectionPool _pool;

    // Whether the tables were seen to be there; looked for again by each call until then.
    private volatile bool _hasTables;

    public Database(MySqlSettings settings, Schema schema)
    {
        Settings = settings;
        _schema = schema;
        _retry = new KvRetry(settings.RetryTime);
        _pool = new ConnectionPool(settings, Prepare);
    }

    public MySqlSettings Settings { get; }

    /// <summary>Reads; again after what passes.</summary>
    /// <param name="call">The call, which only reads.</param>
    /// <param name="empty">What a database without our tables gives.</param>
    /// <param name="cancellation">Ends the call, a running statement too.</param>
    /// <param name="isPatient">Whether statements may take as long as they need.</param>
    public T Read<T>(Func<Connection, T> call, T empty, CancellationToken cancellation, bool isPatient = false) =>
        Run(connection => FindTables(connection) ? call(connection) : empty, cancellation, isPatient);

    /// <summary>Writes; again after what passes. Makes the tables if they are not there.</summary>
    /// <param name="call">The call, which throws a repeatable error only where nothing was written.</param>
    /// <param name="cancellation">Ends the call, a running statement too.</param>
    /// <param name="isPatient">Whether statements may take as long as they need.</param>
    public T Write<T>(Func<Connection, T> call, CancellationToken cancellation, bool isPatient = false) => Run(
        connection =>
        {
            if (!FindTables(connection))
            {
                _schema.Migrate(connection, Settings);
                _hasTables = true;
            }

            return call(connection);
        },
        cancellation,
        isPatient);

    /// <summary>Commits the open transaction. Where the connection breaks meanwhile, the database is asked what became of it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="mark">What the transaction wrote of itself.</param>
    /// <param name="cancellation">Ends the call; what is committed already stays.</param>
    /// <exception cref="KvException">It was not applied, and may be repeated; or its fate could not be learned, and may not.</exception>
    public void Commit(Connection connection, CommitMark mark, CancellationToken cancellation)
    {
        try
        {
            connection.Commit();
        }
        catch (MySqlError e) when (e.BreaksConnection)
        {
            cancellation.ThrowIfCancellationRequested();
            bool? isApplied = LearnFate(mark, e, cancellation);
            if (isApplied != true)
            {
                throw isApplied == false
                    ? MySqlFailure.NotApplied(Settings, e)
                    : MySqlFailure.Unknown(Settings, $"more than {CommitMark.Remembered} commits have followed since.", e);
            }
        }
    }

    /// <summary>A read-only transaction that sees one moment until it is disposed; null if our tables are not there.</summary>
    public Snapshot? OpenSnapshot(CancellationToken cancellation) => _retry.Run(
        () => Translate(
            () =>
            {
                ConnectionPool.Lease lease = _pool.Rent(cancellation);
                try
                {
                    if (!FindTables(lease.Connection))
                    {
                        lease.Dispose();
                        return null;
                    }

                    lease.Connection.Execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
                    lease.Connection.Begin("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
                    return new Snapshot(this, lease, cancellation);
                }
                catch
                {
                    lease.Dispose();
                    throw;
                }
            },
            cancellation),
        cancellation);

    /// <summary>Makes a call with errors in the words of the contract.</summary>
    public T Translate<T>(Func<T> call, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            return call();
        }
        catch (MySqlError e)
        {
            // Breaking the connection is how a call is cancelled.
            cancellation.ThrowIfCancellationRequested();
            if (e.BreaksConnection)
            {
                // A server that went away took all idle connections with it.
                _pool.Clear();
            }

            KvException error = MySqlFailure.Translate(e, Settings, Stopwatch.GetElapsedTime(started));
            _hasTables &= error.Error != KvError.StorageDamaged;
            throw error;
        }
    }

    public void Dispose() => _pool.Dispose();

    private T Run<T>(Func<Connection, T> call, CancellationToken cancellation, bool isPatient = false) => _retry.Run(
        () => Translate(
            () =>
            {
                using ConnectionPool.Lease lease = isPatient ? _pool.RentPatient(cancellation) : _pool.Rent(cancellation);
                return call(lease.Connection);
            },
            cancellation),
        cancellation);

    private bool FindTables(Connection connection)
    {
        if (_hasTables)
        {
            return true;
        }

        int version = _schema.Inspect(connection, Settings.Place);
        if (version > 0 && version < _schema.Version)
        {
            _schema.Migrate(connection, Settings);
        }

        return _hasTables = version > 0;
    }

    private bool? LearnFate(CommitMark mark, Exception cause, CancellationToken cancellation)
    {
        try
        {
            return Run(mark.IsApplied, cancellation);
        }
        catch (KvException e)
        {
            throw MySqlFailure.Unknown(Settings, e.Message, cause);
        }
    }

    // Nothing is cut or changed in silence; gaps between keys are not locked, so that writers of one store never wait for
    // those of another; and a wait for another writer ends as such, before it ends as a server that does not answer.
    private void Prepare(Connection connection)
    {
        connection.Change("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = ?", (int)Math.Max(1, Settings.Timeout.TotalSeconds * 0.75));
        connection.Execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    }
}
