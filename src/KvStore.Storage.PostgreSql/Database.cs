// Everything that every call needs and no call should repeat: a pooled connection, the tables, repeats, errors, Ctrl+C.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>A database and the pool of connections to it. Safe for all threads.</summary>
internal sealed class Database : IDisposable
{
    private readonly Schema _schema;
    private readonly KvRetry _retry;
    private readonly Lazy<NpgsqlDataSource> _source;

    // Whether the tables were seen to be there; looked for again by each call until then.
    private volatile bool _hasTables;
    private volatile bool _isClosed;

    public Database(PostgreSqlSettings settings, Schema schema)
    {
        Settings = settings;
        _schema = schema;
        _retry = new KvRetry(settings.RetryTime);
        _source = new Lazy<NpgsqlDataSource>(CreateSource);
    }

    public PostgreSqlSettings Settings { get; }

    /// <summary>Reads; again after what passes.</summary>
    /// <param name="call">The call, which only reads.</param>
    /// <param name="empty">What a database without our tables gives.</param>
    /// <param name="cancellation">Ends the call, a running statement too.</param>
    public T Read<T>(Func<NpgsqlConnection, Task<T>> call, T empty, CancellationToken cancellation) =>
        Run(async connection => await FindTablesAsync(connection, cancellation) ? await call(connection) : empty, cancellation);

    /// <summary>Writes; again after what passes. Makes the tables if they are not there.</summary>
    /// <param name="call">The call, which throws a repeatable error only where nothing was written.</param>
    /// <param name="cancellation">Ends the call, a running statement too.</param>
    public T Write<T>(Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellation) => Run(
        async connection =>
        {
            if (!await FindTablesAsync(connection, cancellation))
            {
                await _schema.MigrateAsync(connection, Settings.Place, cancellation);
                _hasTables = true;
            }

            return await call(connection);
        },
        cancellation);

    /// <summary>
    /// Sends the last statements of a transaction and its COMMIT in one round trip. Where the connection breaks meanwhile,
    /// the database is asked what became of it.
    /// </summary>
    /// <param name="batch">The statements.</param>
    /// <param name="mark">What the transaction wrote of itself.</param>
    /// <param name="cancellation">Ends the call; what is committed already stays.</param>
    /// <exception cref="KvException">It was not applied, and may be repeated; or its fate could not be learned, and may not.</exception>
    public async Task CommitAsync(NpgsqlBatch batch, CommitMark mark, CancellationToken cancellation)
    {
        batch.Add("COMMIT");
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception e) when (PostgreSqlFailure.LeavesDoubt(e))
        {
            bool? isApplied = LearnFate(batch.Connection!, mark, e, cancellation);
            if (isApplied != true)
            {
                throw isApplied == false
                    ? PostgreSqlFailure.NotApplied(Settings, e)
                    : PostgreSqlFailure.Unknown(Settings, $"more than {CommitMark.Remembered} commits have followed since.", e);
            }
        }
    }

    /// <summary>A read-only transaction that sees one moment until it is disposed.</summary>
    public Snapshot OpenSnapshot(CancellationToken cancellation) => Run(
        async connection =>
        {
            await using var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", connection);
            await begin.ExecuteNonQueryAsync(cancellation);
            return new Snapshot(this, connection);
        },
        cancellation,
        keepsConnection: true);

    /// <summary>A connection that hears of commits to a watched store until it is disposed.</summary>
    public Listener OpenListener(long store, CancellationToken cancellation) => Run(
        async connection =>
        {
            await using var listen = new NpgsqlCommand($"LISTEN {ChangeLog.Channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellation);
            return new Listener(this, connection, store);
        },
        cancellation,
        keepsConnection: true);

    /// <summary>
    /// Runs asynchronous work to its end, with errors in the words of the contract. Asynchronous inside, because Npgsql lets
    /// go of a server that has gone silent in no other way; that costs a change of threads for each round trip.
    /// </summary>
    public T Block<T>(Func<Task<T>> call)
    {
        // A caller's context would have to run what follows an await while it waits here.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return call().GetAwaiter().GetResult();
        }
        catch (ObjectDisposedException e) when (_isClosed)
        {
            throw PostgreSqlFailure.Closed(Settings, e);
        }
        catch (Exception e) when (PostgreSqlFailure.Translate(e, Settings) is { } error)
        {
            if (PostgreSqlFailure.LeavesDoubt(e) && _source.IsValueCreated)
            {
                // A server that went away took all idle connections with it.
                _source.Value.Clear();
            }

            _hasTables &= error.Error != KvError.StorageDamaged;
            throw error;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        if (_source.IsValueCreated)
        {
            _source.Value.Dispose();
        }
    }

    private T Run<T>(Func<NpgsqlConnection, Task<T>> call, CancellationToken cancellation, bool keepsConnection = false)
    {
        cancellation.ThrowIfCancellationRequested();
        return _retry.Run(() => Block(() => CallAsync(call, keepsConnection, cancellation)), cancellation);
    }

    private async Task<T> CallAsync<T>(Func<NpgsqlConnection, Task<T>> call, bool keepsConnection, CancellationToken cancellation)
    {
        NpgsqlConnection connection = await OpenAsync(cancellation);
        bool keep = false;
        try
        {
            T result = await call(connection);
            keep = keepsConnection;
            return result;
        }
        finally
        {
            if (!keep)
            {
                // Rolls back what is still open.
                await connection.DisposeAsync();
            }
        }
    }

    // Npgsql does not let go of a server that accepts and then is silent: it is left to its timeout, and nobody waits for it.
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Task<NpgsqlConnection> opening = _source.Value.OpenConnectionAsync(cancellation).AsTask();
        try
        {
            return await opening.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = opening.ContinueWith(
                static late => _ = late.IsCompletedSuccessfully ? late.Result.DisposeAsync().AsTask() : (object?)late.Exception,
                TaskScheduler.Default);
            throw;
        }
    }

    private async Task<bool> FindTablesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_hasTables)
        {
            return true;
        }

        int version = await _schema.InspectAsync(connection, Settings.Place, cancellation);
        if (version > 0 && version < _schema.Version)
        {
            await _schema.MigrateAsync(connection, Settings.Place, cancellation);
        }

        return _hasTables = version > 0;
    }

    private bool? LearnFate(NpgsqlConnection broken, CommitMark mark, Exception cause, CancellationToken cancellation)
    {
        try
        {
            // After a mere timeout the transaction is still open, and would never end by itself.
            Block(async () =>
            {
                await broken.CloseAsync();
                return true;
            });
            return Run(connection => mark.IsAppliedAsync(connection, cancellation), cancellation);
        }
        catch (KvException e)
        {
            throw PostgreSqlFailure.Unknown(Settings, e.Message, cause);
        }
    }

    private NpgsqlDataSource CreateSource()
    {
        var builder = new NpgsqlDataSourceBuilder(Settings.ConnectionString);

        // A wait for another writer ends as such, before it ends as a server that does not answer. Just-in-time compilation
        // takes longer than any of our statements.
        string lockTimeout = $"{(long)(Settings.Timeout.TotalMilliseconds * 0.9)}ms";
        const string Prepare = "SELECT set_config('lock_timeout', $1, false), set_config('jit', 'off', false)";
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = new NpgsqlCommand(Prepare, connection).With(lockTimeout);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using NpgsqlCommand command = new NpgsqlCommand(Prepare, connection).With(lockTimeout);
                await command.ExecuteNonQueryAsync();
            });
        return Settings.HasOneHost ? builder.Build() : builder.BuildMultiHost();
    }
}
