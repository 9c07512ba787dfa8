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
            NewItem(target, ToText(newItemValue ?? ""));
        }
    });

    /// <inheritdoc/>
    protected override void SetItem(string path, object? value) => Run(path, target =>
    {
        string text = ToText(value ?? "");
        if (ShouldProcess(target.ToString(), "Set item"))
        {
            Commit(target, new KvBatch().Set(GetKey(target), text));
            Write(target, Require(target));
        }
    });

    /// <inheritdoc/>
    protected override void ClearItem(string path) => Run(path, target =>
    {
        if (!Require(target).IsItem)
        {
            throw new KvException(KvError.InvalidPath, $"'{target}' is no item and has no value to clear. Remove-Item -Recurse removes what lies beneath a namespace.", target.ToString());
        }

        if (ShouldProcess(target.ToString(), "Clear item"))
        {
            Commit(target, new KvBatch().Set(GetKey(target), ""));
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

        if (!recurse && node.IsNamespace && HasChildItems(path))
        {
            throw new KvException(KvError.NamespaceNotEmpty, $"'{target}' is not empty. Remove-Item -Recurse removes it with all that is in it.", target.ToString());
        }

        if (!ShouldProcess(target.ToString(), target.IsStore ? "Remove store" : node.IsNamespace ? "Remove namespace" : "Remove item"))
        {
            return;
        }

        if (target.IsStore)
        {
            target.Storage.RemoveStore(target.Store, _stopping.Token);
            return;
        }

        var batch = new KvBatch();
        if (node.IsNamespace)
        {
            batch.DeleteNamespace(target.Path);
        }

        Commit(target, node.IsItem ? batch.Delete(target.Path) : batch);
    });

    private static bool IsType(string[] names, string? typed) => typed is not null && names.Contains(typed, StringComparer.OrdinalIgnoreCase);

    private static string ToText(object value) => ItemText.FromValue("", value);

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

            Write(target, existing);
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

        Write(target, Require(target));
    }

    private void NewItem(Target target, string value)
    {
        string key = GetKey(target);
        if (!ShouldProcess(target.ToString(), "New item"))
        {
            return;
        }

        var batch = new KvBatch().Set(key, value);
        bool hasConditions = target.Storage.Capabilities.HasFlag(KvCapabilities.Conditions);
        if (!Force && !hasConditions && target.Storage.Get(target.Store, key, _stopping.Token) is { } existing)
        {
            KvCommit.Failed(new KvCondition(key, Version: 0), existing).ThrowIfFailed();
        }

        Commit(target, Force || !hasConditions ? batch : batch.RequireAbsent(key));
        Write(target, Require(target));
    }

    private KvCommit Commit(Target target, KvBatch batch) => target.Storage.Commit(target.Store, batch, _stopping.Token).ThrowIfFailed();
}
