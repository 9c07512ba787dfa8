// Paths as text, and whether something is there. The base class asks the storage for names; here only the storage's
// own questions do.
namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override bool IsValidPath(string path)
    {
        KvLocation? place = FindTarget(path)?.Location;
        return place is not null
            && (place is not { Store: string store, Path: string key } || (KvPath.IsStoreName(store) && (key.Length == 0 || KvPath.IsKey(key))));
    }

    /// <inheritdoc/>
    protected override bool ItemExists(string path)
    {
        try
        {
            return FindTarget(path) is { } target && Exists(target);
        }
        catch (KvException e)
        {
            // Of all that is thrown here the engine makes "does not exist"; what is written comes before that.
            WriteError(KvErrorRecord.From(e));
            return false;
        }
    }

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => Ask(path, target => target.IsRoot || (target.IsStore ? Exists(target) : IsNamespace(target)));

    /// <inheritdoc/>
    protected override string MakePath(string parent, string child) => ProviderPath.Join(parent, child);

    /// <inheritdoc/>
    protected override string GetParentPath(string path, string? root) => ProviderPath.GetParent(path, root);

    /// <inheritdoc/>
    protected override string GetChildName(string path) => ProviderPath.GetName(path);

    /// <inheritdoc/>
    protected override string NormalizeRelativePath(string path, string? basePath) => ProviderPath.GetRelative(path, basePath ?? "");

    private bool Exists(Target target)
    {
        if (target.IsRoot)
        {
            return true;
        }

        if (!KvPath.IsStoreName(target.Store))
        {
            return false;
        }

        return target.IsStore
            ? target.Storage.GetStore(target.Store, _stopping.Token) is not null
            : (KvPath.IsKey(target.Path) && HasItem(target)) || IsNamespace(target);
    }

    private bool HasItem(Target target)
    {
        try
        {
            return target.Storage.Get(target.Store, target.Path, _stopping.Token) is not null;
        }
        catch (KvException e) when (e.Error == KvError.StorageDamaged && target.Path.Equals(e.Target))
        {
            // A damaged item is there: who reads it is told of the damage, and not that there is nothing.
            return true;
        }
    }

    private bool IsNamespace(Target target) =>
        KvPath.IsStoreName(target.Store) && KvSearch.IsNamespace(target.Storage, target.Store, target.Path, _stopping.Token);
}
