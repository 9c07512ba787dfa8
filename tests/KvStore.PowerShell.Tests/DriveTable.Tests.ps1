# The table of docs/drive.md is what this file runs: each command, on files and on a drive, does what its row says.
BeforeDiscovery {
    $rows = foreach ($line in Get-Content $PSScriptRoot/../../docs/drive.md) {
        if ($line -match '^\| `(?<Command>[^`]+)`(?<Case>[^|]*)\|(?<Files>[^|]+)\|(?<Registry>[^|]+)\|(?<Drive>[^|]+)\|(?<How>[^|]*)\|$') {
            @{ Row = "$($Matches.Command)$($Matches.Case)".Trim(); Files = $Matches.Files.Trim(); Drive = $Matches.Drive.Trim() }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-table-$PID"

    # Each works in $top, where "a" is a file or item with two lines, "d" a folder or namespace that holds "x" and "e/y".
    $actions = @{
        'Get-Item'                                  = { (Get-Item $top/a).Name | Should -Be 'a' }
        'Get-ChildItem'                             = { (Get-ChildItem $top).Name | Sort-Object | Should -Be 'a', 'd' }
        'Get-ChildItem -Recurse'                    = { @(Get-ChildItem $top -Recurse).Count | Should -Be 5 }
        'Get-ChildItem -Name'                       = { Get-ChildItem $top -Name | Sort-Object | Should -Be 'a', 'd' }
        'Test-Path'                                 = { Test-Path $top/a; Test-Path $top/none | Should -BeFalse }
        'Resolve-Path'                              = { @(Resolve-Path $top/*).Count | Should -Be 2 }
        'Convert-Path'                              = { Get-Content (Convert-Path $top/a) | Should -Be 'one', 'two' }
        'Split-Path'                                = { Split-Path $top/d/x | Should -Be "$top/d" }
        'Join-Path'                                 = { Join-Path $top d x | Should -Be "$top/d/x" }
        'Set-Location'                              = { Set-Location $top/d; Get-Content x | Should -Be 'x' }
        'Push-Location'                             = { Push-Location $top/d; Pop-Location }
        'New-Item'                                  = { New-Item $top/new -Value 1; Get-Content $top/new | Should -Be '1' }
        'New-Item -ItemType Directory'              = { New-Item $top/new/deep -ItemType Directory; Test-Path $top/new/deep -PathType Container | Should -BeTrue }
        'New-Item of what is there'                 = { New-Item $top/a -Value 1 }
        'New-Item -ItemType SymbolicLink'           = { New-Item $top/link -ItemType SymbolicLink -Value $top/a }
        'Set-Item'                                  = { Set-Item $top/a 2; Get-Content $top/a | Should -Be '2' }
        'Clear-Item'                                = { Clear-Item $top/a; Get-Content $top/a -Raw | Should -BeNullOrEmpty }
        'Remove-Item'                               = { Remove-Item $top/a; Test-Path $top/a | Should -BeFalse }
        'Remove-Item -Recurse'                      = { Remove-Item $top/d -Recurse; Test-Path $top/d | Should -BeFalse }
        'Rename-Item'                               = { Rename-Item $top/d f; Get-Content $top/f/x | Should -Be 'x' }
        'Rename-Item to a name that is taken'       = { Copy-Item $top/a $top/b; Rename-Item $top/a b }
        'Copy-Item'                                 = { Copy-Item $top/a $top/b; Get-Content $top/b | Should -Be 'one', 'two' }
        'Copy-Item -Recurse'                        = { Copy-Item $top/d $top/f -Recurse; Get-Content $top/f/e/y | Should -Be 'y' }
        'Copy-Item onto itself'                     = { Copy-Item $top/a $top/a }
        'Copy-Item to another provider'             = { Copy-Item $top/a ($top -like 'm:*' ? $folder : 'm:/') }
        'Move-Item'                                 = { Move-Item $top/d $top/f; Get-Content $top/f/e/y | Should -Be 'y'; Test-Path $top/d | Should -BeFalse }
        'Move-Item into itself'                     = { Move-Item $top/d $top/d/f }
        'Move-Item to another provider'             = { Move-Item $top/a ($top -like 'm:*' ? $folder : 'm:/') }
        # A file would be opened with whatever program the machine has for it.
        'Invoke-Item'                               = { if ($top -like 'm:*') { Invoke-Item $top/a } }
        'Get-Content'                               = { Get-Content $top/a | Should -Be 'one', 'two' }
        'Get-Content -TotalCount'                   = { Get-Content $top/a -TotalCount 1 | Should -Be 'one' }
        'Get-Content -Tail'                         = { Get-Content $top/a -Tail 1 | Should -Be 'two' }
        'Get-Content -Wait'                         = { Get-Content $top/a -Wait -TotalCount 1 }
        'Get-Content of a folder or namespace'      = { Get-Content $top/d }
        'Set-Content'                               = { Set-Content $top/a 3; Get-Content $top/a | Should -Be '3' }
        'Set-Content on a folder or namespace'      = { Set-Content $top/d 3 }
        'Add-Content'                               = { Add-Content $top/a three; Get-Content $top/a | Should -Be 'one', 'two', 'three' }
        'Clear-Content'                             = { Clear-Content $top/a; Get-Content $top/a -Raw | Should -BeNullOrEmpty }
        'Get-ItemProperty'                          = { (Get-ItemProperty $top/a).Length | Should -BeGreaterThan 6 }
        'Get-ItemPropertyValue'                     = { Get-ItemPropertyValue $top/a Length | Should -BeGreaterThan 6 }
        'Set-ItemProperty -Name Value'              = { Set-ItemProperty $top/a Value 4; Get-Content $top/a | Should -Be '4' }
        'Set-ItemProperty of a time'                = { Set-ItemProperty $top/a ($top -like 'm:*' ? 'Modified' : 'LastWriteTime') ([DateTime]::UtcNow) }
        'Clear-ItemProperty -Name Value'            = { Clear-ItemProperty $top/a Value }
        'New-ItemProperty'                          = { New-ItemProperty $top/a Extra -Value 1 }
        'Remove-ItemProperty'                       = { Remove-ItemProperty $top/a Length }
        'Rename-ItemProperty'                       = { Rename-ItemProperty $top/a Length Size }
        'Copy-ItemProperty'                         = { Copy-ItemProperty $top/a $top/d Length }
        'Move-ItemProperty'                         = { Move-ItemProperty $top/a $top/d Length }
        'New-PSDrive'                               = { New-PSDrive inner (Get-Item $top/d).PSProvider.Name $top/d; Get-Content inner:/x | Should -Be 'x' }
        'Remove-PSDrive'                            = { $null = New-PSDrive inner (Get-Item $top/d).PSProvider.Name $top/d; Remove-PSDrive inner }
    }

    # 'works', or the first part of the error's id.
    function Get-Outcome([string]$Row, [string]$Top) {
        $top = $Top
        try {
            $null = . $actions[$Row] 2>&1 | ForEach-Object { if ($_ -is [Management.Automation.ErrorRecord]) { throw $_ } }
            'works'
        }
        catch {
            # A failed expectation is no outcome.
            if ($_.FullyQualifiedErrorId -like 'PesterAssertionFailed*') { throw }
            '`' + ($_.FullyQualifiedErrorId -split ',')[0] + '`'
        }
        finally {
            Set-Location ([IO.Path]::GetTempPath())
            Get-PSDrive inner -ErrorAction Ignore | Remove-PSDrive
        }
    }
}

AfterAll { Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore }

Describe 'The table of provider commands' {
    BeforeEach {
        Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
        $null = [IO.Directory]::CreateDirectory("$folder/d/e")
        [IO.File]::WriteAllText("$folder/a", "one`ntwo`n")
        [IO.File]::WriteAllText("$folder/d/x", 'x')
        [IO.File]::WriteAllText("$folder/d/e/y", 'y')
        $null = New-PSDrive -Name m -PSProvider KvStore -Root / -Storage memory -Scope Global
        'a', 'd/x', 'd/e/y' | ForEach-Object { Get-Content $folder/$_ | Set-Content m:/s/top/$_ }
    }

    AfterEach { Remove-PSDrive -Name m }

    It 'has a case here for each of its rows, and a row for each case' -ForEach @{ Count = @($rows).Count } {
        $rows = Get-Content $PSScriptRoot/../../docs/drive.md | Where-Object { $_ -match '^\| `[^`]+`[^|]*\|' } | ForEach-Object { ($_ -replace '^\| `([^`]+)`([^|]*)\|.*$', '$1$2').Trim() }
        $rows | Sort-Object | Should -Be ($actions.Keys | Sort-Object)
        @($rows).Count | Should -Be $Count
    }

    It 'tells what files do with <Row>' -ForEach $rows {
        # The ids of some of its errors depend on the system.
        (Get-Outcome $Row $folder.Replace('\', '/')) -eq 'works' | Should -Be ($Files -eq 'works')
    }

    It 'tells what a drive does with <Row>' -ForEach $rows {
        Get-Outcome $Row 'm:/s/top' | Should -BeExactly $Drive
    }
}
