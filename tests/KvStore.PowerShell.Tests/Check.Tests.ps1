# Test-KvStore: whether stores are sound, and which items are not.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    Add-Type -Path $PSScriptRoot/BackupStorages.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Linq, System.Threading -CompilerOptions '/nowarn:CS1701'
}

Describe 'Test-KvStore' {
    BeforeEach {
        Get-KvStorage | Disconnect-KvStorage
        Connect-KvStorage ([DamagedStorage]) | Out-Null
        'bad', 'good', 'other' | ForEach-Object { Set-KvItem a 1 -Store $_ }
    }

    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'tells for each store whether it is sound, and what is damaged, and what belongs to no store' {
        $results = Test-KvStore
        $results.Store | Should -Be $null, bad, lost, good, other
        $results.IsSound | Should -Be $false, $false, $false, $true, $true
        $results[1].Damages.Path | Should -Be /n/a, /n/b
        $results[1].Damages.Problem | Should -Be 'The checksum does not fit.', 'The checksum does not fit.'
        $results[1].ItemCount | Should -BeNullOrEmpty
        $results[3].ItemCount | Should -Be 1
        $results[3].Damages.Count | Should -Be 0
        $results[3].Storage | Should -Be default
    }

    It 'checks the stores that are named or piped' {
        $result = Test-KvStore GOOD
        $result.Store | Should -Be good
        $result.IsSound | Should -BeTrue
        (Test-KvStore b*, other).Damages.Count | Should -Be 2
        (Get-KvStore | Test-KvStore | Where-Object IsSound).Store | Should -Be good, other
        { Test-KvStore missing -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
    }

    It 'shows the number of damages, and each damage in words' {
        (Test-KvStore | Out-String) | Should -Match 'bad +False +2 default'
        ((Test-KvStore bad).Damages | Out-String -Width 100) | Should -Match 'bad +/n/a +The checksum does not fit\.'
    }

    It 'ends when it is stopped' {
        Set-KvItem a 1 -Store endless
        $module = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$module'; 'begun'; Test-KvStore endless")
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $null = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]] $null, $output)
        while ($output.Count -eq 0) { Start-Sleep -Milliseconds 20 }
        $shell.Stop()
        $shell.InvocationStateInfo.State | Should -Be Stopped
        $shell.Dispose()
    }

    It 'finds <_> sound' -ForEach 'memory', 'sqlite' {
        if ($_ -eq 'memory') { Connect-KvStorage memory | Out-Null } else { Connect-KvStorage "sqlite:///$(Join-Path $TestDrive check.db)" | Out-Null }
        Test-KvStore | Should -BeNullOrEmpty
        1..10 | ForEach-Object { [pscustomobject]@{ Key = "k$_"; Value = $_ } } | Set-KvItem -Store s
        $result = Test-KvStore
        $result.Store | Should -Be s
        $result.IsSound | Should -BeTrue
        $result.ItemCount | Should -Be 10
        (Test-KvStore s).IsSound | Should -BeTrue
    }
}
