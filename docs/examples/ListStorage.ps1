# A storage as a PowerShell class: the four required members, everything else follows from the contract's defaults.
# Dot-source it after Import-Module KvStore, then: Connect-KvStorage ([ListStorage]) -Name mine
using namespace System.Collections.Generic
using namespace System.Threading

class ListStorage : KvStore.KvStorage {
    hidden [hashtable] $Stores = @{}

    [IEnumerable[KvStore.KvStoreInfo]] GetStores([CancellationToken] $cancellation) {
        return [KvStore.KvStoreInfo[]] @($this.Stores.Keys | Where-Object { $this.Stores[$_].Count } | Sort-Object)
    }

    [KvStore.KvItem] Get([string] $store, [string] $fullKey, [CancellationToken] $cancellation) {
        return $this.Scan($store, [KvStore.KvRange] @{ Prefix = $fullKey; Limit = 1 }, $cancellation) | Where-Object FullKey -CEQ $fullKey
    }

    [IEnumerable[KvStore.KvItem]] Scan([string] $store, [KvStore.KvRange] $range, [CancellationToken] $cancellation) {
        $name = $this.Stores.Keys | Where-Object { $_ -eq $store }    # as it was first spelled
        $keys = $this.Stores[$store].Keys | Where-Object { $null -ne $_ -and $range.Contains($_) } | Select-Object -First ($range.Limit ?? [int]::MaxValue)
        return [KvStore.KvItem[]] @(foreach ($key in $keys) { [KvStore.KvItem]::new($name, $key, $this.Stores[$store][$key]) })
    }

    [KvStore.KvCommit] Commit([string] $store, [KvStore.KvBatch] $batch, [CancellationToken] $cancellation) {
        $this.Stores[$store] ??= [SortedList[string, string]]::new([KvStore.KvOrder]::Instance)
        foreach ($key in $batch.Deletes) { $this.Stores[$store].Remove($key) }
        foreach ($set in $batch.Sets) { $this.Stores[$store][$set.FullKey] = $set.Value }
        return [KvStore.KvCommit]::Done
    }
}
