// What New-PSDrive takes for a kv drive beyond its name and root.
using System.Collections;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The dynamic parameters of New-PSDrive for kv drives.</summary>
public sealed class KvDriveParameters
{
    /// <summary>The name of a connected storage, or what Connect-KvStorage takes: a plugin's name, a storage class, an instance of one, a URL, or a hashtable in cinderlib's form. Without it the plugin of the connection's scheme, or the default storage.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public object? Storage { get; set; }

    /// <summary>Where the data lives, usually a URL such as <c>sqlite:///relative.db</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Connection { get; set; }

    /// <summary>What else the plugin takes, by name.</summary>
    [Parameter]
    public IDictionary? Option { get; set; }

    /// <summary>Refuses every change.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    internal StorageConfiguration GetConfiguration(PSCredential? credential, string baseFolder) =>
        new StorageOptions(Storage, Connection, Option, credential).GetConfiguration(baseFolder, ReadOnly);
}
