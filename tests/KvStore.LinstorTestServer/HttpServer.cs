// As much of HTTP/1.1 as a REST client needs, over TLS too, which HttpListener lacks outside Windows; without ASP.NET, so
// that the tests need nothing but the .NET runtime.
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace KvStore.LinstorTestServer;

/// <summary>A request as it came.</summary>
public sealed record HttpRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A response to be sent.</summary>
public sealed record HttpResponse(int Status, string Body, string ContentType = "application/json", string? Location = null);

/// <summary>Serves requests on 127.0.0.1, a thread for each connection, until disposed.</summary>
public sealed class HttpServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<HttpRequest, HttpResponse> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly HashSet<TcpClient> _clients = [];

    /// <summary>Begins to serve.</summary>
    /// <param name="answer">Answers a request; called by several threads at once.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="certificate">The certificate for TLS; null for plain HTTP.</param>
    public HttpServer(Func<HttpRequest, HttpResponse> answer, int port = 0, X509Certificate2? certificate = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Stop();
        lock (_clients)
        {
            foreach (TcpClient client in _clients)
            {
                client.Dispose();
            }
        }
    }

    private void Accept()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = _listener.AcceptTcpClient();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            lock (_clients)
            {
                _clients.Add(client);
            }

            new Thread(() => Serve(client)) { IsBackground = true }.Start();
        }
    }

    private void Serve(TcpClient client)
    {
        try
        {
            client.NoDelay = true;
            using Stream stream = Open(client);
            while (ReadRequest(stream) is { } request)
            {
                Write(stream, Answer(request), request.Headers.GetValueOrDefault("Accept-Encoding")?.Contains("gzip", StringComparison.Ordinal) == true);
                if (request.Headers.GetValueOrDefault("Connection") == "close")
                {
                    break;
                }
            }
        }
        catch (Exception)
        {
            // A client that drops its connection, as python-linstor does after its probe, is nothing to this server; nor is
            // what is no HTTP, nor its own end, when the streams of all connections are closed under their threads. Each ends
            // the one connection, and never the process with all its tests.
        }

        lock (_clients)
        {
            _clients.Remove(client);
        }

        client.Dispose();
    }

    // Whoever asked fails with the reason; on this thread nobody would see it.
    private HttpResponse Answer(HttpRequest request)
    {
        try
        {
            return _answer(request);
        }
        catch (Exception e)
        {
            return new HttpResponse((int)HttpStatusCode.InternalServerError, e.ToString(), "text/plain");
        }
    }

    private Stream Open(TcpClient client)
    {
        if (_certificate is null)
        {
            return new BufferedStream(client.GetStream(), 16 * 1024);
        }

        var secure = new SslStream(client.GetStream());
        secure.AuthenticateAsServer(_certificate);
        return secure;
    }

    private static HttpRequest? ReadRequest(Stream stream)
    {
        if (ReadLine(stream) is not { Length: > 0 } start)
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (ReadLine(stream) is { Length: > 0 } header)
        {
            string[] parts = header.Split(':', 2);
            headers[parts[0]] = parts[1].Trim();
        }

        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        stream.ReadExactly(body);
        string[] words = start.Split(' ');
        return new HttpRequest(words[0], Uri.UnescapeDataString(words[1].Split('?')[0]), headers, Encoding.UTF8.GetString(body));
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)next);
        }

        return null;
    }

    private static void Write(Stream stream, HttpResponse response, bool compresses)
    {
        byte[] body = Encoding.UTF8.GetBytes(response.Body);
        if (compresses)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(body);
            }

            body = compressed.ToArray();
        }

        string head = $"HTTP/1.1 {response.Status} {(HttpStatusCode)response.Status}\r\nContent-Type: {response.ContentType}\r\nContent-Length: {body.Length}\r\n"
            + (compresses ? "Content-Encoding: gzip\r\n" : "") + (response.Location is null ? "" : $"Location: {response.Location}\r\n") + "\r\n";
        stream.Write([.. Encoding.ASCII.GetBytes(head), .. body]);
        stream.Flush();
    }
}
