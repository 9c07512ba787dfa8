// Making, setting and removing: every change asks ShouldProcess itself, because the engine does not.
using System.Management.Automation;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    private static readonly string[] ItemTypes = ["Item", "File"];
    private static readonly string[] NamespaceTypes = ["Namespace", "Directory", "Container"];

    /// <inheritdoc/>
    protected override void NewItem(string path, string? itemTypeName, object? newItemValue) => Run(path, target =>
    {
        bool isNamespace = IsType(NamespaceTypes, itemTypeName) || (string.IsNullOrEmpty(itemTypeName) && target.IsStore && newItemValue is null);
        if (!isNamespace && !string.IsNullOrEmpty(itemTypeName) && !IsType(ItemTypes, itemTypeName))
        {
            throw new KvException(KvError.InvalidValue, $"'{itemTypeName}' is no type of a kv drive. Use Item or Namespace (or their aliases File and Directory).", itemTypeName);
        }

        if (isNamespace)
        {
            NewNamespace(target, newItemValue);
        }
        else
        {
            NewItem(target, newItemValue ?? "");
        }
    });

    /// <inheritdoc/>
    protected override void SetItem(string path, object? value) => Run(path, target =>
    {
        string key = GetKey(target);
        string text = ItemText.FromValue(key, value ?? "");
        if (ShouldProcess(target.ToString(), "Set item"))
        {
            Commit(target, new KvBatch().Set(key, text));
            Write(Require(target));
        }
    });

    /// <inheritdoc/>
    protected override void ClearItem(string path) => Run(path, target =>
    {
        KvNodeInfo node = Require(target);
        if (!node.IsItem)
        {
            throw new KvException(KvError.InvalidPath, $"'{target}' is no item and has no value to clear. Remove-Item -Recurse removes what lies beneath a namespace.", target.ToString());
        }

        if (ShouldProcess(target.ToString(), "Clear item"))
        {
            Commit(target, new KvBatch().Set(GetKey(target), "", node.Expires));
            Write(Require(target));
        }
    });

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Run(path, target =>
    {
        KvNodeInfo node = Require(target);
        if (target.IsTop)
        {
            throw new KvException(KvError.InvalidPath, $"The top of drive '{target.Drive.Name}:' cannot be removed. Remove-PSDrive removes the drive, Remove-KvStore a store.", target.ToString());
        }

        // Not recursive and with children: so the engine calls for -Include, which chose the item and not what lies beneath it.
        bool keepsChildren = !recurse && node.IsNamespace && HasChildItems(path);
        if (keepsChildren && !node.IsItem)
        {
            throw new KvException(KvError.NamespaceNotEmpty, $"'{target}' is not empty. Remove-Item -Recurse removes it with all that is in it.", target.ToString());
        }

        bool removesNamespace = node.IsNamespace && !keepsChildren;
        if (ShouldProcess(target.ToString(), target.IsStore ? "Remove store" : removesNamespace ? "Remove namespace" : "Remove item"))
        {
            Remove(target, node, removesNamespace);
        }
    });

    private void Remove(Target target, KvNodeInfo node, bool removesNamespace)
    {
        if (target.IsStore)
        {
            target.Storage.RemoveStore(target.Store, _stopping.Token);
            return;
        }

        var batch = new KvBatch();
        if (removesNamespace && target.Storage.Capabilities.HasFlag(KvCapabilities.NamespaceDeletes))
        {
            batch.DeleteNamespace(target.Path);
        }
        else if (removesNamespace)
        {
            // Such a storage would be given every key beneath in one batch, which may be more than it commits at once.
            using var writer = new KvBatchWriter(target.Storage, target.Store, _stopping.Token);
            foreach (KvItem item in target.Storage.Scan(target.Store, KvRange.Beneath(target.Path) with { KeysOnly = true }, _stopping.Token))
            {
                writer.Delete(item.FullKey);
            }

            writer.Flush();
        }

        if (node.IsItem)
        {
            batch.Delete(target.Path);
        }

        if (batch.Count > 0)
        {
            Commit(target, batch);
        }
    }

    private static bool IsType(string[] names, string? typed) => typed is not null && names.Contains(typed, StringComparer.OrdinalIgnoreCase);

    /// <summary>The full key of a target that is to be an item: a key can neither be empty nor begin or end with white space.</summary>
    private static string GetKey(Target target) =>
        target.IsTop || target.IsStore
            ? throw new KvException(KvError.InvalidPath, $"'{target}' cannot be an item: an item needs a key in a store, such as {target.Drive.Name}:/myKV/key.", target.ToString())
            : target.Path;

    private void NewNamespace(Target target, object? value)
    {
        if (value is not null)
        {
            throw new KvException(KvError.InvalidValue, "A namespace has no value. Leave out -Value, or make an item.", target.ToString());
        }

        KvNodeInfo? existing = Find(target);
        if (existing is { IsNamespace: true })
        {
            if (!Force)
            {
                throw new KvException(target.IsStore ? KvError.StoreExists : KvError.NamespaceExists, $"'{target}' exists already. -Force takes it as it is.", target.ToString());
            }

            if (!target.IsStore && target.Storage.Capabilities.HasFlag(KvCapabilities.EmptyNamespaces) && ShouldProcess(target.ToString(), "Keep namespace"))
            {
                Commit(target, new KvBatch().AddNamespace(target.Path));
            }

            Write(existing);
            return;
        }

        if (!ShouldProcess(target.ToString(), target.IsStore ? "New store" : "New namespace"))
        {
            return;
        }

        if (target.IsStore)
        {
            target.Storage.CreateStore(target.Store, KvLimits.Default.Within(target.Storage.Limits), _stopping.Token);
        }
        else
        {
            Commit(target, new KvBatch().AddNamespace(target.Path));
        }

        Write(Require(target));
    }

    private void NewItem(Target target, object value)
    {
        string key = GetKey(target);
        string text = ItemText.FromValue(key, value);
        if (!ShouldProcess(target.ToString(), "New item"))
        {
            return;
        }

        var batch = new KvBatch().Set(key, text);
        bool hasConditions = target.Storage.Capabilities.HasFlag(KvCapabilities.Conditions);
        if (!Force && !hasConditions && target.Storage.Get(target.Store, key, _stopping.Token) is { } existing)
        {
            KvCommit.Failed(new KvCondition(key, Version: 0), existing).ThrowIfFailed();
        }

        Commit(target, Force || !hasConditions ? batch : batch.RequireAbsent(key));
        Write(Require(target));
    }

    private KvCommit Commit(Target target, KvBatch batch) => target.Storage.Commit(target.Store, batch, _stopping.Token).ThrowIfFailed();
}
