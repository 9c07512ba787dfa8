# The default storage across processes: what one wrote the next reads, and two that write at once lose nothing.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $module = (Get-Module KvStore).ModuleBase
    $pwsh = (Get-Process -Id $PID).Path

    function Start-Script([string] $Script) {
        $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
        '-NoProfile', '-NonInteractive', '-Command', "`$ErrorActionPreference = 'Stop'; Import-Module '$module/KvStore.psd1'; $Script" | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        [Diagnostics.Process]::Start($start)
    }

    function Wait-Script([Diagnostics.Process] $Process) {
        $output = $Process.StandardOutput.ReadToEnd()
        $errors = $Process.StandardError.ReadToEnd()
        $Process.WaitForExit()
        $errors.Trim() | Should -BeNullOrEmpty
        $Process.ExitCode | Should -Be 0
        $output.Trim()
    }
}

Describe 'The default storage' {
    It 'gives to the next process what this one wrote' {
        Set-KvItem -Store myKV -Namespace /foo/bar -Key key -Value 'vál 😀'
        Wait-Script (Start-Script '(Get-KvItem -Store myKV foo/bar/key).Value -eq "vál 😀"') | Should -Be 'True'
        Wait-Script (Start-Script '(Open-KvStore myKV)["foo/bar/key2"] = "from the next"') | Should -BeNullOrEmpty
        (Get-KvItem foo/bar/key2 -Store myKV).Value | Should -Be 'from the next'
    }

    It 'keeps a file that only its owner reads' -Skip:$IsWindows {
        Set-KvItem k v -Store mode
        $file = $env:KVSTORE_CONNECTION.Replace('sqlite:///', '')
        [IO.File]::GetUnixFileMode($file) | Should -Be ([IO.UnixFileMode]'UserRead, UserWrite')
    }

    It 'loses nothing and reports no lock when two processes write 1,000 items each at once' {
        # The one commits each item by itself, the other many at once; a third, this one, reads meanwhile.
        $single = Start-Script '1..1000 | ForEach-Object { Set-KvItem "single/k$_" "v$_" -Store both }'
        $batches = Start-Script '1..1000 | ForEach-Object { [pscustomobject]@{ Key = "batch/k$_"; Value = "v$_" } } | Set-KvItem -Store both'
        while (-not $single.HasExited) {
            @(Get-KvItem -Store both -Namespace batch).Count | Should -BeIn @(0, 1000)
        }
        Wait-Script $single | Should -BeNullOrEmpty
        Wait-Script $batches | Should -BeNullOrEmpty
        (Get-KvStore both).ItemCount | Should -Be 2000
        Get-KvItem -Store both -Recurse | Where-Object { $_.Value -ne ($_.Key -replace '.*/k', 'v') } | Should -BeNullOrEmpty
    }

    It 'is removed from while it is read' {
        1..2500 | ForEach-Object { [pscustomobject]@{ Key = "k$_"; Value = 'v' } } | Set-KvItem -Store large
        Get-KvItem -Store large | Set-KvItem -Namespace copy -Store large
        Get-KvItem -Store large | Remove-KvItem
        (Get-KvStore large).ItemCount | Should -Be 2500
        @(Get-KvItem -Store large -Namespace copy).Count | Should -Be 2500
    }
}

Describe 'Storages that another module announces' {
    BeforeAll {
        function New-TestModule([string] $Name, [string] $Storages) {
            $folder = New-Item (Join-Path $TestDrive $Name $Name) -ItemType Directory
            Set-Content (Join-Path $folder "$Name.psd1") "@{ ModuleVersion = '1.0'; PrivateData = @{ KvStore = @{ Storages = $Storages } } }"
            $folder.Parent.FullName
        }

        $plugin = Get-Item (Join-Path $PSScriptRoot ../../docs/examples/ListModule/bin/ListModule.dll)
    }

    It 'are found by name and by scheme, though the module is not imported' {
        $path = New-TestModule Good "@{ Name = 'list'; Schemes = 'list'; Assembly = '$($plugin.FullName)'; Type = 'ListModule.ListStorage' }"
        $script = "`$env:PSModulePath = '$path'; (Connect-KvStorage -Connection list://here -Name a).Plugin; (Get-KvStorage list -ListAvailable).Name"
        Wait-Script (Start-Script $script) | Should -Be "list$([Environment]::NewLine)list"
    }

    It 'are found beside a module whose announcement is malformed, and by a path as manifests spell it' {
        $path = New-TestModule Spelled "@{ Name = 'list'; Assembly = 'bin\ListModule.dll'; Type = 'ListModule.ListStorage' }"
        Copy-Item -LiteralPath $plugin.DirectoryName (Join-Path $path Spelled bin) -Recurse
        # Both orders of asking.
        $paths = (New-TestModule Before '5'), $path, (New-TestModule Behind '@{ Name = 1 }') -join [IO.Path]::PathSeparator
        $script = "`$env:PSModulePath = '$paths'; (Get-KvStorage list -ListAvailable).Name; (Connect-KvStorage list -Name a).Description"
        Wait-Script (Start-Script $script) | Should -Be "list$([Environment]::NewLine)list (, 42)"
    }

    It 'and cannot be read are told each time, with the manifest' {
        $path = New-TestModule Odd '(Get-Date)'
        $script = "`$env:PSModulePath = '$path'; foreach (`$i in 1, 2) { try { Connect-KvStorage nowhere } catch { `"`$_`"; `$_.FullyQualifiedErrorId } }"
        $lines = (Wait-Script (Start-Script $script)) -split '\r?\n'
        $lines[0, 2] | Should -BeLike "*Odd.psd1*"
        $lines[1, 3] | Should -BeLike 'KvStore.InvalidPlugin,*'
    }
}
