# What goes wrong beneath a drive is an error in it, never the end of the session; and no code is loaded but what the user named.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $manifest = (Resolve-Path (Join-Path $PSScriptRoot '../../KvStore.psd1')).Path
    $plugins = (Resolve-Path (Join-Path $PSScriptRoot '../../docs/examples/ListModule/bin')).Path
}

Describe 'A file that is lost or damaged under an open drive' {
    BeforeEach {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).db"
        $null = New-PSDrive faulty KvStore / -Connection $file -Scope Global
        Set-Content faulty:/myKV/foo/key val
        Push-Location faulty:/myKV/foo
    }

    AfterEach {
        Pop-Location
        Remove-PSDrive faulty
    }

    It 'is empty once it is deleted, and is made anew by the next write' -Skip:$IsWindows {
        Remove-Item "$file*"
        Start-Sleep -Milliseconds 400
        { Get-Content key -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound*'
        Get-ChildItem faulty:/ | Should -BeNullOrEmpty
        Set-Content key again
        Get-Content key | Should -Be again
        Test-Path $file | Should -BeTrue
    }

    It 'is an error while noise stands in its place, and serves again when it is back' -Skip:$IsWindows {
        $null = New-PSDrive other KvStore / -Connection "$file.other"
        Copy-Item faulty:/myKV other:/ -Recurse
        Remove-PSDrive other
        Remove-Item $file, "$file-wal", "$file-shm"
        [IO.File]::WriteAllBytes($file, [byte[]](1..9000 | ForEach-Object { $_ * 7919 % 251 }))
        Start-Sleep -Milliseconds 400
        { Get-Content key -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        { Get-Item key -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        { Test-Path key -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        { Remove-Item key -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        { Set-Content key new -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        { Get-ChildItem faulty:/ -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ForeignDatabase*'
        Move-Item "$file.other" $file -Force
        Start-Sleep -Milliseconds 400
        Get-Content key | Should -Be val
    }
}

Describe 'JSON that is nested ten thousand deep' {
    It 'is text as any other, and an error as JSON' {
        $deep = '[' * 10000 + ']' * 10000
        New-KvStore deep -MaximumValueSize 100000
        Set-KvItem -Store deep -Key k -Value $deep
        (Get-KvItem -Store deep -Key k).Value | Should -BeExactly $deep
        { Get-KvItem -Store deep -Key k -AsJson -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue*'
    }
}

Describe 'Code that nobody asked for' {
    It 'is not loaded from the current folder, nor from beside the database' {
        $folder = (New-Item (Join-Path $TestDrive decoys) -ItemType Directory).FullName

        # A plugin that works, and libraries that would not.
        Copy-Item (Join-Path $plugins *) $folder
        foreach ($name in 'KvStore.Storage.Sqlite.dll', 'SQLitePCLRaw.core.dll', 'e_sqlite3.so', 'libe_sqlite3.so', 'e_sqlite3.dll', 'Npgsql.dll') {
            Set-Content -LiteralPath (Join-Path $folder $name) 'no library'
        }

        $script = @"
            Set-Location '$folder'
            Import-Module '$manifest'
            `$null = New-PSDrive here KvStore / -Connection kv.db
            Set-Content here:/myKV/key val
            Get-Content here:/myKV/key
            try { Connect-KvStorage list -Name mine -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
            @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { -not `$_.IsDynamic -and `$_.Location.StartsWith('$folder') }).Count
            if (`$IsLinux) { @(Get-Content /proc/self/maps | Where-Object { `$_ -match 'decoys/.*\.(dll|so)' }).Count } else { 0 }
            Register-KvStorage -Path '$folder' -ErrorAction SilentlyContinue
            (Connect-KvStorage list -Name mine).Description
"@
        $told = @(pwsh -NoProfile -NonInteractive -Command $script)
        $told[0] | Should -Be val
        $told[1] | Should -BeLike 'KvStore.StorageNotFound*'
        $told[2], $told[3] | Should -Be '0', '0'

        # Named by the user it is loaded: the plugin in the folder is a real one.
        $told[4] | Should -BeLike 'list (*'
        Test-Path (Join-Path $folder kv.db) | Should -BeTrue
    }
}
