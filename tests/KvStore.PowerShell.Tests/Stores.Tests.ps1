# Stores: listing, making and removing them.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    # CS1701: the module is built for an older runtime than the one that runs it.
    Add-Type -Path $PSScriptRoot/StoreStorages.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading -CompilerOptions '/nowarn:CS1701'
}

Describe 'A wildcard that is none' {
    It 'is an error of <_>' -ForEach 'Get-KvStore', 'Remove-KvStore', 'Set-KvStore' {
        $others = @{ 'Remove-KvStore' = @{ Force = $true }; 'Set-KvStore' = @{ HistoryPeriod = 1 } }[$_] ?? @{}
        { & $_ -Name 'a[b' @others -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
    }
}

Describe 'Stores' {
    BeforeEach { Connect-KvStorage memory | Out-Null }

    It 'are born with their first item and vanish with their last' {
        Get-KvStore | Should -BeNullOrEmpty
        Set-KvItem k v -Store myKV
        (Get-KvStore).Name | Should -Be myKV
        Remove-KvItem k -Store myKV
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'are found without regard to case and shown as first spelled' {
        Set-KvItem k v -Store myKV
        Set-KvItem k2 v -Store MYkv
        (Get-KvStore mykv).Name | Should -BeExactly 'myKV'
        (Get-KvItem k -Store MYKV).Store | Should -BeExactly 'myKV'
        (Get-KvStore).ItemCount | Should -Be 2
    }

    It 'are listed by wildcards, of which one may fit none' {
        'one', 'two', 'other' | ForEach-Object { Set-KvItem k v -Store $_ }
        (Get-KvStore o*).Name | Should -Be @('one', 'other')
        (Get-KvStore T*, one).Name | Should -Be @('two', 'one')
        Get-KvStore x* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'that are not there are an error by name' {
        { Get-KvStore nope -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*' -ExpectedMessage "*'nope'*'default'*"
        { Remove-KvStore nope -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
        Set-KvItem k v -Store real
        (Get-KvStore nope, real -ErrorAction SilentlyContinue).Name | Should -Be real
    }

    It 'are made with limits of their own, and stay while empty' {
        $store = New-KvStore big -MaximumKeySize 600 -MaximumValueSize 10000
        $store.Name | Should -Be big
        $store.MaximumKeySize | Should -Be 600
        $store.MaximumValueSize | Should -Be 10000
        $store.IsKept | Should -BeTrue
        $store.ItemCount | Should -Be 0
        Set-KvItem ('k' * 600) ('v' * 10000) -Store big
        { Set-KvItem ('k' * 601) v -Store big -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.KeyTooLong,*' -ExpectedMessage '*601*600*'
        { Set-KvItem k ('v' * 10001) -Store big -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ValueTooLong,*' -ExpectedMessage '*10001*10000*'
        Clear-KvNamespace / -Store big
        (Get-KvStore).Name | Should -Be big
    }

    It 'have the default limits where none are given' {
        $store = New-KvStore small
        $store.MaximumKeySize, $store.MaximumValueSize | Should -Be @(510, 4096)
    }

    It 'have no larger limits than their storage where none are given' {
        # Whose keys end at 255 bytes, and whose stores cannot be empty: that is what the error must tell.
        Connect-KvStorage linstor://localhost -Name small | Out-Null
        { New-KvStore any -Storage small -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*EmptyStores*'
        { New-KvStore any -Storage small -MaximumKeySize 256 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*'
        Disconnect-KvStorage small
    }

    It 'are not made twice, nor of impossible names or limits' {
        New-KvStore one | Out-Null
        { New-KvStore ONE -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreExists,*'
        { New-KvStore '1st' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
        { New-KvStore huge -MaximumKeySize 5000 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*'
        New-KvStore ghost -WhatIf
        (Get-KvStore).Name | Should -Be one
    }

    It 'are removed with all that is in them' {
        'one', 'two', 'other' | ForEach-Object { Set-KvItem k v -Store $_ }
        New-KvStore empty | Out-Null
        Remove-KvStore empty, o* -Force
        (Get-KvStore).Name | Should -Be two
        Remove-KvStore two -Confirm:$false
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'are not removed with -WhatIf, also with -Force' {
        Set-KvItem k v -Store one
        Remove-KvStore one -WhatIf
        Remove-KvStore one -WhatIf -Force
        $WhatIfPreference = $true
        Remove-KvStore one -Force
        $WhatIfPreference = $false
        (Get-KvStore).Name | Should -Be one
    }

    It 'are removed in the storage that they were listed from' {
        Connect-KvStorage memory -Name side | Out-Null
        Set-KvItem k v -Store s -Storage side
        Set-KvItem k v -Store s
        Get-KvStore -Storage side | Remove-KvStore -Force
        Get-KvStore -Storage side | Should -BeNullOrEmpty
        (Get-KvStore).Name | Should -Be s
        Disconnect-KvStorage side
    }

    It 'pass their items on to the commands on items' {
        Set-KvItem a/k v1 -Store one
        Set-KvItem b/k v2 -Store two
        (Get-KvStore | Get-KvItem -Recurse).Value | Should -Be @('v1', 'v2')
        (Get-KvStore | Get-KvNamespace).Namespace | Should -Be @('/a', '/b')
    }

    It 'of all connected storages are listed through the pipeline' {
        Connect-KvStorage memory -Name side | Out-Null
        Set-KvItem k v -Store s -Storage side
        Set-KvItem k v -Store t
        Get-KvStorage | Get-KvStore | ForEach-Object { "$($_.Storage):$($_.Name)" } | Should -Be @('default:t', 'side:s')
        Disconnect-KvStorage side
    }
}

Describe 'A new store that cannot keep a history' {
    BeforeEach {
        $storage = [RefusingStorage]::new()
        $null = Connect-KvStorage $storage -Name refusing
        $new = @{ Name = 's'; Storage = 'refusing'; HistoryPeriod = 60; ErrorAction = 'Stop'; WarningVariable = 'warnings'; WarningAction = 'SilentlyContinue' }
    }
    AfterEach { Disconnect-KvStorage refusing }

    It 'is not made where the storage says that it cannot' {
        $storage.Promises = $false
        { New-KvStore @new } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*History*'
        $storage.Created | Should -Be 0
        $new.Remove('HistoryPeriod')
        (New-KvStore @new).Name | Should -Be s
    }

    It 'is taken back' {
        { New-KvStore @new } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage 'The engine decides.'
        Get-KvStore -Storage refusing | Should -BeNullOrEmpty
    }

    It 'stays when somebody else uses it already' {
        $storage.Meanwhile = 'write'
        { New-KvStore @new } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        (Get-KvItem theirs -Store s -Storage refusing).Value | Should -Be 1
    }

    It 'tells the first error, and warns of the second' {
        $storage.FailsToRemove = $true
        $told = @(try { New-KvStore @new } catch { $_ })
        $told[-1].FullyQualifiedErrorId | Should -BeLike 'KvStore.NotSupported,*'
        $warnings | Should -BeLike '*It is busy.'
    }

    It 'is an error when it has gone before it could be shown' {
        $storage.Meanwhile = 'remove'
        $new.Remove('HistoryPeriod')
        { New-KvStore @new } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
    }
}
