// The one exception of KvStore: the PowerShell layer turns it into an error record in a single place.
namespace KvStore;

/// <summary>An error with a stable <see cref="Error"/> code and the thing it is about. The message says what is wrong, by how much, and the way out.</summary>
public class KvException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">The stable code.</param>
    /// <param name="message">What, how much, which, and what now. Never a password or token.</param>
    /// <param name="target">What the error is about: a key, a store name, a file.</param>
    /// <param name="innerException">The cause, where a lower layer reported one.</param>
    public KvException(KvError error, string message, object? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Target = target;
    }

    /// <summary>The stable code.</summary>
    public KvError Error { get; }

    /// <summary>What the error is about: a key, a store name, a file; null where there is no such thing.</summary>
    public object? Target { get; }

    /// <summary>
    /// For storages: the cause passes (a dropped connection, a leader change, a busy database), and a repeat of the call
    /// cannot apply a change twice, because it only reads or is known not to have been applied. See <see cref="KvRetry"/>.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>
    /// For storages: the write that failed may have been applied all the same, or may still be. False where it is known that
    /// nothing was written, and for reads.
    /// </summary>
    public bool MayBeApplied { get; init; }

    /// <summary>Shortens text for a message: long keys and values would bury the sentence.</summary>
    internal static string Shorten(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[58]) ? 58 : 59)}…";
}
