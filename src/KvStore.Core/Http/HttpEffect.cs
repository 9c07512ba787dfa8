// What a request does decides what its failure means: only the caller knows whether sending it twice is safe.
namespace KvStore.Http;

/// <summary>What a repeat of a request could do.</summary>
public enum HttpEffect
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It writes, but a repeat cannot apply the change twice.</summary>
    WriteOnce,

    /// <summary>It writes, and must not be repeated when it may have arrived.</summary>
    Write,
}
