// Where records are: a store as a whole, so that one may stand anywhere in it.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that work on the records of a store.</summary>
public abstract class KvRecordCmdlet : KvStorageCmdlet
{
    /// <summary>The store; without it that of the record that comes through the pipeline, of the current location in a kv drive, or that Set-KvNamespace chose.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? Store { get; set; }

    /// <summary>The records to work on.</summary>
    /// <param name="record">The record that came through the pipeline, which is at home in its own store unless another was named.</param>
    /// <param name="softDeletes">Whether a delete only marks.</param>
    private protected KvRecords GetRecords(KvRecord? record = null, bool softDeletes = false)
    {
        if (record?.Source is { } source && Store is null && Storage is null)
        {
            return new KvRecords(source.Storage, source.Store, Cancellation) { SoftDeletes = softDeletes };
        }

        KvTarget target = KvSession.Current.Resolve(SessionState, Storage, Store, namespacePath: null);
        return new KvRecords(target.Storage, target.Store, Cancellation) { SoftDeletes = softDeletes };
    }

    /// <summary>How a record is named to people.</summary>
    private protected static string Describe(KvRecords records, KvRecord record) => $"{record} in store '{records.Store}'";
}
