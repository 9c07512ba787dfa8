// A reply is read whole before anybody looks at it, so that the timeout covers its last byte too.
using System.Net;

namespace KvStore.Http;

/// <summary>What a server answered, whether or not it was a success.</summary>
/// <param name="Endpoint">The server that answered.</param>
/// <param name="Status">The status.</param>
/// <param name="MediaType">The type of the body, without parameters; null if the server named none.</param>
/// <param name="Body">The body, decompressed.</param>
public sealed record HttpReply(Uri Endpoint, HttpStatusCode Status, string? MediaType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the status is one of success.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}
