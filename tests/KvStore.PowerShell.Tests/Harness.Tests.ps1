# The test session itself: what every other Pester file takes for granted.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
}

Describe 'The test session' {
    It 'loads the module that was just built' {
        $module = Get-Module KvStore
        $module.ModuleBase | Should -Be (Resolve-Path $PSScriptRoot/../..).Path
        [KvStore.PowerShell.ModuleLifetime].Assembly.Location | Should -Be (Join-Path $module.ModuleBase bin KvStore.PowerShell.dll)
    }

    It 'works on no storage of the user' {
        $env:KVSTORE_CONNECTION | Should -BeLike "*$([IO.Path]::GetTempPath().Replace('\', '/'))*"
    }

    It 'exports every cmdlet that the manifest names' {
        $named = (Import-PowerShellDataFile $PSScriptRoot/../../KvStore.psd1).CmdletsToExport
        (Get-Command -Module KvStore).Name | Sort-Object | Should -Be ($named | Sort-Object)
    }
}
