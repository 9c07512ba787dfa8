// One connection that tells of changes, as long as it lasts. Who mends it is another's affair.
using System.Buffers;
using System.Globalization;
using System.Text.Json;
using KvStore.Http;

namespace KvStore.Storage.Etcd;

/// <summary>The range of keys that is watched, and from when on.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The end, exclusive.</param>
/// <param name="Start">etcd's revision whose changes come first.</param>
internal sealed record WatchRequest(byte[] Key, byte[] End, long Start)
{
    /// <summary>Whether each change tells what was there before.</summary>
    public bool HasPrevious { get; init; }

    /// <summary>The request for <c>/v3/watch</c>.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("create_request");
            json.WriteBase64String("key", Key);
            json.WriteBase64String("range_end", End);
            json.WriteString("start_revision", Start.ToString(CultureInfo.InvariantCulture));
            json.WriteBoolean("prev_kv", HasPrevious);

            // Answers no larger than a request: what one transaction changed, with what was there before, can be far more.
            json.WriteBoolean("fragment", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

/// <summary>A watch at one server. Not safe for use by several threads at once.</summary>
/// <param name="description">The storage, as errors name it.</param>
/// <param name="lines">The server's answers.</param>
internal sealed class WatchStream(string description, HttpLines lines) : IDisposable
{
    private readonly List<EtcdEvent> _fragments = [];

    /// <summary>The server.</summary>
    public Uri Endpoint => lines.Endpoint;

    /// <summary>The next answer, all its fragments together; of each of etcd's revisions it has all the changes.</summary>
    /// <param name="wait">How long a silent server is waited for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The answer; null if the server was silent.</returns>
    /// <exception cref="KvException">The watch ended; <see cref="KvException.IsRepeatable"/> unless another would end too.</exception>
    public WatchReply? Read(TimeSpan wait, CancellationToken cancellation)
    {
        while (lines.Read(wait, cancellation) is { } line)
        {
            WatchReply reply = Parse(line);
            if (reply.Failure is { } failure)
            {
                KvException e = failure.ToException(description, Endpoint, HttpEffect.Read);
                throw failure.IsDenied ? e : new KvException(e.Error, e.Message, e.Target, e) { IsRepeatable = true };
            }

            _fragments.AddRange(reply.Events);
            if (!reply.IsFragment)
            {
                EtcdEvent[] events = [.. _fragments];
                _fragments.Clear();
                return reply with { Events = events };
            }
        }

        return null;
    }

    /// <summary>Ends the connection, and with it the watch.</summary>
    public void Dispose() => lines.Dispose();

    private WatchReply Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return WatchReply.Parse(line);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw EtcdGateway.NotEtcd(description, Endpoint, e);
        }
    }
}
