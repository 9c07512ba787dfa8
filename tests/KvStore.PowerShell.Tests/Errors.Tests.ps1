# Errors as scripts rely on them: an id, a category and a target for each code, and details for those who ask.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
}

Describe 'An error' {
    BeforeEach {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace / -Store myKV -Storage default
    }

    It 'has its id, category and target when <Case>' -ForEach @(
        @{ Case = 'an item is missing'; Id = 'ItemNotFound'; Category = 'ObjectNotFound'; Target = 'k'; Do = { Get-KvItem k -ErrorAction Stop } }
        @{ Case = 'a store is missing'; Id = 'StoreNotFound'; Category = 'ObjectNotFound'; Target = 's'; Do = { Get-KvStore s -ErrorAction Stop } }
        @{ Case = 'a storage is missing'; Id = 'StorageNotFound'; Category = 'ObjectNotFound'; Target = 's'; Do = { Get-KvStore -Storage s -ErrorAction Stop } }
        @{ Case = 'a drive is missing'; Id = 'StorageNotFound'; Category = 'ObjectNotFound'; Target = 's:'; Do = { Get-KvStore -Storage s: -ErrorAction Stop } }
        @{ Case = 'a store exists'; Id = 'StoreExists'; Category = 'ResourceExists'; Target = 's'; Do = { $null = New-KvStore s; New-KvStore s -ErrorAction Stop } }
        @{ Case = 'a store name is none'; Id = 'InvalidStoreName'; Category = 'InvalidArgument'; Target = 's s'; Do = { Set-KvItem k v -Store 's s' -ErrorAction Stop } }
        @{ Case = 'a key is too long'; Id = 'KeyTooLong'; Category = 'LimitsExceeded'; Target = 'k' * 511; Do = { Set-KvItem ('k' * 511) v -ErrorAction Stop } }
        @{ Case = 'a value is too long'; Id = 'ValueTooLong'; Category = 'LimitsExceeded'; Target = 'k'; Do = { Set-KvItem k ('v' * 4097) -ErrorAction Stop } }
        @{ Case = 'a value is no text'; Id = 'InvalidValue'; Category = 'InvalidArgument'; Target = 'k'; Do = { Set-KvItem k @{} -ErrorAction Stop } }
        @{ Case = 'a key is empty'; Id = 'InvalidKey'; Category = 'InvalidArgument'; Target = '/'; Do = { Set-KvItem / v -ErrorAction Stop } }
        @{ Case = 'a document is none'; Id = 'InvalidDocument'; Category = 'InvalidData'; Target = 1; Do = { 'x' | Import-KvStore } }
        @{ Case = 'a storage is read-only'; Id = 'ReadOnly'; Category = 'PermissionDenied'; Target = 'myKV'; Do = { $null = Connect-KvStorage memory -ReadOnly; Set-KvItem k v } }
    ) {
        $record = try { & $Do } catch { $_ }
        $record.FullyQualifiedErrorId | Should -BeLike "KvStore.$Id,KvStore.PowerShell.*Command"
        $record.CategoryInfo.Category | Should -Be $Category
        $record.TargetObject | Should -BeExactly $Target
        $record.Exception | Should -BeOfType ([KvStore.KvException])
        $record.Exception.Error | Should -Be $Id
    }

    It 'has a category for every code' {
        $type = [KvStore.PowerShell.ModuleLifetime].Assembly.GetType('KvStore.PowerShell.KvErrorRecord')
        foreach ($code in [enum]::GetValues([KvStore.KvError])) {
            $record = $type.GetMethod('From', [type[]] @([KvStore.KvException])).Invoke($null, @([KvStore.KvException]::new($code, 'message')))
            $record.CategoryInfo.Category | Should -Not -Be NotSpecified -Because "$code needs one"
            $record.FullyQualifiedErrorId | Should -BeExactly "KvStore.$code"
        }
    }

    It 'leaves the others of a command alone' {
        Set-KvItem a 1
        Set-KvItem b 2
        (Get-KvItem a, nope, b -ErrorAction SilentlyContinue).Value | Should -Be @('1', '2')
    }
}
