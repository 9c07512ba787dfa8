// A storage of one's own, in C# or as a PowerShell class, becomes as good as those that ship with the module.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Registers storage plugins for the rest of the process: a class derived from KvStore.KvStorage, or those in a folder. The
/// methods of a PowerShell class run in the runspace that defined it: use one from there only.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "KvStorage", SupportsShouldProcess = true, DefaultParameterSetName = "Type")]
[OutputType(typeof(StoragePlugin))]
public sealed class RegisterKvStorageCommand : KvCmdlet
{
    /// <summary>The name by which the plugin is chosen, without regard to case. It takes the place of one with the same name and schemes.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Type")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The class; its constructor's parameters are the plugin's options.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Type")]
    public Type Type { get; set; } = typeof(KvStorage);

    /// <summary>URL schemes by which the plugin is chosen too.</summary>
    [Parameter(ParameterSetName = "Type")]
    public string[] Scheme { get; set; } = [];

    /// <summary>A folder of the file system with a plugin in C#: its assemblies are loaded from there, and from nowhere else.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Emits the plugins.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        string what = Path.Length > 0 ? FilePath.Resolve(SessionState, Path) : Name;
        if (!ShouldProcess(what, "Register storage"))
        {
            return;
        }

        IReadOnlyList<StoragePlugin> plugins = Path.Length > 0 ? StoragePlugin.FromFolder(what) : [new StoragePlugin(Name, Type, Scheme)];
        foreach (StoragePlugin plugin in plugins)
        {
            StorageRegistry.Shared.Register(plugin);
            if (PassThru)
            {
                WriteObject(plugin);
            }
        }
    }
}
