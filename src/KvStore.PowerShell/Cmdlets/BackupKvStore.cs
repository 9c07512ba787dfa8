// A copy of all that a storage holds, while others work on it: what to have before a disk fails.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Writes a whole copy of a storage, as it is at one moment, to a file, while others read and write it.</summary>
[Cmdlet(VerbsData.Backup, "KvStore", SupportsShouldProcess = true)]
public sealed class BackupKvStoreCommand : KvStorageCmdlet
{
    /// <summary>A file of the file system, wherever the current location is. It gets its name when it is complete.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Replaces a file that exists already, unless it is a database in use.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvStorage storage = GetStorage();
        BackupFile.RequireSupport(storage);
        string file = FilePath.Resolve(SessionState, Path);
        BackupFile.CheckTarget(file, Force);
        if (!ShouldProcess(file, $"Back up storage '{GetStorageName()}'"))
        {
            return;
        }

        using var progress = new ShareProgress(this, $"Backing up storage '{GetStorageName()}'");
        BackupFile.Write(file, Force, part => storage.Backup(part, progress, Cancellation));
        WriteVerbose($"Backed up storage '{GetStorageName()}' to '{file}'.");
    }
}
