// Servers of tests listen where nobody else does, so that runs beside each other do not meet.
using System.Net;
using System.Net.Sockets;

namespace KvStore.Storage.Fixtures;

/// <summary>Finds ports of this machine that nobody listens on.</summary>
public static class FreePorts
{
    /// <summary>Some free ports, all different.</summary>
    public static int[] Get(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, port: 0))];
        Array.ForEach(listeners, listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, listener => listener.Stop());
        return ports;
    }
}
