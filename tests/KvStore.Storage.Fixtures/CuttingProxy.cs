// Breaks a connection exactly where it hurts: when a COMMIT is on its way, before or after the server got it.
using System.Net;
using System.Net.Sockets;

namespace KvStore.Storage.Fixtures;

/// <summary>What is lost of the next COMMIT.</summary>
public enum Cut
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The COMMIT itself.</summary>
    Request,

    /// <summary>The server's word that it is done.</summary>
    Reply,
}

/// <summary>A proxy on 127.0.0.1 before a server, which breaks one connection as told.</summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    private readonly int _serverPort;
    private int _cut;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port that leads to the server.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were broken.</summary>
    public int Broken { get; private set; }

    /// <summary>Breaks the connection of the next COMMIT.</summary>
    public void BreakNext(Cut cut) => Interlocked.Exchange(ref _cut, (int)cut);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                NetworkStream near = client.GetStream();
                NetworkStream far = server.GetStream();
                using var replies = new CancellationTokenSource();
                Task replying = far.CopyToAsync(near, replies.Token);
                byte[] buffer = new byte[65536];
                while (await near.ReadAsync(buffer) is > 0 and int count)
                {
                    Cut cut = HasCommit(buffer.AsSpan(0, count)) ? (Cut)Interlocked.Exchange(ref _cut, (int)Cut.None) : Cut.None;
                    if (cut == Cut.Reply)
                    {
                        await replies.CancelAsync();
                        await far.WriteAsync(buffer.AsMemory(0, count));
                        await Task.Delay(200);
                    }

                    if (cut != Cut.None)
                    {
                        Broken++;
                        client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
                        return;
                    }

                    await far.WriteAsync(buffer.AsMemory(0, count));
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Either end has gone, which is what this proxy is for.
            }
        }
    }

    // The statement, whose end is that of the message or a zero; not READ COMMITTED, nor a table dropped ON COMMIT.
    private static bool HasCommit(ReadOnlySpan<byte> data)
    {
        for (int at = data.IndexOf("COMMIT"u8); at >= 0; at = data.IndexOf("COMMIT"u8))
        {
            data = data[(at + "COMMIT"u8.Length)..];
            if (data.IsEmpty || data[0] == 0)
            {
                return true;
            }
        }

        return false;
    }
}
