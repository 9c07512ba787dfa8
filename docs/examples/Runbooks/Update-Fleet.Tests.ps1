BeforeAll {
    Import-Module $PSScriptRoot/../../../KvStore.psd1
}

Describe 'Update-Fleet' {
    BeforeEach {
        New-PSDrive double KvStore / -Storage memory
        'alpha', 'beta', 'gamma' | ForEach-Object { Set-Content double:/fleet/hosts/$_ waiting }
        $updated = [System.Collections.Generic.List[string]]::new()
    }

    AfterEach { Remove-PSDrive double }

    It 'updates each host that waits, once' {
        Set-Content double:/fleet/hosts/beta done
        & $PSScriptRoot/Update-Fleet.ps1 double:/fleet { $updated.Add($args[0]) }
        & $PSScriptRoot/Update-Fleet.ps1 double:/fleet { $updated.Add($args[0]) }
        $updated | Should -Be alpha, gamma
        (Get-ChildItem double:/fleet/hosts).Value | Should -Be done, done, done
    }

    It 'goes on behind a host that fails, and keeps the reason' {
        & $PSScriptRoot/Update-Fleet.ps1 double:/fleet { if ($args[0] -eq 'alpha') { throw 'no route to host' } }
        (Get-ChildItem double:/fleet/hosts).Value | Should -Be failed, done, done
        Get-Content double:/fleet/errors/alpha | Should -Be 'no route to host'
    }
}
