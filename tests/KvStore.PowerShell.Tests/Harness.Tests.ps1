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

Describe 'The script of the continuous integration' {
    BeforeAll {
        # Programs of these names go before the real ones: nothing is installed, and no test runs.
        foreach ($name in 'apt-get', 'dpkg', 'pwsh', 'dotnet') {
            Set-Content "$TestDrive/$name" "#!/bin/sh`neval `"`$FAKE_$($name -replace '\W', '_')`""
            if (-not $IsWindows) { [IO.File]::SetUnixFileMode("$TestDrive/$name", 'UserRead, UserExecute') }
        }
    }

    It 'sums up <Says> as <Sum>' -Skip:$IsWindows -ForEach @(
        @{ Says = 'two projects'; Code = 0; Sum = '13 passed, 0 failed, 5 skipped'; Output = 'Passed! - Failed: 0, Passed: 10, Skipped: 2, x', 'Skipped! - Failed: 0, Passed: 3, Skipped: 3, x' }
        @{ Says = 'a failing test'; Code = 1; Sum = '9 passed, 2 failed, 0 skipped'; Output = 'Failed! - Failed: 2, Passed: 9, Skipped: 0, x' }
        @{ Says = 'a crash behind passing tests'; Code = 1; Sum = '9 passed, 1 failed, 0 skipped'; Output = 'Passed! - Failed: 0, Passed: 9, Skipped: 0, x' }
        @{ Says = 'a failing build'; Code = 1; Sum = '0 passed, 1 failed, 0 skipped'; Output = 'error CS1002: ; expected' }
        @{ Says = 'a run of no tests'; Code = 0; Sum = '0 passed, 1 failed, 0 skipped'; Output = 'Nothing to do.' }
    ) {
        $script = 'export PATH="$0:$PATH" FAKE_apt_get="exit 100" FAKE_dpkg="exit 1" FAKE_pwsh="exit 1" FAKE_dotnet="$1"; exec bash "$2"'
        $lines = @(bash -c $script "$TestDrive" "printf '%s\n' $($Output.ForEach({ "'$_'" })); exit $Code" "$PSScriptRoot/../../.ci/run" 2>&1)
        $lines[-1] | Should -BeExactly $Sum
        $LASTEXITCODE -eq 0 | Should -Be ($Sum -like '* 0 failed,*')
    }
}
