// A value as lines, in one piece, or as bytes. Lines joined by line feeds give exactly the value back.
using System.Collections;
using System.Management.Automation.Provider;
using System.Text;

namespace KvStore.PowerShell;

/// <summary>Reads a value as content.</summary>
internal sealed class KvContentReader : IContentReader
{
    private readonly IReadOnlyList<object> _blocks;
    private int _next;

    public KvContentReader(string value, ContentReadingParameters parameters)
    {
        if (parameters.AsByteStream)
        {
            byte[] bytes = Encode(value, parameters.GetEncoding());
            _blocks = parameters.Raw ? [bytes] : [.. bytes.Select(one => (object)one)];
        }
        else
        {
            // An empty value has no line, as an empty file has none.
            _blocks = parameters.Raw ? [value] : value.Length == 0 ? [] : value.Split(parameters.Delimiter);
        }
    }

    public IList Read(long readCount)
    {
        int count = (int)Math.Min(readCount <= 0 ? long.MaxValue : readCount, _blocks.Count - _next);
        var read = new ArrayList(count);
        for (int end = _next + count; _next < end; _next++)
        {
            read.Add(_blocks[_next]);
        }

        return read;
    }

    public void Seek(long offset, SeekOrigin origin) => _next = (int)Math.Clamp(
        origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _next + offset,
            _ => _blocks.Count + offset,
        },
        0,
        _blocks.Count);

    public void Close()
    {
    }

    private static byte[] Encode(string value, Encoding encoding)
    {
        try
        {
            return encoding.GetBytes(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new KvException(KvError.InvalidText, $"The value cannot be written in {encoding.WebName}: {e.Message} Leave out -Encoding for UTF-8.", encoding.WebName, e);
        }
    }

    public void Dispose()
    {
    }
}
