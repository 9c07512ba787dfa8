// What is connected, and what could be.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets the connected storages, or the plugins to choose from.</summary>
[Cmdlet(VerbsCommon.Get, "KvStorage", DefaultParameterSetName = "Connected")]
[OutputType(typeof(StorageOutput), ParameterSetName = ["Connected"])]
[OutputType(typeof(StoragePlugin), ParameterSetName = ["Available"])]
public sealed class GetKvStorageCommand : KvCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed. Without it all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The plugins that Connect-KvStorage can choose: KvStore's own, those that modules announce, and those registered.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Available")]
    public SwitchParameter ListAvailable { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ListAvailable)
        {
            Write(StorageRegistry.Shared.GetPlugins(), plugin => plugin.Name, plugin => plugin, "There is no storage plugin '{0}'. Register-KvStorage adds one.");
            return;
        }

        // Connecting opens nothing yet: a storage does so at its first use.
        Report(() => KvSession.GetDefaultConnection(SessionState));
        Write(
            StorageConnections.Shared.GetAll(),
            connection => connection.Name,
            connection => new StorageOutput(connection),
            "No storage is connected as '{0}'. Connect-KvStorage -Name connects one.");
    }

    private void Write<T>(IReadOnlyList<T> all, Func<T, string> getName, Func<T, object> show, string missing)
    {
        foreach (string name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
            T[] fitting = [.. all.Where(one => pattern.IsMatch(getName(one)))];
            if (fitting.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                string shown = StorageUrl.Redact(name);
                Report(() => throw new KvException(KvError.StorageNotFound, string.Format(null, missing, shown), shown));
            }

            Array.ForEach(fitting, one => WriteObject(show(one)));
        }
    }
}
