# From one storage to another, and whether a storage keeps its promises.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
}

Describe 'Copy-KvStore' {
    BeforeAll {
        1..50 | ForEach-Object { [pscustomobject]@{ Namespace = "/ns$_"; Key = "k$([char]0x20AC)"; Value = "value $_" } } | Set-KvItem -Store one
        Set-KvItem -Store two -Key x -Value 1
        $null = Connect-KvStorage memory -Name target
    }

    AfterAll {
        Disconnect-KvStorage target
        Remove-KvStore one, two -Force
    }

    It 'changes nothing with -WhatIf' {
        Copy-KvStore -From default -To target -WhatIf
        Get-KvStore -Storage target | Should -BeNullOrEmpty
    }

    It 'copies all stores, so that both sides export alike' {
        $results = Copy-KvStore -From default -To target
        $results.Store | Should -Be one, two
        $results[0].Items | Should -Be 50
        Export-KvStore -Storage target | Should -Be (Export-KvStore -Storage default)
    }

    It 'writes nothing when it is repeated' {
        (Copy-KvStore one -From default -To target).Written | Should -Be 0
    }

    It 'finds a store by a wildcard in every culture' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            # Where the small form of I has no dot.
            [cultureinfo]::CurrentCulture = 'tr-TR'
            Set-KvItem -Store mini -Key x -Value 1
            (Copy-KvStore MIN* -From default -To target).Store | Should -Be mini
        } finally {
            [cultureinfo]::CurrentCulture = $culture
            Remove-KvStore mini -Force
            Remove-KvStore mini -Storage target -Force -ErrorAction Ignore
        }
    }

    It 'takes a storage by its URL and closes it' {
        $file = Join-Path $TestDrive moved.db
        $url = 'sqlite:///' + $file.Replace('\', '/')
        (Copy-KvStore t* -From default -To $url).Store | Should -Be two
        Get-KvStorage | ForEach-Object Description | Should -Not -Match 'moved'
        (Copy-KvStore -From $url -To target).Items | Should -Be 1
    }

    It 'names what does not fit before it writes anything' {
        $null = New-KvStore wide -MaximumValueSize 10000
        Set-KvItem -Store wide -Key fits -Value x
        Set-KvItem -Store wide -Key long -Value ('x' * 5000)
        $null = New-KvStore wide -Storage target
        Copy-KvStore wide, one -From default -To target -ErrorAction SilentlyContinue -ErrorVariable failure | Should -BeNullOrEmpty
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ValueTooLong*'
        $failure[0].TargetObject | Should -Be long
        Get-KvItem -Store wide -Storage target | Should -BeNullOrEmpty
        Remove-KvStore wide -Force
    }

    It 'names a store or a storage that is not there' {
        { Copy-KvStore nope -From default -To target } | Should -Throw -ErrorId 'KvStore.StoreNotFound*'
        { Copy-KvStore -From default -To memory } | Should -Throw -ErrorId 'KvStore.StorageNotFound*' -ExpectedMessage "*'memory'*URL*sqlite:///*"
        { Copy-KvStore -From etcd -To default } | Should -Throw -ErrorId 'KvStore.StorageNotFound*' -ExpectedMessage "*'etcd'*URL*sqlite:///*"
    }
}

