// A server that tells of changes goes on answering for ever, a line for each: whoever reads must be able to wait for the next
// line, to look after other things when none comes, and to go on waiting.
namespace KvStore.Http;

/// <summary>The lines of a reply that need not end. Not safe for use by several threads at once.</summary>
public sealed class HttpLines : IDisposable
{
    private const byte LineFeed = (byte)'\n';

    private readonly string _description;
    private readonly HttpResponseMessage _response;
    private Stream? _stream;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    // The read that nobody has waited for to its end: it cannot be given up without the connection.
    private Task<int>? _read;

    internal HttpLines(string description, Uri endpoint, HttpResponseMessage response) =>
        (_description, Endpoint, _response) = (description, endpoint, response);

    /// <summary>The server that answers.</summary>
    public Uri Endpoint { get; }

    /// <summary>The reply, read whole, if its status is none of success: there are no lines then.</summary>
    public HttpReply? Refusal { get; internal init; }

    /// <summary>The next line, without its end.</summary>
    /// <param name="wait">How long a silent server is waited for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The line, which is valid up to the next call; null if the server was silent: call again to go on waiting.</returns>
    /// <exception cref="KvException"><see cref="KvError.StorageUnavailable"/>: the connection ended. It is <see cref="KvException.IsRepeatable"/>: another can be opened.</exception>
    public ReadOnlyMemory<byte>? Read(TimeSpan wait, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        while (true)
        {
            int length = _read is null ? _buffer.AsSpan(_start, _end - _start).IndexOf(LineFeed) : -1;
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
                _start += length + 1;
                return line;
            }

            if (!TryFill(wait, cancellation))
            {
                return null;
            }
        }
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose()
    {
        _stream?.Dispose();
        _response.Dispose();
    }

    private bool TryFill(TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            _read ??= Begin();
            if (!_read.Wait(wait, cancellation))
            {
                return false;
            }
        }
        catch (Exception e) when (e is AggregateException or HttpRequestException or IOException or ObjectDisposedException)
        {
            throw Broken(e.GetBaseException().Message.TrimEnd('.'), e);
        }

        int count = _read.Result;
        _read = null;
        _end += count;
        return count > 0 ? true : throw Broken("the reply ended", cause: null);
    }

    private Task<int> Begin()
    {
        _stream ??= _response.Content.ReadAsStream(CancellationToken.None);
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        return _stream.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None).AsTask();
    }

    private KvException Broken(string reason, Exception? cause) =>
        new(KvError.StorageUnavailable, $"Storage '{_description}': {Endpoint.Authority} broke the connection ({reason}).", _description, cause) { IsRepeatable = true };
}
