// A broken promise is told apart from an error of the storage: the first is the plugin author's, the second may be the user's.
namespace KvStore.Conformance;

/// <summary>A storage broke a promise of the contract; the message says what was expected and what was found.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">The storage's own error, where there was one.</param>
    public ConformanceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
