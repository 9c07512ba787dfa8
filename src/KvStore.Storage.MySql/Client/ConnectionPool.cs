// Connecting costs round trips and a login: a connection that is sound when it is given back is used again, the last one first.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace KvStore.Storage.MySql.Client;

/// <summary>Connections to one database. Safe for all threads.</summary>
/// <param name="settings">Where they lead.</param>
/// <param name="prepare">What makes a new connection ready for use.</param>
internal sealed class ConnectionPool(MySqlSettings settings, Action<Connection> prepare) : IDisposable
{
    // More than this many calls at once are served too; their connections are closed again.
    private const int LargestIdle = 16;

    private readonly ConcurrentStack<Connection> _idle = new();
    private volatile bool _isClosed;

    /// <summary>Lends a connection.</summary>
    /// <param name="cancellation">Breaks the connection while it is lent, so that whatever call waits in it ends.</param>
    public Lease Rent(CancellationToken cancellation)
    {
        Check(cancellation);
        return new Lease(this, _idle.TryPop(out Connection? connection) ? connection : Open(settings.Timeout, cancellation), isShared: true, cancellation);
    }

    /// <summary>Lends a new connection that is closed afterwards, on which statements may take as long as they need.</summary>
    /// <param name="cancellation">As for <see cref="Rent"/>.</param>
    public Lease RentPatient(CancellationToken cancellation)
    {
        Check(cancellation);
        return new Lease(this, Open(TimeSpan.FromDays(1), cancellation), isShared: false, cancellation);
    }

    /// <summary>Closes the idle connections, because the server has gone and taken them with it.</summary>
    public void Clear()
    {
        while (_idle.TryPop(out Connection? connection))
        {
            connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isClosed = true;
        Clear();
    }

    private void Check(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_isClosed)
        {
            throw MySqlFailure.Closed(settings);
        }
    }

    // The library cannot be interrupted while it connects: it is left to its timeout, and nobody waits for it.
    private Connection Open(TimeSpan readTimeout, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
        {
            return OpenReady(readTimeout);
        }

        Task<Connection> opening = Task.Factory.StartNew(() => OpenReady(readTimeout), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return opening.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            opening.ContinueWith(
                static late =>
                {
                    if (late.IsCompletedSuccessfully)
                    {
                        late.Result.Dispose();
                    }

                    // Nobody asks any more what came of it.
                    _ = late.Exception;
                },
                TaskScheduler.Default);
            throw;
        }
    }

    private Connection OpenReady(TimeSpan readTimeout)
    {
        var connection = new Connection(settings, readTimeout);
        try
        {
            prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Return(Connection connection, bool isShared)
    {
        if (!isShared || connection.IsBroken || connection.IsInTransaction || _isClosed || _idle.Count >= LargestIdle)
        {
            // Closing ends what is open: the server rolls it back.
            connection.Dispose();
            return;
        }

        _idle.Push(connection);
        if (_isClosed)
        {
            Clear();
        }
    }

    // The server goes on with a statement whose client has gone, and keeps its locks as long.
    private void EndSession(CULong threadId)
    {
        try
        {
            using var connection = new Connection(settings, TimeSpan.FromSeconds(2));
            connection.Kill(threadId);
        }
        catch (MySqlError)
        {
            // A server that cannot be reached will end the session by itself.
        }
    }

    /// <summary>A connection that is lent.</summary>
    internal sealed class Lease : IDisposable
    {
        private readonly ConnectionPool _pool;
        private readonly bool _isShared;
        private readonly CancellationTokenRegistration _registration;

        public Lease(ConnectionPool pool, Connection connection, bool isShared, CancellationToken cancellation)
        {
            (_pool, Connection, _isShared) = (pool, connection, isShared);
            _registration = cancellation.Register(() =>
            {
                connection.Cancel();
                Task.Run(() => pool.EndSession(connection.ThreadId), CancellationToken.None);
            });
        }

        /// <summary>The connection.</summary>
        public Connection Connection { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            // Waits for a cancellation in progress, so that it never meets a connection that is closed or lent again.
            _registration.Dispose();
            try
            {
                if (Connection is { IsInTransaction: true, IsBroken: false })
                {
                    Connection.Rollback();
                }
            }
            catch (MySqlError)
            {
                // Broken now, and so closed, which rolls back as well.
            }

            _pool.Return(Connection, _isShared);
        }
    }
}
