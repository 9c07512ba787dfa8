// The provider's foundation: which drive and place a path means, and how errors and Ctrl+C pass between the engine and Core.
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace KvStore.PowerShell;

/// <summary>
/// Stores as drives: stores are the directories at the top, namespaces those beneath, and items are both files and, where
/// keys go on behind them, directories. Each part of the class has one duty.
/// </summary>
[CmdletProvider("KvStore", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter | ProviderCapabilities.Credentials)]
[OutputType(typeof(KvNodeInfo), ProviderCmdlet = ProviderCmdlet.GetChildItem)]
[OutputType(typeof(KvNodeInfo), ProviderCmdlet = ProviderCmdlet.GetItem)]
[OutputType(typeof(KvNodeInfo), ProviderCmdlet = ProviderCmdlet.NewItem)]
public sealed partial class KvProvider : NavigationCmdletProvider, IContentCmdletProvider, IPropertyCmdletProvider
{
    private readonly CancellationTokenSource _stopping = new();

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>Where a path leads: a drive and a place in its storage.</summary>
    private readonly record struct Target(string ProviderPath, KvDriveInfo Drive, KvLocation Location)
    {
        public KvStorage Storage => Drive.Storage;

        public string Store => Location.Store!;

        public string Path => Location.Path;

        public bool IsTop => Location.Store is null;

        public bool IsStore => Location.Store is not null && Location.Path.Length == 0;

        public override string ToString() => $"{Drive.Name}:{Separator}{PowerShell.ProviderPath.GetRest(ProviderPath)}";

        private static char Separator => PowerShell.ProviderPath.Separator;
    }

    /// <summary>The target of a provider path.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: there is no such drive, or the path is malformed.</exception>
    private Target GetTarget(string path)
    {
        string name = ProviderPath.GetDriveName(path);
        KvDriveInfo? drive = FindDrive(name);
        return drive is null
            ? throw new KvException(KvError.InvalidPath, $"There is no kv drive '{name}'. A provider path begins with a drive's name: KvStore::kv/myKV/key. Get-PSDrive -PSProvider KvStore lists the drives.", path)
            : new Target(path, drive, drive.GetLocation(path));
    }

    // The session's drives, not the provider's: those leave out drives that a function or script made for itself.
    private KvDriveInfo? FindDrive(string name)
    {
        bool IsNamed(PSDriveInfo drive) => drive.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        return PSDriveInfo is KvDriveInfo own && IsNamed(own) ? own : SessionState.Drive.GetAll().OfType<KvDriveInfo>().FirstOrDefault(IsNamed);
    }

    /// <summary>The provider path of a child of a target.</summary>
    private static string GetChildPath(Target target, string name) => ProviderPath.Join(target.ProviderPath, KvPath.ToDrivePath(name));

    /// <summary>What is at a target; null if nothing is.</summary>
    private KvNodeInfo? Find(Target target)
    {
        if (target.IsTop)
        {
            return new KvNodeInfo(target.Location, node: null);
        }

        if (target.IsStore)
        {
            return KvPath.IsStoreName(target.Store) && target.Storage.GetStore(target.Store, _stopping.Token) is { } store
                ? new KvNodeInfo(target.Location, node: null, store)
                : null;
        }

        return KvPath.IsStoreName(target.Store) && KvSearch.FindNode(target.Storage, target.Store, target.Path, _stopping.Token) is { } node
            ? new KvNodeInfo(target.Location, node)
            : null;
    }

    /// <summary>Does what a command asks of a path; an error is written for this path, and the command goes on with the next.</summary>
    private void Run(string path, Action<Target> action)
    {
        try
        {
            action(GetTarget(path));
        }
        catch (KvException e)
        {
            WriteError(KvErrorRecord.From(e));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Answers a question about a path; an error ends the command, since the engine would take any answer for the truth.</summary>
    private T Ask<T>(string path, Func<Target, T> question)
    {
        try
        {
            return question(GetTarget(path));
        }
        catch (KvException e)
        {
            ThrowTerminatingError(KvErrorRecord.From(e));
            throw;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private KvNodeInfo Require(Target target) =>
        Find(target) ?? throw new KvException(KvError.ItemNotFound, $"There is nothing at '{target}'. Get-ChildItem shows what there is.", target.ToString());

    private void Write(Target target, KvNodeInfo node) => Write(target.ProviderPath, node);

    private void Write(string path, KvNodeInfo node)
    {
        if (node.StoreInfo is null)
        {
            WriteItemObject(node, path, node.IsNamespace);
            return;
        }

        // A name of its own gives stores a table of their own.
        var store = new PSObject(node);
        store.TypeNames.Insert(0, $"{typeof(KvNodeInfo).FullName}#Store");
        WriteItemObject(store, path, isContainer: true);
    }
}
