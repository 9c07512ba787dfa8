// What Set-Content and Add-Content write is one commit at the end: nobody ever reads half of it.
using System.Collections;
using System.Management.Automation.Provider;
using System.Text;

namespace KvStore.PowerShell;

/// <summary>The item that content is written to.</summary>
internal sealed record ContentItem(KvStorage Storage, string Store, string FullKey);

/// <summary>Collects content and commits it as a value when it is closed, unless the command failed or was stopped.</summary>
/// <param name="item">The item.</param>
/// <param name="parameters">How content becomes a value.</param>
/// <param name="report">Told an error. It cannot be thrown: the engine swallows what comes out of closing a writer.</param>
/// <param name="isStopped">Tells whether the command was stopped.</param>
/// <param name="cancellation">Cancelled when the command is stopped.</param>
internal sealed class KvContentWriter(
    ContentItem item, ContentWritingParameters parameters, Action<KvException> report, Func<bool> isStopped, CancellationToken cancellation) : IContentWriter
{
    private readonly StringBuilder _text = new();
    private readonly MemoryStream _bytes = new();
    private bool _isFirst = true;
    private bool _isAppending;
    private bool _isDone;

    public IList Write(IList content)
    {
        Try(() =>
        {
            foreach (object? block in content)
            {
                if (parameters.AsByteStream)
                {
                    WriteBytes(block);
                }
                else
                {
                    WriteText(block);
                }
            }

            CheckSize();
        });
        return content;
    }

    // Add-Content goes to the end before it writes.
    public void Seek(long offset, SeekOrigin origin) => _isAppending = origin == SeekOrigin.End;

    public void Close()
    {
        if (!_isDone && !isStopped())
        {
            Try(() => Commit(parameters.AsByteStream ? Decode() : _text.ToString()));
        }

        _isDone = true;
    }

    public void Dispose() => Close();

    private void Try(Action step)
    {
        if (_isDone)
        {
            return;
        }

        try
        {
            step();
        }
        catch (KvException e)
        {
            // What came so far is not the value that was meant: nothing of it is written.
            _isDone = true;
            report(e);
        }
    }

    // An endless stream must end somewhere; what one store allows is checked by the commit.
    private void CheckSize()
    {
        long size = Math.Max(_text.Length, _bytes.Length / 4);
        int maximum = item.Storage.Limits.MaximumValueSize;
        if (size > maximum)
        {
            throw new KvException(
                KvError.ValueTooLong,
                $"What is to be the value of '{KvPath.ToAbsolute(item.FullKey)}' is more than {maximum} bytes of UTF-8, which is all that storage '{item.Storage.Description}' allows. Shorten it, or split it into several items.",
                item.FullKey);
        }
    }

    private void WriteText(object? block)
    {
        if (!_isFirst && !parameters.NoNewline)
        {
            _text.Append('\n');
        }

        _isFirst = false;
        _text.Append(ItemText.FromValue(item.FullKey, block ?? ""));
    }

    private void WriteBytes(object? block)
    {
        switch (ItemText.Unwrap(block))
        {
            case byte one:
                _bytes.WriteByte(one);
                break;
            case byte[] many:
                _bytes.Write(many);
                break;
            case int number and >= 0 and <= 255:
                _bytes.WriteByte((byte)number);
                break;
            case object[] several:
                Array.ForEach(several, WriteBytes);
                break;
            default:
                throw new KvException(KvError.InvalidValue, "With -AsByteStream only bytes can be written. Leave it out to write text.", item.FullKey);
        }
    }

    private string Decode()
    {
        try
        {
            return parameters.GetEncoding().GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new KvException(KvError.InvalidText, $"The bytes for '{KvPath.ToAbsolute(item.FullKey)}' are no text in {parameters.GetEncoding().WebName}; nothing was written. Values are text: write binary data as Base64.", item.FullKey, e);
        }
    }

    private void Commit(string text)
    {
        while (true)
        {
            KvItem? existing = _isAppending ? item.Storage.Get(item.Store, item.FullKey, cancellation) : null;
            string separator = existing is { Value.Length: > 0 } && text.Length > 0 && !parameters.NoNewline && !parameters.AsByteStream ? "\n" : "";
            var batch = new KvBatch().Set(item.FullKey, existing?.Value + separator + text, existing?.Expires);

            // What another writer appends meanwhile must not be lost.
            if (existing is not null)
            {
                batch.RequireUnchanged(existing, item.Storage.Capabilities);
            }
            else if (_isAppending && item.Storage.Capabilities.HasFlag(KvCapabilities.Conditions))
            {
                batch.RequireAbsent(item.FullKey);
            }

            if (item.Storage.Commit(item.Store, batch, cancellation).Succeeded)
            {
                return;
            }
        }
    }
}
