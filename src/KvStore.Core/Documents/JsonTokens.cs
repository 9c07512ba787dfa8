// System.Text.Json reads tokens from memory, or a whole document from a stream; this reads tokens from a stream of any length.
using System.Text;
using System.Text.Json;

namespace KvStore;

/// <summary>A forward-only reader of the tokens of a JSON document in a stream, which knows where in the text it is.</summary>
internal sealed class JsonTokens(Stream input)
{
    /// <summary>How deep objects and arrays may be nested: a record's field of 100 levels, and what stands around it in an item and in a document.</summary>
    public const int MaximumDepth = 128;

    private const int MaximumTokenSize = 512 * 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isFirst = true;
    private bool _isFinal;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = MaximumDepth });

    /// <summary>The kind of the current token.</summary>
    public JsonTokenType Kind { get; private set; }

    /// <summary>The text of a property name or string, or the digits of a number.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The line of the current token, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Goes to the next token.</summary>
    /// <returns>False at the document's end.</returns>
    /// <exception cref="KvException"><see cref="KvError.InvalidDocument"/>: what follows is no JSON.</exception>
    public bool Read()
    {
        while (!TryReadBuffered())
        {
            if (_isFinal)
            {
                return false;
            }

            Fill();
        }

        return true;
    }

    /// <summary>The error of a document at the current place.</summary>
    public KvException Error(string what, Exception? cause = null) =>
        new(KvError.InvalidDocument, $"Line {Line} of the document: {what} Nothing was imported.", Line, cause);

    private bool TryReadBuffered()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
        try
        {
            if (!reader.Read())
            {
                return false;
            }

            Line += _buffer.AsSpan(_start, (int)reader.BytesConsumed).Count((byte)'\n');
            Kind = reader.TokenType;
            Text = Kind switch
            {
                JsonTokenType.PropertyName or JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
                _ => "",
            };
        }
        catch (JsonException e)
        {
            // The reader counts lines over all buffers, from 0.
            Line = (e.LineNumber ?? 0) + 1;
            throw Error($"it is not valid JSON here ({e.Message.Split(" LineNumber:")[0].TrimEnd('.')}).", e);
        }
        catch (InvalidOperationException e)
        {
            // Legal by JSON's grammar, but no text: an escaped lone surrogate, or bytes that are not UTF-8.
            throw Error("a string is not valid Unicode.", e);
        }

        _state = reader.CurrentState;
        _start += (int)reader.BytesConsumed;
        return true;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaximumTokenSize)
            {
                throw Error($"a string is longer than {MaximumTokenSize} bytes.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        // A byte-order mark may come in pieces.
        int read = input.ReadAtLeast(_buffer.AsSpan(_end), _isFirst ? Encoding.UTF8.Preamble.Length : 1, throwOnEndOfStream: false);
        _end += read;
        _isFinal = read == 0;
        if (_isFirst)
        {
            _isFirst = false;
            _start = _buffer.AsSpan(0, _end).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        }
    }
}
