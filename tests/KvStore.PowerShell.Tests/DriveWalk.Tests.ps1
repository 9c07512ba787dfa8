# The same walk over a FileSystem tree and a kv drive that holds the same tree: each listing gives the same names.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $null = New-PSDrive -Name m -PSProvider KvStore -Root / -Storage memory -Scope Global
    $folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-walk-$PID"
    $files = @(
        'readme.txt', 'Rakefile', 'a.md', 'b.md', 'ab.md', 'abc.txt', '[x].txt', 'x.txt', 'noext', 'one.two.three'
        'src/main.txt', 'src/area/readme.txt', 'src/area/map.md', 'src/deep/deep/deep/bottom.txt', 'src/deep/a.md', 'src/deep-er/x', 'src/[x]/in.txt', 'src/[x]/y'
        'a/b/c/d/e/f', 'a.d/x.txt', 'a/z', 'a-b'
    )
    foreach ($file in $files) {
        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName("$folder/$file"))
        [IO.File]::WriteAllText("$folder/$file", 'x')
        Set-Content -LiteralPath "m:/walk/$file" x
    }

    $null = [IO.Directory]::CreateDirectory("$folder/empty/too")
    $null = New-Item m:/walk/empty/too -ItemType Directory

    # Each is a set of Get-ChildItem's parameters; the path is relative to the top of the tree.
    $walks = @(
        @{ Path = '' }
        @{ Path = ''; Recurse = $true }
        @{ Path = ''; Recurse = $true; Directory = $true }
        @{ Path = ''; Recurse = $true; File = $true }
        @{ Path = ''; Recurse = $true; File = $true; Directory = $true }
        @{ Path = ''; Directory = $true }
        @{ Path = ''; File = $true }
        @{ Path = ''; Depth = 0 }
        @{ Path = ''; Depth = 1 }
        @{ Path = ''; Depth = 2; File = $true }
        @{ Path = ''; Depth = 1; Directory = $true }
        @{ Path = 'src/deep' ; Recurse = $true }
        @{ Path = 'readme.txt' }
        @{ Path = 'src/'; Recurse = $true }
    )
    foreach ($filter in '*.txt', 'r*', '*a*', '?.md', '*.*', '*', 'SRC', 'readme.txt', '[x].txt', '*.', 'nothing', 'a?c.txt') {
        $walks += @{ Path = ''; Filter = $filter }
        $walks += @{ Path = ''; Filter = $filter; Recurse = $true }
        $walks += @{ Path = ''; Filter = $filter; Depth = 1 }
        $walks += @{ Path = ''; Filter = $filter; Recurse = $true; Directory = $true }
    }

    foreach ($pattern in '*.txt', 'r*', '*a*', '?.md', 'src', 'DEEP', '*e*p') {
        $walks += @{ Path = ''; Include = $pattern; Recurse = $true }
        $walks += @{ Path = ''; Exclude = $pattern; Recurse = $true }
        $walks += @{ Path = ''; Exclude = $pattern }
        $walks += @{ Path = '*'; Include = $pattern }
        $walks += @{ Path = ''; Include = $pattern; Depth = 1 }
        $walks += @{ Path = ''; Include = '*a*'; Exclude = $pattern; Recurse = $true }
    }

    foreach ($pattern in '*', '*.txt', 's*', 'S*/*', '*/*', '*/deep', 's*/d*/*.txt', 'src/*', 'src/*/*', '?[a-r]c', '`[x`].txt', 'no*', 'src/`[x`]/*', '*/`[x`]') {
        $walks += @{ Path = $pattern }
        $walks += @{ Path = $pattern; Recurse = $true }
        $walks += @{ Path = $pattern; Filter = '*.txt' }
    }

    function Format-Walk([hashtable]$Walk) { ($Walk.GetEnumerator() | Sort-Object Key | ForEach-Object { "-$($_.Key) '$($_.Value)'" }) -join ' ' }

    # What a command lists, as paths from the top of the tree, and the ids of its errors.
    function Get-Walk([string]$Top, [hashtable]$Walk, [switch]$Name) {
        $parameters = $Walk.Clone()
        $parameters.Path = $Walk.Path ? "$Top/$($Walk.Path)" : $Top
        $listed = Get-ChildItem @parameters -Name:$Name -ErrorAction SilentlyContinue -ErrorVariable failures
        $paths = $Name ? $listed : ($listed | ForEach-Object { ($_.PSPath -replace '^.*?::').Replace('\', '/') })
        $relative = $paths | ForEach-Object { $_.Replace('\', '/') } | ForEach-Object { $_.StartsWith("$Top/") ? $_.Substring($Top.Length + 1) : $_ }
        ($relative | Sort-Object -CaseSensitive -Culture '') + ($failures.FullyQualifiedErrorId | Select-Object -Unique)
    }
}

AfterAll {
    Remove-PSDrive -Name m
    Remove-Item -LiteralPath $folder -Recurse -Force
}

Describe 'The same walk over files and over items' {
    It 'lists the same with every path, filter and depth' {
        foreach ($walk in $walks) {
            $expected = Get-Walk $folder.Replace('\', '/') $walk
            Get-Walk 'm:/walk' $walk | Should -Be $expected -Because "that is what files give with $(Format-Walk $walk)"
        }
    }

    It 'gives the same names with -Name' {
        foreach ($walk in $walks) {
            # Of a single file the file system gives an empty name then.
            if ($walk.Path -ne '`[x`].txt' -or !$walk.Recurse) {
                $expected = Get-Walk $folder.Replace('\', '/') $walk -Name
                Get-Walk 'm:/walk' $walk -Name | Should -Be $expected -Because "that is what files give with -Name $(Format-Walk $walk)"
            }
        }
    }

    It 'lists where one stands the same' {
        Push-Location -LiteralPath $folder/src
        try { $expected = @(Get-ChildItem -Recurse -Name | Sort-Object -CaseSensitive); $expectedHere = @(Get-ChildItem ../a*, ./deep -Name | Sort-Object -CaseSensitive) } finally { Pop-Location }
        Push-Location m:/walk/src
        try {
            @(Get-ChildItem -Recurse -Name | Sort-Object -CaseSensitive) | Should -Be $expected
            @(Get-ChildItem ../a*, ./deep -Name | Sort-Object -CaseSensitive) | Should -Be $expectedHere
        }
        finally { Pop-Location }
    }
}
