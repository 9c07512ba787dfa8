// FileSystem's parameters for content, as far as they mean something for a value.
using System.Management.Automation;
using System.Text;

namespace KvStore.PowerShell;

/// <summary>What reading and writing content share.</summary>
public abstract class ContentParameters
{
    /// <summary>The encoding of bytes (with -AsByteStream): a name such as utf8, unicode or latin1, or an encoding object. Values are text, so that it means nothing else. UTF-8 without it.</summary>
    [Parameter]
    public object? Encoding { get; set; }

    /// <summary>Bytes instead of text: the value in the -Encoding.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>The encoding that was asked for; it refuses what it cannot represent.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidValue"/>: there is no such encoding.</exception>
    internal Encoding GetEncoding()
    {
        object? typed = ItemText.Unwrap(Encoding);
        if (typed is Encoding encoding)
        {
            return System.Text.Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }

        string name = typed?.ToString()?.ToLowerInvariant() ?? "utf8";
        string known = name switch
        {
            "utf8" or "utf8nobom" or "utf8bom" or "default" => "utf-8",
            "unicode" => "utf-16",
            "bigendianunicode" => "utf-16BE",
            "utf32" => "utf-32",
            "ascii" => "us-ascii",
            _ => name,
        };
        try
        {
            return System.Text.Encoding.GetEncoding(known, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException e)
        {
            throw new KvException(KvError.InvalidValue, $"'{typed}' is no encoding. Use utf8, unicode, bigendianunicode, utf32, ascii or latin1.", typed, e);
        }
    }
}

/// <summary>The dynamic parameters of Get-Content on kv drives.</summary>
public sealed class ContentReadingParameters : ContentParameters
{
    /// <summary>The value in one piece.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>What separates lines: a line feed without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Delimiter { get; set; } = "\n";
}

/// <summary>The dynamic parameters of Set-Content and Add-Content on kv drives.</summary>
public sealed class ContentWritingParameters : ContentParameters
{
    /// <summary>Nothing is put between what is written; without it a line feed.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
