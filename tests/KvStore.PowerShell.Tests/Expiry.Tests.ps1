# Items that are for a time: -TimeToLive and -Expires, and that nothing sees them afterwards.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    . $PSScriptRoot/ScriptStorage.ps1

    function Wait-Past([DateTimeOffset] $Time) {
        while ([DateTimeOffset]::UtcNow -le $Time) { Start-Sleep -Milliseconds 20 }
    }
}

Describe 'An item for a time, on <_>' -ForEach 'memory', 'sqlite' {
    BeforeEach {
        if ($_ -eq 'memory') { Connect-KvStorage memory | Out-Null } else { Connect-KvStorage "sqlite:///$(Join-Path $TestDrive "$([guid]::NewGuid()).db")" | Out-Null }
        Set-KvNamespace -Store s
    }

    AfterEach {
        Remove-PSDrive time -ErrorAction Ignore
        Get-KvStorage | Disconnect-KvStorage
    }

    It 'tells when it expires, and is seen by nothing afterwards' {
        Set-KvItem stays 1
        $item = Set-KvItem n/brief 1 -TimeToLive 0.7 -PassThru
        $item.Expires | Should -BeGreaterThan ([DateTimeOffset]::UtcNow)
        (Get-KvItem n/brief).Expires | Should -Be $item.Expires
        (Get-KvItem n/brief | Format-List | Out-String) | Should -Match 'Expires\s+: \S'
        New-PSDrive time KvStore / -Storage default -Scope Global | Out-Null
        (Get-ItemProperty time:/s/n/brief).Expires | Should -Be $item.Expires
        Wait-Past $item.Expires
        Test-KvItem n/brief | Should -BeFalse
        (Get-KvItem -Recurse).Path | Should -Be '/stays'
        Get-KvItem -Recurse b* | Should -BeNullOrEmpty
        Get-KvNamespace | Should -BeNullOrEmpty
        (Get-KvStore s).ItemCount | Should -Be 1
        (Get-ChildItem time:/s -Recurse).Name | Should -Be stays
        Test-Path time:/s/n/brief | Should -BeFalse
        (Export-KvStore) -match 'brief' | Should -BeNullOrEmpty
        { Set-KvItem n/brief 2 -IfVersion 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        (Set-KvItem n/brief 2 -NoClobber -PassThru).Version | Should -Be 1
    }

    It 'gets a new time, or none, with the next write' {
        Set-KvItem a 1 -TimeToLive 00:00:01
        Set-KvItem b 1 -TimeToLive 00:00:01
        $first = (Get-KvItem b).Expires
        Set-KvItem a 2
        Set-KvItem b 2 -TimeToLive 1.00:00:00
        (Get-KvItem a).Expires | Should -BeNullOrEmpty
        Wait-Past $first
        (Get-KvItem).Key | Should -Be a, b
    }
}

Describe 'A time to live' {
    BeforeEach {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace -Store s
    }

    It 'of <Given> is <Seconds> seconds' -ForEach @(
        @{ Given = 30; Seconds = 30 }
        @{ Given = '30'; Seconds = 30 }
        @{ Given = 1.5; Seconds = 1.5 }
        @{ Given = '00:01:00'; Seconds = 60 }
        @{ Given = [timespan]::FromDays(2); Seconds = 172800 }
        @{ Given = '36525.00:00:00'; Seconds = 3155760000 }
    ) {
        $before = [DateTimeOffset]::UtcNow
        $item = Set-KvItem k v -TimeToLive $Given -PassThru
        $item.Expires | Should -BeGreaterOrEqual $before.AddSeconds($Seconds).AddMilliseconds(-1)
        $item.Expires | Should -BeLessOrEqual ([DateTimeOffset]::UtcNow.AddSeconds($Seconds))
    }

    It 'of <_> is refused, and nothing is written' -ForEach '00:00:00', '-00:00:01', '36525.00:00:01', ([timespan]::MaxValue) {
        { Set-KvItem k v -TimeToLive $_ -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*36525 days*'
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'comes with each object of a pipeline, and goes before the expiry that a piped item tells' {
        [pscustomobject]@{ Key = 'a'; Value = 1; TimeToLive = '01:00:00' }, [pscustomobject]@{ Key = 'b'; Value = 1 } | Set-KvItem
        (Get-KvItem a).Expires | Should -Not -BeNullOrEmpty
        (Get-KvItem b).Expires | Should -BeNullOrEmpty
        $first = (Get-KvItem a).Expires
        Get-KvItem a | Set-KvItem -TimeToLive 1.00:00:00
        (Get-KvItem a).Expires | Should -BeGreaterThan $first.AddHours(22)
    }

    It 'is refused together with -Expires' {
        { Set-KvItem k v -TimeToLive 1 -Expires ([DateTimeOffset]::UtcNow.AddHours(1)) -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*exclude*'
    }

    It 'is refused by a storage that cannot expire items' {
        Connect-KvStorage ([ScriptStorage]) | Out-Null
        { Set-KvItem k v -Store s -TimeToLive 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
    }
}

Describe 'A time that is past' {
    It 'is refused for its item alone' {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace -Store s
        Set-KvItem b before
        $rows = foreach ($key in 'a', 'b', 'c') { [pscustomobject]@{ Key = $key; Value = 'new'; Expires = $key -eq 'b' ? [DateTimeOffset]::UtcNow.AddMinutes(-1) : $null } }
        $rows | Set-KvItem -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.InvalidValue,*'
        (Get-KvItem).Value | Should -Be new, before, new
    }
}
