// Several servers that serve the same data: what one of them does not answer the next is asked, and the caller learns
// whether a request may have arrived, which decides whether a write may be repeated.
using System.Net;
using System.Net.Http.Headers;

namespace KvStore.Http;

/// <summary>Requests to whichever of several servers answers. Safe for all threads; connects with its first request.</summary>
/// <remarks>The environment's proxies, cookies and redirects are not used: a request with a token goes to the servers named and to nobody else.</remarks>
public sealed class HttpEndpoints : IDisposable
{
    // As etcdctl: a host that drops packets is passed over before the patience for the whole request is used up.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<Uri> _endpoints;
    private readonly TimeSpan _timeout;
    private readonly string _description;
    private readonly Lazy<HttpClient> _client;
    private int _current;
    private bool _isDisposed;

    /// <summary>Names the servers; nothing is connected yet.</summary>
    /// <param name="description">The storage, as errors name it.</param>
    /// <param name="endpoints">The servers, at least one, in the order in which they are tried.</param>
    /// <param name="timeout">The longest that a request may take, its reply included.</param>
    /// <param name="tls">For servers with the scheme https.</param>
    public HttpEndpoints(string description, IReadOnlyList<Uri> endpoints, TimeSpan timeout, HttpTls tls)
    {
        ArgumentOutOfRangeException.ThrowIfZero(endpoints.Count);
        (_description, _endpoints, _timeout) = (description, endpoints, timeout);
        _client = new Lazy<HttpClient>(() => CreateClient(tls, timeout));
    }

    /// <summary>Sends a request to the server that answered last, and to the next ones while it surely has not arrived at any.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path and query, from the server's root.</param>
    /// <param name="body">The body in JSON; null for none.</param>
    /// <param name="authorization">The value of the header Authorization; null for none.</param>
    /// <param name="effect">What a repeat of the request could do; it decides what the error says of itself.</param>
    /// <param name="cancellation">Ends the call at once.</param>
    /// <returns>The reply, whatever its status.</returns>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>, if it was closed too; its <see cref="KvException.MayBeApplied"/> tells whether a write may have arrived.</exception>
    public HttpReply Send(HttpMethod method, string path, ReadOnlyMemory<byte>? body, string? authorization, HttpEffect effect, CancellationToken cancellation) =>
        Ask(endpoint => Send(endpoint, method, path, body, authorization, cancellation), effect, cancellation);

    /// <summary>Opens a reply that goes on for ever, a line at a time, at the server that answered last or the next ones. What is asked for must only read.</summary>
    /// <param name="path">The path and query, from the server's root.</param>
    /// <param name="body">The body in JSON, which is posted.</param>
    /// <param name="headers">Headers beside the usual ones.</param>
    /// <param name="cancellation">Ends the call at once.</param>
    /// <returns>The lines, or the reply that refuses them.</returns>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>, if it was closed too.</exception>
    public HttpLines Open(string path, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> headers, CancellationToken cancellation) =>
        Ask(endpoint => Open(endpoint, path, body, headers, cancellation), HttpEffect.Read, cancellation);

    /// <summary>Makes the next server the first to be asked, because one answered that it cannot serve now.</summary>
    /// <param name="endpoint">The server that answered so.</param>
    public void PassOver(Uri endpoint)
    {
        int index = Volatile.Read(ref _current);
        if (_endpoints[index] == endpoint)
        {
            Interlocked.CompareExchange(ref _current, (index + 1) % _endpoints.Count, index);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private static HttpClient CreateClient(HttpTls tls, TimeSpan timeout)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = timeout < LongestConnect ? timeout : LongestConnect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = tls.CreateOptions(),
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private T Ask<T>(Func<Uri, T> send, HttpEffect effect, CancellationToken cancellation)
    {
        var failures = new List<Failure>();
        while (true)
        {
            if (_isDisposed)
            {
                throw new KvException(KvError.StorageUnavailable, $"Storage '{_description}' was closed. Connect it again.", _description);
            }

            int index = Volatile.Read(ref _current);
            Uri endpoint = _endpoints[index];
            try
            {
                return send(endpoint);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                cancellation.ThrowIfCancellationRequested();
                failures.Add(Failure.From(endpoint, e, _timeout));
                PassOver(endpoint);
                if (failures[^1].MayHaveArrived || failures.Count == _endpoints.Count)
                {
                    throw Unavailable(failures, effect, e);
                }
            }
        }
    }

    private HttpReply Send(Uri endpoint, HttpMethod method, string path, ReadOnlyMemory<byte>? body, string? authorization, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(endpoint, path)) { Content = ToJson(body) };
        if (authorization is not null)
        {
            // A token may be of any form; what it is goes to the server as it is.
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_timeout);
        using HttpResponseMessage response = _client.Value.Send(request, HttpCompletionOption.ResponseContentRead, deadline.Token);
        return ToReply(endpoint, response, deadline.Token);
    }

    private HttpLines Open(Uri endpoint, string path, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> headers, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, path)) { Content = ToJson(body) };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(_timeout);
        HttpResponseMessage response = _client.Value.Send(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        return new HttpLines(_description, endpoint, response) { Refusal = response.IsSuccessStatusCode ? null : ToReply(endpoint, response, deadline.Token) };
    }

    private static HttpReply ToReply(Uri endpoint, HttpResponseMessage response, CancellationToken cancellation)
    {
        using var reply = new MemoryStream();
        response.Content.CopyTo(reply, context: null, cancellation);
        return new HttpReply(endpoint, response.StatusCode, response.Content.Headers.ContentType?.MediaType, reply.GetBuffer().AsMemory(0, (int)reply.Length));
    }

    private static ReadOnlyMemoryContent? ToJson(ReadOnlyMemory<byte>? body) =>
        body is { } content ? new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } : null;

    private KvException Unavailable(List<Failure> failures, HttpEffect effect, Exception cause)
    {
        Failure last = failures[^1];
        string reasons = string.Join("; ", failures.Select(failure => $"{failure.Endpoint.Authority} {failure.Reason}"));
        string advice = last.MayHaveArrived ? "The server may be overloaded or cut off from the others." : "Check that the servers run and that the connection names them.";
        return new KvException(KvError.StorageUnavailable, $"Storage '{_description}' cannot be reached: {reasons}. {advice}", _description, cause)
        {
            IsRepeatable = last.MayHaveArrived ? effect != HttpEffect.Write : failures.Exists(failure => failure.IsPassing),
            MayBeApplied = last.MayHaveArrived && effect != HttpEffect.Read,
        };
    }
}
