// Listing streams and recurses here, not in the engine, which would ask of each child whether it is a container.
using System.Management.Automation;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override void GetItem(string path) => Run(path, target => Write(Require(target)));

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ListingParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ListingParameters();

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth) => Run(path, target =>
    {
        if (Require(target) is { IsNamespace: false } item)
        {
            Write(item);
            return;
        }

        var filter = new ListingFilter(Filter, DynamicParameters as ListingParameters);
        bool isRecursive = recurse && depth > 0;
        foreach (KvNodeInfo node in GetNodes(target, isRecursive ? (int)Math.Min(depth, int.MaxValue) : 0))
        {
            if (Stopping)
            {
                return;
            }

            if (!filter.Selects(node))
            {
                continue;
            }

            if (isRecursive)
            {
                Write(node, "Tree");
            }
            else
            {
                Write(node);
            }
        }
    });

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Run(path, target =>
    {
        if (Require(target) is { IsNamespace: false } item)
        {
            WriteItemObject(item.Name, item.FullName, isContainer: false);
            return;
        }

        var filter = new ListingFilter(Filter, DynamicParameters as ListingParameters);
        foreach (KvNodeInfo node in GetNodes(target, depth: 0))
        {
            if (Stopping)
            {
                return;
            }

            // The engine recurses by the containers that it is given, whatever the filter says of their names.
            if ((returnContainers == ReturnContainers.ReturnAllContainers && node.IsNamespace) || filter.Selects(node))
            {
                WriteItemObject(node.Name, node.FullName, node.IsNamespace);
            }
        }
    });

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => Ask(path, target => target switch
    {
        { IsTop: true } => target.Storage.GetStores(_stopping.Token).Any(),
        _ when !KvPath.IsStoreName(target.Store) || !KvPath.IsNamespace(target.Path) => false,
        _ => KvSearch.HasChildren(target.Storage, target.Store, target.Path, _stopping.Token)
            || (target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces)
                && target.Storage.GetKeptNamespaces(target.Store, target.Path, _stopping.Token).Any(kept => kept != target.Path)),
    });

    private IEnumerable<KvNodeInfo> GetNodes(Target target, int depth) =>
        target.IsTop ? GetStores(target, depth) : GetNodesOfStore(target, depth, target.ProviderPath, storeName: "");

    private IEnumerable<KvNodeInfo> GetStores(Target target, int depth)
    {
        foreach (KvStoreInfo store in target.Storage.GetStores(_stopping.Token))
        {
            Target child = target.Child(store.Name);
            yield return new KvNodeInfo(child.StorageName, child.ProviderPath, child.Location, node: null, store);
            if (depth > 0)
            {
                foreach (KvNodeInfo node in GetNodesOfStore(child, depth == int.MaxValue ? depth : depth - 1, child.ProviderPath, store.Name))
                {
                    yield return node;
                }
            }
        }
    }

    private IEnumerable<KvNodeInfo> GetNodesOfStore(Target target, int depth, string parent, string storeName)
    {
        if (!KvPath.IsStoreName(target.Store) || !KvPath.IsNamespace(target.Path))
        {
            yield break;
        }

        string storage = target.StorageName;
        foreach (KvNode node in KvSearch.GetNodes(target.Storage, target.Store, target.Path, depth, _stopping.Token))
        {
            string relative = KvPath.ToDrivePath(KvPath.GetRelative(node.Path, target.Path)).Replace(KvPath.Separator, ProviderPath.Separator);
            yield return new KvNodeInfo(storage, ProviderPath.Join(parent, relative), target.Location with { Path = node.Path }, node)
            {
                RelativeName = ProviderPath.Join(storeName, relative),
            };
        }
    }
}
