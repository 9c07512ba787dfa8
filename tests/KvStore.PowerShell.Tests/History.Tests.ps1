# What items were before: reading at a revision, an item's history, for how long it is kept, and giving its space back.
BeforeDiscovery { $storages = 'memory', 'sqlite' }

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    . $PSScriptRoot/ScriptStorage.ps1

    function Connect-Storage([string] $Kind) {
        if ($Kind -eq 'memory') { Connect-KvStorage memory | Out-Null }
        else { Connect-KvStorage "sqlite:///$(Join-Path $TestDrive "$([guid]::NewGuid()).db")" | Out-Null }
    }
}

Describe 'The past of a store, on <_>' -ForEach $storages {
    BeforeEach {
        Connect-Storage $_
        New-KvStore s -HistoryPeriod 1.00:00:00 | Out-Null
        Set-KvNamespace -Store s
        Set-KvItem n/a 1
        Set-KvItem n/b 1
        $then = (Get-KvStore s).Revision
        Set-KvItem n/a 2
        Remove-KvItem n/b
        Set-KvItem n/c/d 1
    }

    AfterEach {
        Remove-PSDrive past -ErrorAction Ignore
        Get-KvStorage | Disconnect-KvStorage
    }

    It 'is read by key, wildcard, namespace and as a whole' {
        $old = Get-KvItem n/a -Revision $then
        $old.Value | Should -Be 1
        $old.Version | Should -Be 1
        $old.Storage | Should -Be default
        (Get-KvItem n/* -Revision $then).Key | Should -Be n/a, n/b
        (Get-KvItem -Namespace n -Revision $then).Key | Should -Be a, b
        (Get-KvItem -Recurse -Revision $then).Value | Should -Be 1, 1
        (Get-KvItem -Recurse b -Revision $then).Path | Should -Be /n/b
        (Get-KvItem -Recurse -Revision $then -ValueLike 2) | Should -BeNullOrEmpty
        (Get-KvItem -Recurse -Revision (Get-KvStore s).Revision).Path | Should -Be /n/a, /n/c/d
        (Get-KvItem -Recurse).Path | Should -Be /n/a, /n/c/d
    }

    It 'tells at which revision an item was not there' {
        { Get-KvItem n/c/d -Revision $then -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*' -ExpectedMessage "*at revision $then*"
    }

    It 'cannot be read beyond what is there, or at no revision' {
        { Get-KvItem n/a -Revision 999 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.RevisionGone,*'
        { Get-KvItem n/a -Revision -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Get-KvItem n/a -Revision $null } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'brings back what was lost' {
        Get-KvItem n/b -Revision $then | Set-KvItem
        (Get-KvItem n/b).Value | Should -Be 1
    }

    It 'of an item is a list of changes, the newest first' {
        $history = Get-KvHistory n/a
        $history | Should -BeOfType ([KvStore.KvChange])
        $history.Value | Should -Be 2, 1
        $history.Version | Should -Be 2, 1
        $history.Kind | Should -Be Set, Set
        $history[0].Revision | Should -BeGreaterThan $history[1].Revision
        $history[0].Time | Should -BeGreaterOrEqual $history[1].Time
        $history.Storage | Should -Be default, default
        $removed = Get-KvHistory b -Namespace /n
        $removed.Kind | Should -Be Deleted, Set
        $removed[0].Value | Should -BeNullOrEmpty
        $removed[0].Namespace | Should -Be /n
        $removed[1].Item.Key | Should -Be b
    }

    It 'is asked for with wildcards, through the pipeline, and from a drive' {
        (Get-KvHistory n/*).Path | Should -Be /n/a, /n/a
        (Get-KvItem -Recurse | Get-KvHistory).Path | Should -Be /n/a, /n/a, /n/c/d
        (Get-KvItem n/a | Get-KvHistory | Select-Object -First 1).Value | Should -Be 2
        New-PSDrive past KvStore / -Storage default -Scope Global | Out-Null
        (Get-Item past:/s/n/a | Get-KvHistory).Value | Should -Be 2, 1
        $change = Get-KvHistory n/a | Select-Object -Last 1
        ($change | Get-KvItem -Revision $change.Revision).Value | Should -Be 1
    }

    It 'of an item that never was is an error' {
        { Get-KvHistory n/x -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*' -ExpectedMessage '*HistoryPeriod*'
        Get-KvHistory n/x* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-KvHistory -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*' -ExpectedMessage '*-Key*Get-KvItem*'
    }

    It 'shows as a table in which a value keeps to its line' {
        Set-KvItem n/a "one`ntwo"
        $shown = Get-KvHistory n/a | Out-String -Width 100
        $shown | Should -Match 'Revision Kind +Version Time +Key +Value'
        $shown | Should -Match 'n/a +one.two'
        (Get-KvHistory n/a | Format-List | Out-String) | Should -Not -Match 'FullKey'
    }
}

Describe 'How long the past is kept, on <_>' -ForEach $storages {
    BeforeEach { Connect-Storage $_ }
    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'is nothing at first, and a setting of the store' {
        New-KvStore s | Out-Null
        (Get-KvStore s).HistoryPeriod | Should -Be ([timespan]::Zero)
        Set-KvStore s -HistoryPeriod 90
        (Get-KvStore s).HistoryPeriod | Should -Be ([timespan]::FromSeconds(90))
        (Set-KvStore S -HistoryPeriod ([timespan]::MaxValue) -PassThru).HistoryPeriod | Should -Be ([timespan]::MaxValue)
        (Get-KvStore s | Format-List | Out-String) | Should -Match 'HistoryPeriod +: for ever'
        (New-KvStore t -HistoryPeriod 7.00:00:00).HistoryPeriod | Should -Be ([timespan]::FromDays(7))
        (Get-KvStore t | Format-List | Out-String) | Should -Match 'HistoryPeriod +: 7\.00:00:00'
        Get-KvStore | Set-KvStore -HistoryPeriod 0
        (Get-KvStore).HistoryPeriod | Should -Be ([timespan]::Zero), ([timespan]::Zero)
    }

    It 'is kept for what is written from then on' {
        Set-KvItem k 1 -Store s
        Set-KvItem k 2 -Store s
        (Get-KvHistory k -Store s).Value | Should -Be 2
        Set-KvStore s -HistoryPeriod 3600
        Set-KvItem k 3 -Store s
        (Get-KvHistory k -Store s).Value | Should -Be 3, 2
        (Get-KvStore s).OldestRevision | Should -Be 2
        { Get-KvItem k -Store s -Revision 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.RevisionGone,*'
    }

    It 'is refused where it makes no sense' {
        { Set-KvStore missing -HistoryPeriod 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
        { New-KvStore s -HistoryPeriod -1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
        Get-KvStore | Should -BeNullOrEmpty
        Set-KvItem k 1 -Store s
        { Set-KvStore s -HistoryPeriod '-00:00:01' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
    }

    It 'stays as it is with -WhatIf' {
        Set-KvItem k 1 -Store s
        Set-KvStore s -HistoryPeriod 60 -WhatIf
        (Get-KvStore s).HistoryPeriod | Should -Be ([timespan]::Zero)
        New-KvStore t -HistoryPeriod 60 -WhatIf
        (Get-KvStore).Name | Should -Be s
    }
}

Describe 'Compress-KvStore, on <_>' -ForEach $storages {
    BeforeEach {
        Connect-Storage $_
        foreach ($store in 's', 't') {
            New-KvStore $store -HistoryPeriod 3600 | Out-Null
            1..5 | ForEach-Object { Set-KvItem k $_ -Store $store }
        }
    }

    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'leaves what is younger than the store''s period' {
        $result = Compress-KvStore s
        $result.Store | Should -Be s
        $result.Storage | Should -Be default
        $result.Forgotten | Should -Be 0
        (Get-KvHistory k -Store s).Value | Should -Be 5, 4, 3, 2, 1
    }

    It 'forgets more for once, of that store alone' {
        (Compress-KvStore s -Keep 0).Forgotten | Should -BeGreaterThan 0
        (Get-KvHistory k -Store s).Value | Should -Be 5
        @(Get-KvHistory k -Store t).Count | Should -Be 5
        (Get-KvStore s).HistoryPeriod | Should -Be ([timespan]::FromHours(1))
        (Get-KvStore s).OldestRevision | Should -Be (Get-KvStore s).Revision
        { Get-KvItem k -Store s -Revision 2 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.RevisionGone,*'
        Set-KvItem k 6 -Store s
        (Get-KvHistory k -Store s).Value | Should -Be 6, 5
    }

    It 'compresses all stores, or those that are piped' {
        (Compress-KvStore).Store | Should -Be s, t
        (Get-KvStore t | Compress-KvStore -Keep 0).Store | Should -Be t
        @(Get-KvHistory k -Store s).Count | Should -Be 5
        { Compress-KvStore missing -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
        { Compress-KvStore s -Keep -5 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
    }

    It 'forgets nothing with -WhatIf' {
        Compress-KvStore -Keep 0 -WhatIf | Should -BeNullOrEmpty
        @(Get-KvHistory k -Store s).Count | Should -Be 5
    }
}

Describe 'A storage without history' {
    It 'says so' {
        Connect-KvStorage ([ScriptStorage]) | Out-Null
        Set-KvItem k 1 -Store s
        { Get-KvItem k -Store s -Revision 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { Get-KvHistory k -Store s -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*History*'
        { Set-KvStore s -HistoryPeriod 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { Compress-KvStore s -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        (Get-KvStore s).HistoryPeriod | Should -BeNullOrEmpty
        (Get-KvItem k -Store s).Value | Should -Be 1
    }

    It 'makes no store that would keep none' {
        Add-Type -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime -CompilerOptions '/nowarn:CS1701' -TypeDefinition @'
using KvStore;
public sealed class Forgetful : DelegatingStorage
{
    public Forgetful() : base(new MemoryStorage()) { }
    public override KvCapabilities Capabilities { get { return base.Capabilities & ~KvCapabilities.History; } }
}
'@
        Connect-KvStorage ([Forgetful]) | Out-Null
        { New-KvStore t -HistoryPeriod 60 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        Get-KvStore | Should -BeNullOrEmpty
        (New-KvStore t).Name | Should -Be t
    }
}