Describe 'Compressed documents' {
    It 'packs and unpacks a document whose file ends in .gz' {
        Set-KvItem -Store packed -Key k -Value ('v' * 4000)
        $file = Join-Path $TestDrive packed.json.gz
        Export-KvStore packed -Path $file
        (Get-Item $file).Length | Should -BeLessThan 1000
        Get-Content $file -AsByteStream -TotalCount 2 | Should -Be 0x1F, 0x8B
        Remove-KvStore packed -Force
        Import-KvStore -Path $file
        (Get-KvItem -Store packed k).Value | Should -BeExactly ('v' * 4000)
        Remove-KvStore packed -Force
    }

    It 'refuses a .gz file that is not compressed' {
        $file = Join-Path $TestDrive plain.json.gz
        Set-Content $file '{ "format": "KvStore" }'
        { Import-KvStore -Path $file -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable*'
    }
}

Describe 'The file of a database' {
    It 'holds everything when the process has ended' {
        $file = Join-Path $TestDrive whole.db
        $manifest = (Resolve-Path (Join-Path $PSScriptRoot '../../KvStore.psd1')).Path
        $env:KVSTORE_CONNECTION, $before = $file, $env:KVSTORE_CONNECTION
        try {
            pwsh -NoProfile -Command "Import-Module '$manifest'; Set-KvItem -Store s -Key k -Value v"
        } finally {
            $env:KVSTORE_CONNECTION = $before
        }

        $copy = Join-Path $TestDrive copy.db
        Copy-Item $file $copy
        $null = Connect-KvStorage -Connection $copy -Name copy
        (Get-KvItem -Storage copy -Store s k).Value | Should -BeExactly v
        Disconnect-KvStorage copy
    }

    It 'is not left out of a URL by mistake' {
        { Connect-KvStorage -Connection sqlite:/// -Name none -ErrorAction Stop; Set-KvItem -Storage none -Store s k v -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration*'
    }
}

Describe 'Test-KvStorage' {
    It 'finds nothing wrong with the default storage' {
        $results = Test-KvStorage -WarningAction SilentlyContinue
        @($results | Where-Object Outcome -EQ Failed | ForEach-Object { "$($_.Case): $($_.Message)" }) | Should -BeNullOrEmpty
        @($results | Where-Object Outcome -EQ Passed).Count | Should -BeGreaterThan 80
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'probes quickly and leaves nothing behind' {
        $probe = Test-KvStorage -Quick
        $probe.Get | Should -BeGreaterThan ([timespan]::Zero)
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'says of a plugin that loses items what is wrong' {
        . ([scriptblock]::Create(@'
class Forgetful : KvStore.KvStorage {
    [System.Collections.Generic.IEnumerable[KvStore.KvStoreInfo]] GetStores([System.Threading.CancellationToken] $cancellation) { return [KvStore.KvStoreInfo[]] @() }
    [KvStore.KvItem] Get([string] $store, [string] $fullKey, [System.Threading.CancellationToken] $cancellation) { return $null }
    [System.Collections.Generic.IEnumerable[KvStore.KvItem]] Scan([string] $store, [KvStore.KvRange] $range, [System.Threading.CancellationToken] $cancellation) { return [KvStore.KvItem[]] @() }
    [KvStore.KvCommit] Commit([string] $store, [KvStore.KvBatch] $batch, [System.Threading.CancellationToken] $cancellation) { return [KvStore.KvCommit]::Done }
}
$null = Connect-KvStorage ([Forgetful]::new()) -Name forgetful
'@))
        $failed = Test-KvStorage forgetful | Where-Object Outcome -EQ Failed
        $failed.Count | Should -BeGreaterThan 10
        $failed[0].Message | Should -Not -BeNullOrEmpty
        { Test-KvStorage forgetful -Quick -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageDamaged*'
        Disconnect-KvStorage forgetful
    }

    It 'runs the cases that were asked for' {
        (Test-KvStorage -Case 'Order*' -WarningAction SilentlyContinue).Case.ForEach({ "$_" }) | Should -Match '^Order: '
    }
}

Describe 'Copy-KvStore onto itself' {
    It 'is refused, by one name and by two' {
        $null = Connect-KvStorage memory -Name x
        Set-KvItem k v -Store s -Storage x
        { Copy-KvStore s -From x -To x } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration*' -ExpectedMessage '*both the source and the target*'
        $file = 'sqlite:///' + (Join-Path $TestDrive one.db).Replace('\', '/')
        $null = Connect-KvStorage $file -Name one
        Set-KvItem k v -Store s -Storage one
        { Copy-KvStore s -From one -To $file } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration*'
        'x', 'one' | Disconnect-KvStorage
    }
}
