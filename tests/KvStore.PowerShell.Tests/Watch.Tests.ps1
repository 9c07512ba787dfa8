# Watch-KvItem: changes as they come, each once and in order, until it ends.
BeforeDiscovery { $storages = 'memory', 'sqlite' }

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    . $PSScriptRoot/ScriptStorage.ps1
    $module = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
    $patience = 60

    function Connect-Storage([string] $Kind) {
        if ($Kind -eq 'memory') { Connect-KvStorage memory | Out-Null }
        else { Connect-KvStorage "sqlite:///$(Join-Path $TestDrive "$([guid]::NewGuid()).db")" | Out-Null }
    }

    # A watch in a runspace of its own, which has begun when this returns.
    function Start-Watch([string] $Script) {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("`$VerbosePreference = 'Continue'; Import-Module '$module' -Verbose:`$false; $Script")
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $run = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]] $null, $output)
        Wait-Until { $shell.Streams.Verbose.Message -like 'Watching *' }
        [pscustomobject]@{ Shell = $shell; Run = $run; Output = $output }
    }

    function Wait-Until([scriptblock] $Condition) {
        $end = [datetime]::UtcNow.AddSeconds($patience)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $end) { throw "Waited in vain for: $Condition" }
            Start-Sleep -Milliseconds 20
        }
    }

    function Show-Change($Changes) { "$($Changes | ForEach-Object { "$($_.Kind) $($_.Path) $($_.Value)".Trim() })" }
}

