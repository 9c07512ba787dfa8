// Tells from an HTTP exception the one thing that a writer must know: could the request have reached the server?
using System.Net.Sockets;
using System.Security.Authentication;

namespace KvStore.Http;

/// <summary>Why one server gave no reply.</summary>
/// <param name="Endpoint">The server.</param>
/// <param name="Reason">The rest of a sentence that begins with the server's name.</param>
/// <param name="MayHaveArrived">Whether the server may have got the request.</param>
/// <param name="IsPassing">Whether it may work when tried again.</param>
internal sealed record Failure(Uri Endpoint, string Reason, bool MayHaveArrived, bool IsPassing)
{
    /// <summary>Reads an exception of <see cref="HttpClient"/> that no caller's cancellation caused.</summary>
    public static Failure From(Uri endpoint, Exception exception, TimeSpan timeout) => exception switch
    {
        // The connect timeout comes as a cancellation that holds a TimeoutException.
        OperationCanceledException { InnerException: TimeoutException } => new(endpoint, "did not accept a connection in time", MayHaveArrived: false, IsPassing: true),
        OperationCanceledException => new(endpoint, $"did not answer within {timeout.TotalSeconds:0.###} s (option timeout)", MayHaveArrived: true, IsPassing: true),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } e =>
            new(endpoint, "is a name that cannot be resolved", MayHaveArrived: false, IsPassing: e.InnerException is not SocketException { SocketErrorCode: SocketError.HostNotFound }),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e when e.InnerException is AuthenticationException refused =>
            new(endpoint, $"offers no secure connection that can be trusted ({refused.Message})", MayHaveArrived: false, IsPassing: false),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } e =>
            new(endpoint, $"accepts no connection ({Root(e)})", MayHaveArrived: false, IsPassing: true),
        _ => new(endpoint, $"broke the connection ({Root(exception)})", MayHaveArrived: true, IsPassing: true),
    };

    private static string Root(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');
}
