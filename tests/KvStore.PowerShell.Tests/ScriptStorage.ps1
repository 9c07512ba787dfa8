# A storage as a script's author writes it: a class with the four required members. It is parsed after the module is loaded.
class ScriptStorage : KvStore.KvStorage {
    hidden [hashtable] $Stores = @{}

    [System.Collections.Generic.IEnumerable[KvStore.KvStoreInfo]] GetStores([Threading.CancellationToken] $cancellation) {
        return [KvStore.KvStoreInfo[]] @($this.Stores.Keys | Sort-Object | Where-Object { $this.Stores[$_].Count } | ForEach-Object { [KvStore.KvStoreInfo]::new($_) })
    }

    [KvStore.KvItem] Get([string] $store, [string] $fullKey, [Threading.CancellationToken] $cancellation) {
        if ($this.Stores[$store]?.ContainsKey($fullKey)) { return [KvStore.KvItem]::new($store, $fullKey, $this.Stores[$store][$fullKey]) }
        return $null
    }

    [System.Collections.Generic.IEnumerable[KvStore.KvItem]] Scan([string] $store, [KvStore.KvRange] $range, [Threading.CancellationToken] $cancellation) {
        $keys = @($this.Stores[$store]?.Keys | Where-Object { $range.Contains($_) } | Select-Object -First ($range.Limit ?? [int]::MaxValue))
        return [KvStore.KvItem[]] @($keys | ForEach-Object { [KvStore.KvItem]::new($store, $_, $this.Stores[$store][$_]) })
    }

    [KvStore.KvCommit] Commit([string] $store, [KvStore.KvBatch] $batch, [Threading.CancellationToken] $cancellation) {
        $this.Stores[$store] ??= [System.Collections.Generic.SortedDictionary[string, string]]::new([KvStore.KvOrder]::Instance)
        foreach ($key in $batch.Deletes) { $null = $this.Stores[$store].Remove($key) }
        foreach ($set in $batch.Sets) { $this.Stores[$store][$set.FullKey] = $set.Value }
        return [KvStore.KvCommit]::Done
    }
}