Describe 'Watch-KvItem, on <_>' -ForEach $storages {
    BeforeEach {
        Connect-Storage $_
        Set-KvItem before 1 -Store s
    }

    AfterEach {
        if ($watch) { $watch.Shell.Stop(); $watch.Shell.Dispose(); $watch = $null }
        Get-KvStorage | Disconnect-KvStorage
    }

    It 'emits each change once and in order, and ends after a number of them' {
        $watch = Start-Watch 'Watch-KvItem -Store s -Count 5'
        Set-KvItem n/a 1 -Store s
        Set-KvItem n/a 2 -Store s
        Remove-KvItem n/a, missing -Store s
        'x', 'y' | ForEach-Object { [pscustomobject]@{ Key = $_; Value = $_ } } | Set-KvItem -Store s
        $watch.Shell.EndInvoke($watch.Run)
        Show-Change $watch.Output | Should -Be 'Set /n/a 1 Set /n/a 2 Deleted /n/a Set /x x Set /y y'
        $watch.Output[1].Version | Should -Be 2
        $watch.Output[1].Item.Value | Should -Be 2
        $watch.Output[3].Revision | Should -Be $watch.Output[4].Revision
        $watch.Output[0].Storage | Should -Be default
        $watch.Shell.Streams.Error | Should -BeNullOrEmpty
    }

    It 'streams: what is behind it acts on a change before the next one comes' {
        $watch = Start-Watch 'Watch-KvItem -Store s -Count 3 | ForEach-Object { "got $($_.Value)" }'
        foreach ($i in 1..3) {
            Set-KvItem k $i -Store s
            Wait-Until { $watch.Output.Count -eq $i }
            $watch.Output[$i - 1] | Should -Be "got $i"
        }
    }

    It 'sees a namespace alone, and keys that fit a pattern' {
        $watch = Start-Watch 'Watch-KvItem size, a* -Store s -Namespace vol -Count 3'
        [pscustomobject]@{ Key = 'size'; Value = 1 } | Set-KvItem -Store s
        'size', 'one/size', 'one/name', 'one/state/active', 'size/x' | ForEach-Object { Set-KvItem $_ 1 -Store s -Namespace vol }
        $watch.Shell.EndInvoke($watch.Run)
        $watch.Output.Key | Should -Be size, one/size, one/state/active
        $watch.Output.Namespace | Should -Be /vol, /vol, /vol
    }

    It 'ends quietly when its time is up' {
        Watch-KvItem -Store s -Timeout 0.2 -ErrorAction Stop | Should -BeNullOrEmpty
        Set-KvStore s -HistoryPeriod 3600
        Set-KvItem k 1 -Store s
        (Watch-KvItem -Store s -FromRevision 2 -Timeout 00:00:01 -ErrorAction Stop).Path | Should -Be /k
    }

    It 'ends when it is stopped, though nothing changes' {
        $watch = Start-Watch 'Watch-KvItem -Store s'
        $watch.Shell.Stop()
        $watch.Shell.InvocationStateInfo.State | Should -Be Stopped
    }

    It 'ends when nobody wants more' {
        $watch = Start-Watch 'Watch-KvItem -Store s | Select-Object -First 1 -ExpandProperty Value; "after"'
        Set-KvItem k 7 -Store s
        $watch.Shell.EndInvoke($watch.Run)
        $watch.Output | Should -Be 7, after
    }

    It 'gives what came since a revision that is kept' {
        Set-KvStore s -HistoryPeriod 3600
        Set-KvItem a 1 -Store s
        $from = (Set-KvItem a 2 -Store s -PassThru).ModRevision
        Set-KvItem b 1 -Store s
        Show-Change (Watch-KvItem -Store s -FromRevision $from -Count 2) | Should -Be 'Set /a 2 Set /b 1'
    }

    It 'says which revision is gone' {
        Set-KvItem a 1 -Store s
        { Watch-KvItem -Store s -FromRevision 1 -Timeout 20 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.RevisionGone,*'
    }

    It 'waits for a store that is not there yet' {
        $watch = Start-Watch 'Watch-KvItem -Store later -Count 1'
        Set-KvItem k 1 -Store later
        $watch.Shell.EndInvoke($watch.Run)
        $watch.Output[0].Store | Should -Be later
    }

    It 'tells that an item expired' {
        $watch = Start-Watch 'Watch-KvItem -Store s -Count 2'
        Set-KvItem brief 1 -Store s -TimeToLive 0.5
        $watch.Shell.EndInvoke($watch.Run)
        Show-Change $watch.Output | Should -Be 'Set /brief 1 Expired /brief'
    }

    It 'runs beside others in a thread job and in parallel' {
        Set-KvStore s -HistoryPeriod 3600
        $from = (Get-KvStore s).Revision + 1
        $job = Start-ThreadJob { Import-Module $using:module; Watch-KvItem -Store s -FromRevision $using:from -Count 4 }
        $seen = 0..4 | ForEach-Object -ThrottleLimit 5 -Parallel {
            Import-Module $using:module
            if ($_ -eq 0) { (Watch-KvItem -Store s -FromRevision $using:from -Count 4).Key } else { Set-KvItem "k$_" $_ -Store s }
        }
        $theirs = (Receive-Job $job -Wait -AutoRemoveJob).Key
        $seen | Sort-Object | Should -Be k1, k2, k3, k4
        $theirs | Should -Be $seen
    }

    It 'takes what tells a place from the pipeline, but one only' {
        Set-KvStore s -HistoryPeriod 3600
        Set-KvItem n/a 1 -Store s
        (Get-KvNamespace -Store s | Watch-KvItem -FromRevision 2 -Count 1).Key | Should -Be a
        { 's', 't' | ForEach-Object { [pscustomobject]@{ Store = $_ } } | Watch-KvItem -Timeout 20 } | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
    }

    It 'shows as a table' {
        Set-KvStore s -HistoryPeriod 3600
        Set-KvItem n/a 1 -Store s
        $shown = Watch-KvItem -Store s -FromRevision 2 -Count 1 | Out-String -Width 100
        $shown | Should -Match 'Revision Kind +Version Time +Key +Value'
        $shown | Should -Match '2 Set +1 \d{4}-.* n/a +1'
    }
}

Describe 'A watch that cannot be' {
    It 'of <Timeout> or <Count> changes is refused' -ForEach @(
        @{ Timeout = 0; Count = 1; Id = 'KvStore.InvalidValue,*' }
        @{ Timeout = -1; Count = 1; Id = 'KvStore.InvalidValue,*' }
        @{ Timeout = '50.00:00:00'; Count = 1; Id = 'KvStore.InvalidValue,*' }
        @{ Timeout = 20; Count = 0; Id = 'ParameterArgumentValidationError,*' }
    ) {
        Connect-KvStorage memory | Out-Null
        { Watch-KvItem -Store s -Timeout $Timeout -Count $Count } | Should -Throw -ErrorId $Id
    }

    It 'is refused by a storage that cannot be watched' {
        Connect-KvStorage ([ScriptStorage]) | Out-Null
        { Watch-KvItem -Store s -Timeout 20 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*Watching*'
    }

    It 'needs a store' {
        { Watch-KvItem -Timeout 20 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NoCurrentStore,*'
    }
}
