// The only place that talks to etcd: its JSON gateway over HTTP, with the token that a user's password is exchanged for.
using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using KvStore.Http;

namespace KvStore.Storage.Etcd;

/// <summary>Requests to an etcd cluster. Safe for all threads.</summary>
/// <param name="description">The storage, as errors name it.</param>
/// <param name="endpoints">The servers, in the order in which they are tried.</param>
/// <param name="options">How they are met.</param>
internal sealed class EtcdGateway(string description, IReadOnlyList<Uri> endpoints, HttpOptions options) : IDisposable
{
    private readonly HttpEndpoints _endpoints = new(description, endpoints, options.RequestTime, options.Tls);
    private string? _token;

    /// <summary>The repetition of calls while servers fail.</summary>
    public KvRetry Retry { get; } = options.Retry;

    /// <summary>How long a writer tries to win against others.</summary>
    public TimeSpan RetryTime { get; } = options.RetryTime ?? KvRetry.DefaultBound;

    /// <summary>The longest that one request may take.</summary>
    public TimeSpan RequestTime { get; } = options.RequestTime;

    /// <summary>Reads several keys and ranges at one moment, the newest; repeated where a server fails.</summary>
    public TransactionReply Read(IReadOnlyList<Operation> reads, CancellationToken cancellation) =>
        Retry.Run(() => Apply(new Transaction(reads), HttpEffect.Read, cancellation), cancellation);

    /// <summary>Reads one range; repeated where a server fails.</summary>
    public ReadReply Read(ReadOperation read, CancellationToken cancellation) => Read([read], cancellation).Reads[0];

    /// <summary>Makes one attempt at a transaction that changes its own guard, so that a repeat cannot apply it twice.</summary>
    /// <exception cref="KvException">If <see cref="KvException.MayBeApplied"/>, it has been applied, or will be, or not.</exception>
    public TransactionReply Write(Transaction transaction, CancellationToken cancellation) => Apply(transaction, HttpEffect.WriteOnce, cancellation);

