// What New-PSDrive takes for a kv drive beyond its name and root.
using System.Collections;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The dynamic parameters of New-PSDrive for kv drives.</summary>
public sealed class KvDriveParameters
{
    /// <summary>The name of a connected storage, a plugin's name, a storage class, or an instance of one. Without it the plugin of the connection's scheme, or the default storage.</summary>
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

    internal StorageConfiguration GetConfiguration(PSCredential? credential, string baseFolder)
    {
        var entries = new Hashtable(StringComparer.OrdinalIgnoreCase) { ["storage"] = ItemText.Unwrap(Storage) };
        foreach (DictionaryEntry option in Option ?? new Hashtable())
        {
            entries[option.Key.ToString()!] = ItemText.Unwrap(option.Value);
        }

        if (Connection is not null)
        {
            entries[StorageConfiguration.ConnectionOption] = Connection;
        }

        if (credential is not null && credential != PSCredential.Empty)
        {
            entries["user"] = credential.UserName;
            entries["password"] = credential.GetNetworkCredential().Password;
        }

        return StorageConfiguration.FromDictionary(entries, baseFolder, ReadOnly);
    }
}
