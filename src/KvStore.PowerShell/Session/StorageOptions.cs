// Connect-KvStorage and New-PSDrive name a storage alike: what one of them takes, the other takes too.
using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Security;

namespace KvStore.PowerShell;

/// <summary>A storage as a command's parameters name it.</summary>
/// <param name="Storage">A plugin's name, a class, an instance, a URL, or cinderlib's hashtable of one of these as <c>storage</c> and options; null for what the connection says.</param>
/// <param name="Connection">Where the data lives; it comes before one in a hashtable.</param>
/// <param name="Option">What else the plugin takes, by name; it comes before the same in a hashtable.</param>
/// <param name="Credential">User and password, which come before options of these names.</param>
internal sealed record StorageOptions(object? Storage, string? Connection, IDictionary? Option, PSCredential? Credential)
{
    /// <summary>The configuration for Core, with the text of secure strings.</summary>
    /// <param name="baseFolder">The folder that relative file names start from.</param>
    /// <param name="isReadOnly">Whether every change is refused.</param>
    /// <exception cref="KvException"><see cref="KvError.InvalidConfiguration"/>: a URL and a connection are given.</exception>
    public StorageConfiguration GetConfiguration(string baseFolder, bool isReadOnly)
    {
        var entries = new Hashtable(StringComparer.OrdinalIgnoreCase);
        object? storage = ItemText.Unwrap(Storage);
        AddTo(entries, storage as IDictionary ?? new Hashtable { ["storage"] = storage });
        AddTo(entries, Option);
        if (!string.IsNullOrEmpty(Connection))
        {
            entries[StorageConfiguration.ConnectionOption] = Connection;
        }

        if (Credential is not null && Credential != PSCredential.Empty)
        {
            entries["user"] = Credential.UserName;
            entries["password"] = Credential.GetNetworkCredential().Password;
        }

        return StorageConfiguration.FromDictionary(entries, baseFolder, isReadOnly);
    }

    private static void AddTo(Hashtable entries, IDictionary? table)
    {
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            object? value = ItemText.Unwrap(entry.Value);
            entries[entry.Key.ToString()!] = value is SecureString secret ? new NetworkCredential("", secret).Password : value;
        }
    }
}
