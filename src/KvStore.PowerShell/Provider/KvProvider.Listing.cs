// Listing streams and recurses here, not in the engine, which would ask of each child whether it is a container.
using System.Management.Automation;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    protected override void GetItem(string path) => Run(path, target => Write(target, Require(target)));

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ListingParameters();

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ListingParameters();

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth) => Run(path, target =>
    {
        var parameters = DynamicParameters as ListingParameters ?? new ListingParameters();
        WildcardPattern? filter = GetFilter();
        foreach ((string childPath, KvNodeInfo node) in GetNodes(target, recurse ? (int)Math.Min(depth, int.MaxValue) : 0))
        {
            if (Stopping)
            {
                return;
            }

            if (parameters.Wants(node) && filter?.IsMatch(node.Name) != false)
            {
                Write(childPath, node);
            }
        }
    });

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Run(path, target =>
    {
        var parameters = DynamicParameters as ListingParameters ?? new ListingParameters();
        WildcardPattern? filter = GetFilter();
        foreach ((string childPath, KvNodeInfo node) in GetNodes(target, depth: 0))
        {
            if (Stopping)
            {
                return;
            }

            // The engine recurses by the containers that it is given, whatever the filter says of their names.
            bool isWanted = (returnContainers == ReturnContainers.ReturnAllContainers && node.IsNamespace)
                || (parameters.Wants(node) && filter?.IsMatch(node.Name) != false);
            if (isWanted)
            {
                WriteItemObject(node.Name, childPath, node.IsNamespace);
            }
        }
    });

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => Ask(path, target => target switch
    {
        { IsTop: true } => target.Storage.GetStores(_stopping.Token).Any(),
        _ when !KvPath.IsStoreName(target.Store) => false,
        _ => KvSearch.HasChildren(target.Storage, target.Store, target.Path, _stopping.Token)
            || (target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces)
                && target.Storage.GetKeptNamespaces(target.Store, target.Path, _stopping.Token).Any(kept => kept != target.Path)),
    });

    private IEnumerable<(string Path, KvNodeInfo Node)> GetNodes(Target target, int depth) =>
        target.IsTop ? GetStores(target, depth) : GetNodesOfStore(target, depth);

    private IEnumerable<(string Path, KvNodeInfo Node)> GetStores(Target target, int depth)
    {
        foreach (KvStoreInfo store in target.Storage.GetStores(_stopping.Token))
        {
            Target child = new(GetChildPath(target, store.Name), target.Drive, target.Location.Child(store.Name));
            yield return (child.ProviderPath, new KvNodeInfo(child.Location, node: null, store));
            if (depth > 0)
            {
                foreach ((string path, KvNodeInfo node) in GetNodesOfStore(child, depth == int.MaxValue ? depth : depth - 1))
                {
                    yield return (path, node);
                }
            }
        }
    }

    private IEnumerable<(string Path, KvNodeInfo Node)> GetNodesOfStore(Target target, int depth)
    {
        if (!KvPath.IsStoreName(target.Store))
        {
            yield break;
        }

        foreach (KvNode node in KvSearch.GetNodes(target.Storage, target.Store, target.Path, depth, _stopping.Token))
        {
            KvLocation location = target.Location with { Path = node.Path };
            string rest = KvPath.ToDrivePath(KvPath.GetRelative(node.Path, target.Path)).Replace(KvPath.Separator, ProviderPath.Separator);
            yield return (ProviderPath.Join(target.ProviderPath, rest), new KvNodeInfo(location, node));
        }
    }

    private WildcardPattern? GetFilter() => string.IsNullOrEmpty(Filter) ? null : WildcardPattern.Get(Filter, WildcardOptions.None);
}
