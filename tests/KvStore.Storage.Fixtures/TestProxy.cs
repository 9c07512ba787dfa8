// A network between client and server that can be told to misbehave: to lose answers, or to fall silent.
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Text;

namespace KvStore.Storage.Fixtures;

/// <summary>Forwards connections to a server, one request after the other, and counts what passes.</summary>
public sealed class TestProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly List<Socket> _sockets = [];
    private readonly Func<IPEndPoint?> _chooseServer;
    private int _requests;
    private long _answered;
    private ExceptionDispatchInfo? _error;

    /// <summary>Starts to listen.</summary>
    /// <param name="server">The server's port on this machine; null for one that accepts and never answers.</param>
    public TestProxy(int? server)
    {
        _chooseServer = () => server is { } port ? new IPEndPoint(IPAddress.Loopback, port) : null;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>Where it listens.</summary>
    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Decides whether the answer to a request is lost, and the connection with it.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>Decides whether the connection of a request brings nothing any more, and looks whole all the same, while <see cref="IsSilent"/>.</summary>
    public Func<string, bool> MayFallSilent { get; set; } = _ => false;

    /// <summary>Whether what comes on such connections is swallowed.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The number of requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The number of bytes that the server has answered so far.</summary>
    public long AnsweredBytes => Interlocked.Read(ref _answered);

    /// <summary>Breaks all connections; new ones may be made.</summary>
    public void Break()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    /// <summary>Ends it, with the exception of a decision that failed.</summary>
    public void Dispose()
    {
        _listener.Stop();
        Break();
        _error?.Throw();
    }

    private Socket Keep(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                Socket client = Keep(_listener.AcceptSocket());
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private void Serve(Socket client)
    {
        try
        {
            if (_chooseServer() is not { } address)
            {
                client.Receive(new byte[1]);
                return;
            }

            Socket server = Keep(new Socket(SocketType.Stream, ProtocolType.Tcp));
            server.Connect(address);
            bool isLost = false;
            bool maySwallow = false;
            var toServer = new Thread(() => Forward(client, server, text =>
            {
                if (text.StartsWith("POST ", StringComparison.Ordinal) || text.StartsWith("PUT ", StringComparison.Ordinal) || text.StartsWith("GET ", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _requests);
                }

                isLost |= LosesAnswer(text);
                maySwallow |= MayFallSilent(text);
                return true;
            })) { IsBackground = true };
            toServer.Start();
            Forward(server, client, text =>
            {
                Interlocked.Add(ref _answered, text.Length);
                return !isLost;
            }, () => maySwallow && IsSilent);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two has gone: so does the other.
        }

        client.Dispose();
    }

    private void Forward(Socket from, Socket to, Func<string, bool> passes, Func<bool>? swallows = null)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count = from.Receive(buffer); count > 0 && passes(Encoding.Latin1.GetString(buffer, 0, count)); count = from.Receive(buffer))
            {
                if (swallows?.Invoke() != true)
                {
                    to.Send(buffer, count, SocketFlags.None);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As above.
        }
        catch (Exception e)
        {
            // A test's own decision failed: it is the test's to know, as no thread of this proxy has anybody above it.
            _error ??= ExceptionDispatchInfo.Capture(e);
        }

        to.Dispose();
    }
}
