# Big trees: listings stream, hold little and stop at once. How quick they are is shown by tests/KvStore.Benchmarks/Compare-Drive.ps1.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    # CS1701: the module is built for an older runtime than the one that runs it.
    Add-Type -Path $PSScriptRoot/CountingStorage.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading -CompilerOptions '/nowarn:CS1701'
    $memory = [KvStore.MemoryStorage]::new()
    $null = New-PSDrive -Name m -PSProvider KvStore -Root / -Storage $memory -Scope Global
    $null = New-PSDrive -Name counted -PSProvider KvStore -Root / -Storage ([CountingStorage]::new($memory)) -Scope Global
    $none = [Threading.CancellationToken]::None

    # 100,000 items in 1,000 namespaces, and 1,000 items in one.
    foreach ($n in 0..999) {
        $batch = [KvStore.KvBatch]::new()
        foreach ($i in 0..99) { $null = $batch.Set("n$n/i$i", 'value') }
        $null = $memory.Commit('big', $batch, $none)
    }

    $batch = [KvStore.KvBatch]::new()
    foreach ($i in 0..999) { $null = $batch.Set("thousand/i$i", 'value') }
    $null = $memory.Commit('big', $batch, $none)

    function Measure-Reading([scriptblock]$Action) {
        $before = [CountingStorage]::Items
        $null = & $Action
        [CountingStorage]::Items - $before
    }
}

AfterAll {
    Remove-PSDrive -Name counted, m
}

Describe 'A listing of 100,000 items' {
    It 'has shown the first when it has read a few' {
        Measure-Reading { Get-ChildItem counted:/big -Recurse | Select-Object -First 1 } | Should -BeLessThan 10
        Measure-Reading { Get-ChildItem counted:/ -Recurse | Select-Object -First 5 } | Should -BeLessThan 20
    }

    It 'reads each item once, and of the deeper ones none' {
        Measure-Reading { Get-ChildItem counted:/big -Recurse } | Should -BeLessThan 103000
        Measure-Reading { Get-ChildItem counted:/big } | Should -BeLessThan 2100
        Measure-Reading { Get-ChildItem counted:/big/n5 } | Should -BeLessThan 210
    }

    It 'answers whether something is there by reading one item' {
        Measure-Reading { Test-Path counted:/big/n5; Test-Path counted:/big/n5/i5; Test-Path counted:/big/none } | Should -BeLessOrEqual 4
        Measure-Reading { Get-Item counted:/big/n5 } | Should -BeLessOrEqual 4
        Measure-Reading { Get-Content counted:/big/n5/i5 } | Should -BeLessOrEqual 4
    }

    It 'holds no more at its end than at its beginning' {
        $held = @{}
        $count = 0
        Get-ChildItem m:/big -Recurse | ForEach-Object {
            $count++
            if ($count -in 1000, 95000) { $held[$count] = [GC]::GetTotalMemory($true) }
        }
        $held[95000] - $held[1000] | Should -BeLessThan 8MB
    }

    It 'stops at once when it is told to' {
        $shell = [PowerShell]::Create([Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
        try {
            $null = $shell.AddCommand('Import-Module').AddParameter('Name', (Join-Path $PSScriptRoot '../../KvStore.psd1')).AddStatement().
                AddCommand('New-PSDrive').AddParameter('Name', 'counted').AddParameter('PSProvider', 'KvStore').AddParameter('Root', '/').AddParameter('Storage', [CountingStorage]::new($memory)).AddStatement().
                AddScript('Get-ChildItem counted:/big -Recurse | ForEach-Object { Start-Sleep -Milliseconds 5 }')
            $before = [CountingStorage]::Items
            $running = $shell.BeginInvoke()
            $deadline = [DateTime]::UtcNow.AddSeconds(60)
            while ([CountingStorage]::Items -lt $before + 20 -and [DateTime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 10 }
            $shell.Stop()
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $read = [CountingStorage]::Items - $before
            $read | Should -BeGreaterThan 10
            $read | Should -BeLessThan 50000
            Start-Sleep -Milliseconds 100
            [CountingStorage]::Items - $before | Should -Be $read
        }
        finally {
            $shell.Dispose()
        }
    }
}
