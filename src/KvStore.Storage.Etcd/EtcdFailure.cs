// etcd answers a refusal with a gRPC code and a sentence: here they become KvStore's errors, once.
using System.Text.Json;
using KvStore.Http;

namespace KvStore.Storage.Etcd;

/// <summary>A refusal as etcd's gateway tells it.</summary>
/// <param name="Code">The gRPC code; -1 where the reply was none of etcd's.</param>
/// <param name="Message">etcd's sentence.</param>
internal sealed record EtcdFailure(int Code, string Message)
{
    private const int DeadlineExceeded = 4;
    private const int NotFound = 5;
    private const int PermissionDenied = 7;
    private const int OutOfRange = 11;
    private const int Internal = 13;
    private const int Unavailable = 14;
    private const int Unauthenticated = 16;

    /// <summary>Whether the server cannot serve now: it has no leader, lost it, or is stopping. A write may have been applied all the same.</summary>
    public bool IsPassing => Code is DeadlineExceeded or Unavailable || (Code == Internal && Has("stopped")) || Has("too many requests");

    /// <summary>Whether the token has expired, or was given before the users were changed: another one is needed, and nothing was done.</summary>
    public bool IsTokenStale => Code == Unauthenticated || Has("invalid auth token") || Has("revision of auth store is old") || Has("revision in header is old");

    /// <summary>Whether the user may not do it. A watch tells of a token that has expired in this way too.</summary>
    public bool IsDenied => Code == PermissionDenied;

    /// <summary>Whether no user is needed, so that none can be checked.</summary>
    public bool IsAuthenticationOff => Has("authentication is not enabled");

    /// <summary>Whether a lease has ended before a key could be attached to it; nothing was done.</summary>
    public bool IsLeaseGone => Code == NotFound && Has("lease not found");

    /// <summary>Reads a reply that is no success.</summary>
    public static EtcdFailure From(HttpReply reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            return From(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A proxy's page or the like: its status is all that is to be told of it.
            return new EtcdFailure(-1, $"HTTP status {(int)reply.Status}, not in JSON: is it an etcd 3.4 or later?");
        }
    }

    /// <summary>Reads an object that tells of a failure; that of a stream stands within another one.</summary>
    /// <exception cref="InvalidOperationException">It is not such an object.</exception>
    public static EtcdFailure From(JsonElement failure)
    {
        if (failure.TryGetProperty("error", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object)
        {
            return From(inner);
        }

        string? message = failure.TryGetProperty("message", out JsonElement found) || failure.TryGetProperty("error", out found) ? found.GetString() : null;
        return new EtcdFailure(failure.TryGetProperty("code", out JsonElement code) || failure.TryGetProperty("grpc_code", out code) ? code.GetInt32() : -1, message ?? "");
    }

    /// <summary>Reads the reason that etcd gives for ending a watch.</summary>
    public static EtcdFailure FromReason(string reason) =>
        new(reason.Contains("permission denied", StringComparison.OrdinalIgnoreCase) ? PermissionDenied : -1, reason);

    /// <summary>The error to be thrown.</summary>
    /// <param name="description">The storage, as errors name it.</param>
    /// <param name="endpoint">The server that answered.</param>
    /// <param name="effect">What the refused request would have done.</param>
    public KvException ToException(string description, Uri endpoint, HttpEffect effect)
    {
        (KvError error, string advice) = Classify();
        return new KvException(error, $"Storage '{description}': {endpoint.Authority} answered '{Message}'. {advice}", description)
        {
            IsRepeatable = IsPassing && effect != HttpEffect.Write,
            MayBeApplied = IsPassing && effect != HttpEffect.Read,
        };
    }

    private (KvError Error, string Advice) Classify()
    {
        if (IsPassing)
        {
            return (KvError.StorageUnavailable, "The cluster has no leader now, or the server is stopping.");
        }

        if (Code is PermissionDenied or Unauthenticated || Has("authentication failed") || Has("user name is empty"))
        {
            return (KvError.AccessDenied, "Check the user, the password and the user's roles.");
        }

        if (Has("database space exceeded"))
        {
            return (KvError.StorageFull, "Nothing was written. Compact and defragment etcd, clear its alarm, or raise --quota-backend-bytes.");
        }

        if (Has("request is too large") || Has("message larger than max"))
        {
            return (KvError.BatchTooLarge, "Nothing was written. A batch must fit into one request of etcd: write in smaller parts, or raise --max-request-bytes (1.5 MiB by default) on its servers.");
        }

        if (Has("too many operations"))
        {
            return (KvError.BatchTooLarge, "Nothing was written. Write in smaller parts, or raise --max-txn-ops on etcd's servers to its default of 128 or more.");
        }

        return Code == OutOfRange && Has("compacted")
            ? (KvError.RevisionGone, "etcd was compacted meanwhile. Begin the call anew.")
            : (KvError.StorageUnavailable, "Check that the connection names an etcd cluster of version 3.4 or later.");
    }

    private bool Has(string part) => Message.Contains(part, StringComparison.OrdinalIgnoreCase);
}
