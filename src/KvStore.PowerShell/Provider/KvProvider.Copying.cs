// Copy, move and rename. The engine refuses them between providers; between two kv drives both paths come here.
using System.Management.Automation;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Run(path, source =>
    {
        KvNodeInfo node = Require(source);
        Target target = GetDestination(source, copyPath);
        if (source.IsTop)
        {
            throw new KvException(KvError.InvalidPath, $"The top of drive '{source.Drive.Name}:' cannot be copied as a whole. Copy its stores: Copy-Item {source.Drive.Name}:/* <target> -Recurse.", source.ToString());
        }

        CheckTarget(node, target);
        if (!ShouldProcess($"Item: {source} Destination: {target}", node.IsNamespace ? "Copy namespace" : "Copy item"))
        {
            return;
        }

        Transfer("Copying", source, target, transfer => transfer.Copy(GetEnd(source), GetEnd(target), recurse));
        if (!node.IsItem && !recurse && Find(target) is null)
        {
            // As with folders, what is copied without -Recurse is the empty namespace.
            NewNamespaceSilently(target);
        }

        WriteTarget(target);
    });

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Run(path, source =>
    {
        KvNodeInfo node = Require(source);
        Move(source, node, GetDestination(source, destination), node.IsNamespace ? "Move namespace" : "Move item");
    });

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Run(path, source =>
    {
        KvNodeInfo node = Require(source);
        if (newName.Length == 0 || newName.IndexOfAny(['/', '\\']) >= 0 || newName is "." or "..")
        {
            throw new KvException(KvError.InvalidPath, $"'{newName}' is no name: it must be one component without '/'. Move-Item moves to another namespace.", newName);
        }

        string targetPath = ProviderPath.Join(ProviderPath.GetParent(source.ProviderPath, root: null), newName);
        Move(source, node, GetTarget(targetPath), "Rename item");
    });

    private void Move(Target source, KvNodeInfo node, Target target, string action)
    {
        if (source.IsTop)
        {
            throw new KvException(KvError.InvalidPath, $"The top of drive '{source.Drive.Name}:' cannot be moved or renamed.", source.ToString());
        }

        CheckTarget(node, target);
        // An item may join a namespace of its name, since a node can be both; anything else would be overwritten or mixed up.
        if (!Force && Find(target) is { } existing && (existing.IsItem || node.IsNamespace))
        {
            throw new KvException(KvError.ConditionFailed, $"'{target}' exists already. -Force overwrites it; nothing was moved.", target.ToString());
        }

        if (ShouldProcess($"Item: {source} Destination: {target}", action))
        {
            Transfer("Moving", source, target, transfer => transfer.Move(GetEnd(source), GetEnd(target)));
            WriteTarget(target);
        }
    }

    // As with files: what is there and can hold things takes the source in; anything else is the name that the source gets.
    private Target GetDestination(Target source, string destination)
    {
        Target target = GetTarget(destination);
        bool isContainer = target.IsRoot || Find(target) is { IsNamespace: true };
        return isContainer ? target.Child(source.Location.Name) : target;
    }

    // At the top only stores can stand, and a store has no value.
    private static void CheckTarget(KvNodeInfo node, Target target)
    {
        KvPath.CheckStoreName(target.Store);
        if (target.IsStore && node.IsItem)
        {
            throw new KvException(KvError.InvalidPath, $"'{target}' would be a store, and an item needs a key in a store. Give a target such as {target.Drive.Name}:/myKV.", target.ToString());
        }
    }

    private static KvEnd GetEnd(Target target) => new(target.Storage, target.Store, target.Path);

    private void Transfer(string activity, Target source, Target target, Action<KvTransfer> action)
    {
        using var progress = new ItemProgress(WriteProgress, $"{activity} {source} to {target}");
        action(new KvTransfer(_stopping.Token) { Progress = progress.Show, LeftOut = WriteWarning });
    }

    private void NewNamespaceSilently(Target target)
    {
        if (target.IsStore)
        {
            target.Storage.CreateStore(target.Store, KvLimits.Default.Within(target.Storage.Limits), _stopping.Token);
        }
        else
        {
            Commit(target, new KvBatch().AddNamespace(target.Path));
        }
    }

    // Something was written, though an empty namespace may have left no trace on a storage that keeps none.
    private void WriteTarget(Target target)
    {
        if (Find(target) is { } node)
        {
            Write(node);
        }
    }
}
