// Starting a server takes a second or more: the classes whose tests leave it alive share one of each kind for the whole run.
using Xunit;

namespace KvStore.Storage.Fixtures;

/// <summary>The servers of a test run, each started when first asked for.</summary>
public sealed class SharedServers : IDisposable
{
    // A server that does not start fails once, not anew for each test.
    private static readonly Dictionary<Type, Lazy<DatabaseServer>> Servers = [];

    /// <summary>The server of a kind.</summary>
    public static TServer Get<TServer>()
        where TServer : DatabaseServer, new()
    {
        lock (Servers)
        {
            if (!Servers.TryGetValue(typeof(TServer), out Lazy<DatabaseServer>? server))
            {
                server = new Lazy<DatabaseServer>(() => new TServer());
                Servers.Add(typeof(TServer), server);
            }

            return (TServer)server.Value;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Servers)
        {
            DatabaseServer[] started = [.. Servers.Values.Where(server => server.IsValueCreated).Select(server => server.Value)];
            Servers.Clear();

            // One that does not end in order leaves nothing of the others behind.
            Exception[] errors = [.. started.Select(server => Record.Exception(server.Dispose)).OfType<Exception>()];
            if (errors.Length > 0)
            {
                throw new AggregateException(errors);
            }
        }
    }
}