    /// <summary>Has etcd make a lease, which removes the keys that are attached to it when it ends.</summary>
    /// <param name="seconds">Its time to live.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The lease's number.</returns>
    public long GrantLease(long seconds, CancellationToken cancellation)
    {
        // A lease that was granted twice does no harm: the one that nobody knows ends by itself.
        byte[] request = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"TTL\":\"{seconds}\"}}"));
        return Retry.Run(
            () => Parse(Send("/v3/lease/grant", request, HttpEffect.WriteOnce, cancellation), body =>
            {
                using var document = JsonDocument.Parse(body);
                return long.Parse(document.RootElement.GetProperty("ID").GetString()!, CultureInfo.InvariantCulture);
            }),
            cancellation);
    }

    /// <summary>Opens a watch; repeated where a server fails.</summary>
    /// <exception cref="KvException"><see cref="KvError.AccessDenied"/>; <see cref="KvError.StorageUnavailable"/>.</exception>
    public WatchStream Watch(WatchRequest request, CancellationToken cancellation) => Retry.Run(
        () =>
        {
            try
            {
                return Open(request, cancellation);
            }
            catch (KvException e) when (options.User is not null && !e.IsRepeatable)
            {
                // A watch with a token that has expired is refused as if it were not permitted.
                Authenticate(cancellation);
                return Open(request, cancellation);
            }
        },
        cancellation);

    /// <summary>Reads one key, and tells which server answered; repeated where a server fails.</summary>
    public (TransactionReply Reply, Uri Endpoint) Ask(ReadOperation read, CancellationToken cancellation) => Retry.Run(
        () =>
        {
            HttpReply reply = Send("/v3/kv/txn", new Transaction([read]).ToJson(), HttpEffect.Read, cancellation);
            return (Parse(reply, TransactionReply.Parse), reply.Endpoint);
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _endpoints.Dispose();

    /// <summary>The error of a reply that is none of etcd's.</summary>
    public static KvException NotEtcd(string description, Uri endpoint, Exception cause) => new(
        KvError.StorageUnavailable,
        $"Storage '{description}': the reply of {endpoint.Authority} is not one of etcd's. Check that the connection names an etcd cluster of version 3.4 or later.",
        description,
        cause);

    private TransactionReply Apply(Transaction transaction, HttpEffect effect, CancellationToken cancellation) =>
        Parse(Send("/v3/kv/txn", transaction.ToJson(), effect, cancellation), TransactionReply.Parse);

    private WatchStream Open(WatchRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // A server that is cut off from the others would fall silent: it is to end the watch.
        var headers = new Dictionary<string, string> { ["Grpc-Metadata-hasleader"] = "true" };
        if (options.User is not null && (Volatile.Read(ref _token) ?? Authenticate(cancellation)) is { Length: > 0 } token)
        {
            headers.Add("Authorization", token);
        }

        HttpLines lines = _endpoints.Open("/v3/watch", request.ToJson(), headers, cancellation);
        var stream = new WatchStream(description, lines);
        try
        {
            if (lines.Refusal is { } refusal)
            {
                throw Refuse(EtcdFailure.From(refusal), refusal, HttpEffect.Read);
            }

            // The first answer says that the watch is there.
            return stream.Read(options.RequestTime, cancellation) is not null ? stream : throw new KvException(
                KvError.StorageUnavailable,
                $"Storage '{description}': {lines.Endpoint.Authority} did not begin a watch within {options.RequestTime.TotalSeconds:0.###} s (option timeout).",
                description) { IsRepeatable = true };
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (e is KvException { IsRepeatable: true })
            {
                _endpoints.PassOver(lines.Endpoint);
            }

            throw;
        }
    }

    private HttpReply Send(string path, ReadOnlyMemory<byte> body, HttpEffect effect, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string? token = options.User is null ? null : Volatile.Read(ref _token) ?? Authenticate(cancellation);
        HttpReply reply = _endpoints.Send(HttpMethod.Post, path, body, token is "" ? null : token, effect, cancellation);
        EtcdFailure? failure = GetFailure(reply);
        if (failure is { IsTokenStale: true } && options.User is not null)
        {
            token = Authenticate(cancellation);
            reply = _endpoints.Send(HttpMethod.Post, path, body, token is "" ? null : token, effect, cancellation);
            failure = GetFailure(reply);
        }

        return failure is null ? reply : throw Refuse(failure, reply, effect);
    }

    // An empty token: the cluster wants none.
    private string Authenticate(CancellationToken cancellation)
    {
        var request = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(request))
        {
            json.WriteStartObject();
            json.WriteString("name", options.User);
            json.WriteString("password", options.Password);
            json.WriteEndObject();
        }

        HttpReply reply = _endpoints.Send(HttpMethod.Post, "/v3/auth/authenticate", request.WrittenMemory, authorization: null, HttpEffect.Read, cancellation);
        EtcdFailure? failure = GetFailure(reply);
        string token = failure switch
        {
            null => Parse(reply, body =>
            {
                using var document = JsonDocument.Parse(body);
                return document.RootElement.GetProperty("token").GetString()!;
            }),
            { IsAuthenticationOff: true } => "",
            _ => throw Refuse(failure, reply, HttpEffect.Read),
        };
        Volatile.Write(ref _token, token);
        return token;
    }

    private static EtcdFailure? GetFailure(HttpReply reply) => reply.Status == HttpStatusCode.OK ? null : EtcdFailure.From(reply);

    private KvException Refuse(EtcdFailure failure, HttpReply reply, HttpEffect effect)
    {
        if (failure.IsPassing)
        {
            _endpoints.PassOver(reply.Endpoint);
        }

        return failure.IsLeaseGone ? new LeaseGoneException(description) : failure.ToException(description, reply.Endpoint, effect);
    }

    private T Parse<T>(HttpReply reply, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return parse(reply.Body);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw NotEtcd(description, reply.Endpoint, e);
        }
    }
}

/// <summary>A lease ended before keys could be attached to it; nothing was written, and another lease is needed.</summary>
internal sealed class LeaseGoneException(string description)
    : KvException(KvError.StorageUnavailable, $"Storage '{description}': a lease ended before its items could be written. Nothing was written.", description);
