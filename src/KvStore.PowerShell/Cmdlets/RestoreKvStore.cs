// The way back from a backup takes away all that came since, so it asks.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Replaces all that a storage holds by what a file of Backup-KvStore holds, as a whole or not at all.</summary>
[Cmdlet(VerbsData.Restore, "KvStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RestoreKvStoreCommand : KvStorageCmdlet
{
    /// <summary>A file of Backup-KvStore in the file system, wherever the current location is.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvStorage storage = GetStorage();
        BackupFile.RequireSupport(storage);
        string file = FilePath.Resolve(SessionState, Path);
        BackupFile.CheckSource(file);
        if (!ShouldProcess($"storage '{GetStorageName()}' ({storage.Description})", $"Replace all stores by those of '{file}'", Force))
        {
            return;
        }

        using var progress = new ShareProgress(this, $"Restoring storage '{GetStorageName()}'");
        FilePath.Use(file, () => Restore(storage, file, progress));
        WriteVerbose($"Restored storage '{GetStorageName()}' from '{file}'.");
    }

    private bool Restore(KvStorage storage, string file, ShareProgress progress)
    {
        try
        {
            storage.Restore(file, progress, Cancellation);
            return true;
        }
        catch (KvException e) when (e.Error == KvError.ForeignDatabase && BackupFile.IsDocument(file))
        {
            throw new KvException(e.Error, $"File '{file}' is no backup, and looks like a document of Export-KvStore; nothing was restored. Import-KvStore imports a document.", file, e);
        }
    }
}
