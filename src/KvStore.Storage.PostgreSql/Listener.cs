// A server that says by itself that something is new need not be asked all the time.
using Npgsql;

namespace KvStore.Storage.PostgreSql;

/// <summary>A connection that hears of commits to watched stores. For one thread at a time.</summary>
internal sealed class Listener : IDisposable
{
    private readonly Database _database;
    private readonly NpgsqlConnection _connection;
    private readonly string _store;
    private bool _isNotified;

    /// <summary>Begins to hear.</summary>
    /// <param name="database">The database.</param>
    /// <param name="connection">A connection that listens on <see cref="ChangeLog.Channel"/>, which goes back to the pool in the end.</param>
    /// <param name="store">The number of the store.</param>
    public Listener(Database database, NpgsqlConnection connection, long store)
    {
        _database = database;
        _connection = connection;
        _store = store.ToString(System.Globalization.CultureInfo.InvariantCulture);
        connection.Notification += Hear;
    }

    /// <summary>Returns when there was a commit to the store, or the time is over.</summary>
    public void Wait(TimeSpan time, CancellationToken cancellation)
    {
        long end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (!_isNotified && end - Environment.TickCount64 is > 0 and long left)
        {
            _database.Block(() => _connection.WaitAsync(TimeSpan.FromMilliseconds(left), cancellation));
        }

        _isNotified = false;
    }

    /// <summary>Ends the listening; a connection that is broken goes by itself.</summary>
    public void Dispose()
    {
        _connection.Notification -= Hear;
        try
        {
            if (_connection.FullState == System.Data.ConnectionState.Open)
            {
                using var command = new NpgsqlCommand("UNLISTEN *", _connection);
                command.ExecuteNonQuery();
            }
        }
        catch (NpgsqlException)
        {
            // It broke just now, and listens no longer either.
        }

        _connection.Dispose();
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs e) => _isNotified |= e.Payload == _store;
}
