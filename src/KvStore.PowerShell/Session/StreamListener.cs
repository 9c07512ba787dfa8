// -Verbose and -Debug: what goes to the storage is a matter of the first, how long it took of the second.
using System.Globalization;

namespace KvStore.PowerShell;

/// <summary>Writes what a cmdlet's storages are asked into its streams.</summary>
/// <param name="cmdlet">The cmdlet, which does not listen while it writes.</param>
internal sealed class StreamListener(KvCmdlet cmdlet) : KvListener
{
    /// <inheritdoc/>
    public override void Begins(string call) => cmdlet.WriteVerbose(call);

    /// <inheritdoc/>
    public override void Ended(string call, TimeSpan time, long? count)
    {
        string given = count is { } number ? string.Create(CultureInfo.InvariantCulture, $" ({number:n0})") : "";
        cmdlet.WriteDebug(string.Create(CultureInfo.InvariantCulture, $"{call}{given}: {time.TotalMilliseconds:0.000} ms."));
    }
}
