// A document is written to a stream; a pipeline takes it line by line, without the whole ever being in memory.
using System.Text;

namespace KvStore.PowerShell;

/// <summary>A write-only stream that hands on each line of UTF-8 text as it becomes complete.</summary>
/// <param name="onLine">Takes a line without its end.</param>
internal sealed class LineStream(Action<string> onLine) : Stream
{
    private readonly MemoryStream _rest = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (int end = buffer.IndexOf((byte)'\n'); end >= 0; end = buffer.IndexOf((byte)'\n'))
        {
            _rest.Write(buffer[..end]);
            buffer = buffer[(end + 1)..];
            string line = Encoding.UTF8.GetString(_rest.GetBuffer(), 0, (int)_rest.Length).TrimEnd('\r');
            _rest.SetLength(0);
            onLine(line);
        }

        _rest.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
