// Servers of tests listen where nobody else does, so that runs beside each other do not meet.
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KvStore.Storage.Fixtures;

/// <summary>Finds ports of this machine that nobody listens on.</summary>
public static class FreePorts
{
    private const string OutgoingRange = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int Lowest = 10_000;
    private const int Highest = 65_535;

    // The system gives these to connections that go out: one could take a port before its server does, or while that is down.
    private static readonly (int First, int Last) Outgoing = ReadOutgoing();

    /// <summary>Some free ports, all different.</summary>
    public static int[] Get(int count)
    {
        var listeners = new List<TcpListener>();
        while (listeners.Count < count)
        {
            var listener = new TcpListener(IPAddress.Loopback, Choose());
            try
            {
                listener.Start();
                listeners.Add(listener);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Somebody listens there: another port will do.
            }
        }

        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    // Zero, the system's choice, where the ports that go out leave nothing or are not known.
    private static int Choose()
    {
        int below = Math.Max(0, Outgoing.First - Lowest);
        int above = Math.Max(0, Highest - Outgoing.Last);
        if (below + above < 1000)
        {
            return 0;
        }

        int chosen = Random.Shared.Next(below + above);
        return chosen < below ? Lowest + chosen : Outgoing.Last + 1 + chosen - below;
    }

    private static (int First, int Last) ReadOutgoing()
    {
        if (!File.Exists(OutgoingRange))
        {
            return (0, Highest);
        }

        int[] range = [.. File.ReadAllText(OutgoingRange).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
        return (range[0], Math.Max(range[1], Lowest));
    }
}
