// cinderlib's set_persistence: which storage the commands work on, chosen and swapped at run time.
using System.Collections;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Connects a storage under a name. Without -Name it becomes the default storage, in the place of the one before, for all
/// runspaces of the process; the kv: drive follows.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "KvStorage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(StorageOutput))]
public sealed class ConnectKvStorageCommand : KvCmdlet
{
    /// <summary>A plugin's name, a class derived from KvStore.KvStorage, an instance of one, a URL, or a hashtable <c>@{ storage = …; connection = …; … }</c> as cinderlib has it. Without it the plugin of the connection's scheme, or else memory.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [AllowEmptyString]
    [Alias("Configuration")]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public object? Storage { get; set; }

    /// <summary>Where the data lives, usually a URL such as <c>sqlite:///relative.db</c>. Relative file names start from the current folder of the file system.</summary>
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    public string? Connection { get; set; }

    /// <summary>What else the plugin takes, by name.</summary>
    [Parameter]
    public IDictionary Option { get; set; } = new Hashtable();

    /// <summary>The name to connect it under; <c>default</c> without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = DefaultStorage.ConnectionName;

    /// <summary>User and password, given to the plugin as the options <c>user</c> and <c>password</c>.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Refuses every change.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    // No record comes through a pipeline, and an error must end the statement: the next one would write to another storage.
    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Name.Contains(':', StringComparison.Ordinal))
        {
            string shown = StorageUrl.Redact(Name);
            throw new KvException(KvError.InvalidConfiguration, $"'{shown}' cannot name a connection: a colon is for drives. New-PSDrive -PSProvider KvStore makes one.", shown);
        }

        StorageConfiguration configuration = new StorageOptions(Storage, Connection, Option, Credential).GetConfiguration(KvSession.GetFileSystemFolder(SessionState), ReadOnly);
        if (ShouldProcess(Name, "Connect storage"))
        {
            var connection = new StorageOutput(StorageConnections.Shared.Connect(Name, configuration));
            WriteVerbose($"Connected {connection.Description} as '{connection.Name}'.");
            WriteObject(connection);
        }
    }
}
