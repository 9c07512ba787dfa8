// The controller answers with numbers: here they become KvStore's errors, once.
using System.Net;
using System.Text.Json;
using KvStore.Http;

namespace KvStore.Storage.Linstor;

/// <summary>A refusal as the controller tells it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The number of the refusal, without the bits that say of what kind it is; -1 where the reply was none of the controller's.</param>
/// <param name="Message">The controller's sentences.</param>
internal sealed record LinstorFailure(HttpStatusCode Status, int Code, string Message)
{
    private const int InvalidKey = 213;
    private const int InvalidName = 223;
    private const int NotFound = 316;
    private const int UnauthorizedToken = 412;
    private const int AccessDenied = 418;
    private const int DatabaseError = 998;

    // The two topmost bits of a ret_code: 11 is an error, 10 a warning such as that there was nothing to delete.
    private const long KindBits = 0x3L << 62;

    /// <summary>Whether there is no such instance, which is no error to a reader.</summary>
    public bool IsNotFound => Code == NotFound;

    /// <summary>Whether a server in between, or a controller that only stands by, cannot serve now.</summary>
    public bool IsPassing => Code == -1 && Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Reads a reply; null if it is a success.</summary>
    public static LinstorFailure? From(HttpReply reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            JsonElement[] results = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : [];
            JsonElement failed = Array.Find(results, result => result.TryGetProperty("ret_code", out JsonElement code) && (code.GetInt64() & KindBits) == KindBits);
            if (failed.ValueKind == JsonValueKind.Undefined)
            {
                return reply.IsSuccess ? null : new LinstorFailure(reply.Status, -1, $"HTTP status {(int)reply.Status} without a reason");
            }

            string[] sentences = [.. new[] { "message", "cause", "correction" }.Select(part => failed.TryGetProperty(part, out JsonElement text) ? text.GetString() : null).OfType<string>()];
            return new LinstorFailure(reply.Status, (int)(failed.GetProperty("ret_code").GetInt64() & 0xFFFF), string.Join(' ', sentences));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A proxy's page, a redirection to https, or no LINSTOR at all: its status is all that is to be told of it.
            return new LinstorFailure(reply.Status, -1, $"HTTP status {(int)reply.Status}, not in JSON");
        }
    }

    /// <summary>The error to be thrown.</summary>
    /// <param name="description">The storage, as errors name it.</param>
    /// <param name="endpoint">The controller that answered.</param>
    /// <param name="effect">What the refused request would have done.</param>
    /// <param name="store">The store that it was about; null for all.</param>
    public KvException ToException(string description, Uri endpoint, HttpEffect effect, string? store)
    {
        (KvError error, string advice) = Classify();
        return new KvException(error, $"Storage '{description}': {endpoint.Authority} answered '{Message.TrimEnd('.')}'. {advice}", store ?? description)
        {
            IsRepeatable = IsPassing && effect != HttpEffect.Write,
            MayBeApplied = IsPassing && effect != HttpEffect.Read,
        };
    }

    private (KvError Error, string Advice) Classify() => (Code, Status) switch
    {
        (InvalidKey, _) => (KvError.InvalidKey, "Nothing was written."),
        (InvalidName, _) => (KvError.InvalidStoreName, "Nothing was written."),
        (UnauthorizedToken or AccessDenied, _) or (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) =>
            (KvError.AccessDenied, "Check the user and the password, or the token, and what they are allowed to do."),
        (DatabaseError, _) => (KvError.StorageUnavailable, "The controller's database refused; its error report says why. Nothing was written."),
        (_, HttpStatusCode.Found or HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect) =>
            (KvError.StorageUnavailable, "The controller may want TLS: write the connection as linstor+ssl://…."),
        _ when IsPassing => (KvError.StorageUnavailable, "No controller serves now."),
        _ => (KvError.StorageUnavailable, "Check that the connection names a LINSTOR controller."),
    };
}
