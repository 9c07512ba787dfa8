// The formats that stores are exported to and imported from.
namespace KvStore.PowerShell;

/// <summary>The format of a document.</summary>
public enum DocumentFormat
{
    /// <summary>KvStore's own: any stores with all that is in them.</summary>
    KvStore,

    /// <summary>cinderlib's dump: the records of one store.</summary>
    Cinderlib,
}
