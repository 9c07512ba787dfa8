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

Describe 'A SQLite file with a damaged item' {
    BeforeAll {
        Get-KvStorage | Disconnect-KvStorage
        $file = Join-Path $TestDrive broken.db
        Connect-KvStorage "sqlite:///$file" | Out-Null
        1..20 | ForEach-Object { [pscustomobject]@{ Key = "n/k$_"; Value = "value of $_, as it was written" } } | Set-KvItem -Store s
        Set-KvItem k v -Store t
        Disconnect-KvStorage default
        $bytes = [IO.File]::ReadAllBytes($file)
        $at = [Text.Encoding]::Latin1.GetString($bytes).IndexOf('value of 7,')
        $bytes[$at + 2] = $bytes[$at + 2] -bxor 1
        [IO.File]::WriteAllBytes($file, $bytes)
        Connect-KvStorage "sqlite:///$file" | Out-Null
    }

    AfterAll { Get-KvStorage | Disconnect-KvStorage }

    It 'is told with its path, and the other store is sound' {
        $results = Test-KvStore
        ($results | Where-Object IsSound).Store | Should -Be t
        $damaged = $results | Where-Object { -not $_.IsSound }
        $damaged.Store | Should -Be s
        $damaged.Damages.Path | Should -Be /n/k7
        (Test-KvStore s).Damages.Path | Should -Be /n/k7
        { Get-KvItem n/k7 -Store s -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*'
        (Get-KvItem n/k8 -Store s).Value | Should -Be 'value of 8, as it was written'
    }

    It 'is one error on a drive, and not told to be missing' {
        $null = Get-Content kv:/s/n/k7, kv:/s/n/k8 -OutVariable read -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.FullyQualifiedErrorId | Should -Be 'KvStore.StorageDamaged,Microsoft.PowerShell.Commands.GetContentCommand'
        $read | Should -Be 'value of 8, as it was written'
        $null = Get-Item kv:/s/n/k7 -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.FullyQualifiedErrorId | Should -Be 'KvStore.StorageDamaged,Microsoft.PowerShell.Commands.GetItemCommand'
        Test-Path kv:/s/n/k7 | Should -BeTrue
    }

    It 'is not backed up, and the last backup stays' {
        $backup = Join-Path $TestDrive last.bak
        Set-Content $backup 'the last good one'
        { Backup-KvStore $backup -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*' -ExpectedMessage '*/n/k7*Test-KvStore*-SkipDamaged*'
        Get-Content $backup | Should -Be 'the last good one'
    }

    It 'can be exported without it, with a warning' {
        { Export-KvStore s } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*'
        $document = Export-KvStore -SkipDamaged -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        $warnings[0].Message | Should -Match '/n/k7'
        Connect-KvStorage memory -Name saved | Out-Null
        $document | Import-KvStore -Storage saved
        @(Get-KvItem -Store s -Storage saved -Recurse).Count | Should -Be 19
        Test-KvItem n/k7 -Store s -Storage saved | Should -BeFalse
        (Get-KvItem k -Store t -Storage saved).Value | Should -Be v
        { Export-KvStore s -Format Cinderlib -SkipDamaged } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*'
    }
}
