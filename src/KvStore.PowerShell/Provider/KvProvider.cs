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
    private readonly record struct Target(KvDriveInfo Drive, KvLocation Location)
    {
        public string ProviderPath => Drive.GetProviderPath(Location);

        // By this the cmdlets find the storage again.
        public string StorageName => Drive.Name + ":";

        public KvStorage Storage => Drive.Storage;

        public string Store => Location.Store!;

        public string Path => Location.Path;

        public bool IsRoot => Location == Drive.Place;

        public bool IsTop => Location.Store is null;

        public bool IsStore => Location.Store is not null && Location.Path.Length == 0;

        public Target Child(string name) => this with { Location = Location.Child(name) };

        public override string ToString() => ProviderPath;
    }

    /// <summary>The target of a provider path.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidPath"/>: there is no such drive, or the path is malformed.</exception>
    private Target GetTarget(string path)
    {
        KvDriveInfo? drive = KvDriveInfo.Find(SessionState, PSDriveInfo, path);
        return drive is null
            ? throw new KvException(KvError.InvalidPath, $"'{path}' is on no kv drive. A provider path begins with a drive: KvStore::kv:/myKV/key. Get-PSDrive -PSProvider KvStore lists the drives.", path)
            : new Target(drive, drive.GetLocation(path));
    }

    /// <summary>The target of a provider path that is only asked about: what no path can name is not there.</summary>
    private Target? FindTarget(string path)
    {
        try
        {
            return KvDriveInfo.Find(SessionState, PSDriveInfo, path) is { } drive ? new Target(drive, drive.GetLocation(path)) : null;
        }
        catch (KvException e) when (e.Error == KvError.InvalidPath)
        {
            return null;
        }
    }

    /// <summary>What is at a target; null if nothing is.</summary>
    private KvNodeInfo? Find(Target target)
    {
        if (target.IsTop)
        {
            return new KvNodeInfo(target.StorageName, target.ProviderPath, target.Location, node: null);
        }

        if (target.IsStore)
        {
            KvStoreInfo? store = KvPath.IsStoreName(target.Store) ? target.Storage.GetStore(target.Store, _stopping.Token) : null;
            return store is not null || target.IsRoot ? new KvNodeInfo(target.StorageName, target.ProviderPath, target.Location, node: null, store) : null;
        }

        // The root of a drive is always there: a namespace comes with its first item, and that may be made here.
        KvNode? node = KvPath.IsStoreName(target.Store) ? KvSearch.FindNode(target.Storage, target.Store, target.Path, _stopping.Token) : null;
        return node is not null || target.IsRoot
            ? new KvNodeInfo(target.StorageName, target.ProviderPath, target.Location, node ?? new KvNode(target.Path, item: null, isNamespace: true))
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
    private bool Ask(string path, Func<Target, bool> question)
    {
        try
        {
            return FindTarget(path) is { } target && question(target);
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

    private void Write(KvNodeInfo node) => Write(node, node.StoreInfo is null ? null : "Store");

    // A name of its own gives a table of its own: to stores, and to what a recursive listing shows.
    private void Write(KvNodeInfo node, string? view)
    {
        if (view is null)
        {
            WriteItemObject(node, node.FullName, node.IsNamespace);
            return;
        }

        var shown = new PSObject(node);
        shown.TypeNames.Insert(0, $"{typeof(KvNodeInfo).FullName}#{view}");
        WriteItemObject(shown, node.FullName, node.IsNamespace);
    }
}
