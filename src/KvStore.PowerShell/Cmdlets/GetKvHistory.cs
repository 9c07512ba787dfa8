// What an item was before: who asks how it came to be so wants the steps, the last first.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets the changes of items that the storage still keeps, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "KvHistory", DefaultParameterSetName = KeySet)]
[OutputType(typeof(KvChange))]
public sealed class GetKvHistoryCommand : KvKeyCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessKeys()
    {
        KvTarget target = GetTarget();
        foreach (KeySelector key in GetRequiredKeys())
        {
            Report(() => WriteHistory(target, key));
        }
    }

    private void WriteHistory(KvTarget target, KeySelector key)
    {
        if (!key.HasWildcard)
        {
            WriteHistory(target, key.GetFullKey(target), isNeeded: true);
            return;
        }

        foreach (KvItem item in KvSearch.FindItems(target.Storage, target.Store, target.NamespacePath, key.Pattern, Cancellation))
        {
            WriteHistory(target, item.FullKey, isNeeded: false);
        }
    }

    private void WriteHistory(KvTarget target, string fullKey, bool isNeeded)
    {
        WriteVerbose($"Reading the history of {target.Describe(fullKey)} of storage '{target.StorageName}'.");
        bool isThere = false;
        foreach (KvChange change in target.Storage.GetHistory(target.Store, fullKey, Cancellation))
        {
            isThere = true;
            WriteObject(change.SeenFrom(target.NamespacePath, target.StorageName));
        }

        if (isNeeded && !isThere)
        {
            throw new KvException(
                KvError.ItemNotFound,
                $"There is no item '{KvPath.ToAbsolute(fullKey)}' in store '{target.Store}' of storage '{target.StorageName}', and no earlier state of it is kept. Set-KvStore -HistoryPeriod has a store keep them.",
                fullKey);
        }
    }
}
