// Whether what is stored is still what was written; and if not, which items to get from elsewhere.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Checks the stores of a storage for damage, without changing anything, and tells for each whether it is sound, or which of its items are not.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KvStore")]
[OutputType(typeof(StoreCheckOutput))]
public sealed class TestKvStoreCommand : KvStoreCmdlet
{
    /// <summary>Names, without regard to case; wildcards are allowed. Without it the whole storage, with what belongs to no store.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [Alias("Store")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvStorage storage = GetStorage();
        if (Name is null)
        {
            CheckAll(storage);
            return;
        }

        ForEachStore(storage, Name, store => Write(store.Name, store.ItemCount, storage.Check(store.Name, Cancellation)));
    }

    private void CheckAll(KvStorage storage)
    {
        WriteVerbose($"Checking storage '{GetStorageName()}'.");
        var damages = storage.Check(store: null, Cancellation).ToLookup(damage => damage.Store ?? "", StringComparer.OrdinalIgnoreCase);

        // The damaged come first: the damage may be why the list of stores cannot be read.
        foreach (IGrouping<string, KvDamage> damaged in damages)
        {
            Write(damaged.Key.Length == 0 ? null : damaged.Key, itemCount: null, damaged);
        }

        foreach (KvStoreInfo store in storage.GetStores(Cancellation).Where(store => !damages.Contains(store.Name)))
        {
            Write(store.Name, store.ItemCount, []);
        }
    }

    private void Write(string? store, long? itemCount, IEnumerable<KvDamage> damages) =>
        WriteObject(new StoreCheckOutput(GetStorageName(), store, itemCount, [.. damages]));
}
