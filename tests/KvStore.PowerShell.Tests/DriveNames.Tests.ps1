# Names that a shell, a wildcard or a terminal would take for something else: made, stood in, completed, moved and removed.
BeforeDiscovery {
    $names = @(
        'plain', '[x]', '[', ']', '[a-z]', '*', 'a*b', '?', 'a?b', 'per%cent', '%41', '%', '100%', 'back\slash', '\', 'co:lon', 'a::b', 'in ner', "it's", 'dou"ble', "$([char]0x2018)curly$([char]0x2019)", "$([char]0x201C)curly$([char]0x201D)"
        '-dash', '--', '~', '~home', '.', '..', '...', '.hidden', 'back`tick', '``', '$var', '$(1)', '@splat', '#hash', 'semi;colon', 'a|b', 'a&b', '{x}', '(x)', 'a,b', '!', '>'
        "tab`tbed", "line`nfeed", "escape`e[31m", "del$([char]0x7F)", "c1$([char]0x9B)1m", "e$([char]0x301)", "$([char]0xE9)", 'ÀÉÎ', 'Straße', '漢字', "emoji$([char]::ConvertFromUtf32(0x1F600))", "zero$([char]0x200B)width"
        "joined$([char]0x200D)", "rtl$([char]0x202E)x", 'CON', 'NUL', 'trailing.', ('n' * 500), ('é' * 250), 'kv:', 'FileSystem::x'
    ) | ForEach-Object { @{ Name = $_; Shown = $_.Length -gt 40 ? "$($_.Length) times $($_[0])" : ($_ -replace '\p{Cc}|\u202E', '·') } }
}

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $memory = [KvStore.MemoryStorage]::new()
    $null = New-PSDrive -Name m -PSProvider KvStore -Root / -Storage $memory -Scope Global
    $memory.CreateStore('names', [KvStore.KvLimits]::new(2000, 4096), [Threading.CancellationToken]::None)
    function Complete([string]$Line) { (TabExpansion2 $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText }
}

AfterAll {
    Set-Location ([IO.Path]::GetTempPath())
    Remove-PSDrive -Name m
}

Describe 'A name that is hard to write' {
    BeforeEach {
        $null = $memory.Commit('names', [KvStore.KvBatch]::new().DeleteNamespace('').Set("box/$Name", 'value').Set("tree/$Name/child", 'below').Set('box/other', 'o'), [Threading.CancellationToken]::None)
    }

    AfterEach { Set-Location ([IO.Path]::GetTempPath()) }

    It 'is listed once, with its key, and found by its path: <Shown>' -ForEach $names {
        $node = Get-ChildItem m:/names/box | Where-Object Key -CEQ $Name
        @($node).Count | Should -Be 1
        Get-ChildItem m:/names/box -Name | Should -Contain $node.Name
        $node.Name | Should -Not -Match '[\p{Cc}/\\]'
        Test-Path -LiteralPath $node.FullName | Should -BeTrue
        Test-Path -LiteralPath $node.PSPath | Should -BeTrue
        Get-Content -LiteralPath $node.FullName | Should -BeExactly 'value'
        $node | Get-Content | Should -BeExactly 'value'
        Get-Content -Path ([WildcardPattern]::Escape($node.FullName)) | Should -BeExactly 'value'
        (Get-Item -LiteralPath $node.FullName).Key | Should -BeExactly $Name
    }

    # The engine completes * to itself, of files too.
    It 'is completed to what reads it, absolutely and from where one stands: <Shown>' -ForEach ($names | Where-Object { $_.Name -ne '*' }) {
        $completed = Complete 'Get-Content m:/names/box/' | Where-Object { $_ -notlike '*other' }
        Invoke-Expression "Get-Content $completed" | Should -BeExactly 'value'
        Set-Location m:/names/box
        $completed = Complete 'Get-Content ' | Where-Object { $_ -notlike '*other' }
        Invoke-Expression "Get-Content $completed" | Should -BeExactly 'value'
    }

    It 'can be stood in, written to and left: <Shown>' -ForEach $names {
        $node = Get-ChildItem m:/names/tree
        Set-Location -LiteralPath $node.FullName
        # In a folder such as [x] the engine takes even a plain relative path for a pattern; so it is with files.
        Get-Content -LiteralPath child | Should -BeExactly 'below'
        Set-Content -LiteralPath ./born new
        (Get-ChildItem).Name | Should -Be 'born', 'child'
        Set-Location ..
        (Get-Location).Path | Should -BeExactly 'm:/names/tree'
        (Get-KvItem -Storage m: -Store names -Namespace "/tree" -Recurse).FullKey | Should -Be "tree/$Name/born", "tree/$Name/child"
    }

    It 'is copied, renamed, moved and removed, and nothing else is: <Shown>' -ForEach $names {
        $node = Get-ChildItem m:/names/box | Where-Object Key -CEQ $Name
        Copy-Item -LiteralPath $node.FullName m:/names/copies/
        Copy-Item -LiteralPath (Get-ChildItem m:/names/tree).FullName m:/names/copied -Recurse
        Get-Content m:/names/copied/child | Should -BeExactly 'below'
        Move-Item -LiteralPath $node.FullName m:/names/moved
        Get-Content m:/names/moved | Should -BeExactly 'value'
        Rename-Item -LiteralPath m:/names/moved $node.Name
        $renamed = Get-ChildItem m:/names | Where-Object Key -CEQ $Name
        $renamed.Value | Should -BeExactly 'value'
        Remove-Item -LiteralPath $renamed.PSPath
        Remove-Item -LiteralPath (Get-ChildItem m:/names/tree).PSPath -Recurse
        (Get-KvItem -Storage m: -Store names -Recurse).FullKey | Should -Be 'box/other', 'copied/child', 'copies'
    }

    It 'is made by its path: <Shown>' -ForEach $names {
        $path = (Get-ChildItem m:/names/tree).FullName
        (New-Item -Path "$path/made" -Value 1).Key | Should -BeExactly 'made'
        $spelled = (Get-ChildItem m:/names/box | Where-Object Key -CEQ $Name).Name
        (New-Item -Path m:/names/fresh -Name $spelled -Value 2).Key | Should -BeExactly $Name
    }
}

Describe 'Names that look alike' {
    It 'keeps keys apart that differ in case or in their normal form' {
        'Case', 'case', "e$([char]0x301)", "$([char]0xE9)" | ForEach-Object { Set-Content -LiteralPath "m:/alike/$_" "value of $_" }
        @(Get-ChildItem m:/alike).Count | Should -Be 4
        Get-Content m:/alike/case | Should -BeExactly 'value of case'
        Remove-Item m:/alike/Case
        Get-ChildItem m:/alike -Name | Should -BeExactly 'case', "e$([char]0x301)", "$([char]0xE9)"
    }

    It 'finds a store in any case' {
        Set-Content m:/MyStore/x 1
        Get-Content m:/mystore/x | Should -BeExactly '1'
        Set-Content m:/MYSTORE/y 2
        (Get-ChildItem m:/ | Where-Object Name -EQ mystore).Name | Should -BeExactly 'MyStore'
        { Get-Content m:/mystore/X -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }

    It 'takes white space at the end of a namespace for part of it, and at the end of a key for nothing that can be' {
        $null = $memory.Commit('spaces', [KvStore.KvBatch]::new().Set('foo /bar', '1').Set('foo/bar', '2'), [Threading.CancellationToken]::None)
        Get-ChildItem m:/spaces -Name | Should -BeExactly 'foo ', 'foo'
        Get-Content -LiteralPath 'm:/spaces/foo /bar' | Should -BeExactly '1'
        Test-Path -LiteralPath 'm:/spaces/foo/bar ' | Should -BeFalse
        { Set-Content -LiteralPath 'm:/spaces/foo/bar ' 3 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
        Remove-Item -LiteralPath 'm:/spaces/foo ' -Recurse
        Get-ChildItem m:/spaces -Recurse -Name | Should -Be 'foo', 'foo/bar'
    }

    It 'does not find text that is no Unicode, and refuses to write it' {
        $lone = "m:/alike/x$([char]0xD800)"
        Test-Path -LiteralPath $lone | Should -BeFalse
        Test-Path -LiteralPath 'm:/alike/%FF' | Should -BeFalse
        Test-Path -LiteralPath 'm:/alike/%00' | Should -BeFalse
        { Set-Content -LiteralPath $lone 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidText,*'
        { Set-Content -LiteralPath 'm:/alike/%FF' 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
        { Set-Content -LiteralPath 'm:/alike/%00' 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
    }

    It 'goes a hundred levels deep' {
        $levels = (1..100 | ForEach-Object { "d$_" }) -join '/'
        Set-Content "m:/deep/$levels" bottom
        Set-Location "m:/deep/$((1..99 | ForEach-Object { "d$_" }) -join '/')"
        Get-Content d100 | Should -BeExactly 'bottom'
        Set-Location m:/
        @(Get-ChildItem m:/deep -Recurse).Count | Should -Be 100
        @(Get-ChildItem m:/deep -Recurse -Name).Count | Should -Be 100
        Copy-Item m:/deep/d1 m:/deeper/ -Recurse
        Get-Content "m:/deeper/$($levels.Substring(3))" | Should -BeExactly 'bottom'
        Remove-Item m:/deep, m:/deeper -Recurse
    }
}

Describe 'Wildcards' {
    BeforeAll {
        'a1/x', 'a2/x', 'b1/x', 'a1/[y]', 'a2/deep/x', '[c]/x', 'c/x' | ForEach-Object { Set-Content -LiteralPath "m:/wild/$_" $_ }
    }

    It 'stand in every position' {
        (Get-Item m:/wild/a*/x).Value | Should -Be 'a1/x', 'a2/x'
        (Get-Item m:/wi*/?1/*).Value | Should -Be 'a1/[y]', 'a1/x', 'b1/x'
        (Get-Item 'm:/wild/[ab]1/x').Value | Should -Be 'a1/x', 'b1/x'
        Get-Content m:/*/a2/*/x | Should -Be 'a2/deep/x'
        (Resolve-Path m:/wild/*/x).Path | Should -Be 'm:/wild/[c]/x', 'm:/wild/a1/x', 'm:/wild/a2/x', 'm:/wild/b1/x', 'm:/wild/c/x'
        Test-Path m:/wild/z* | Should -BeFalse
    }

    It 'stand for nothing in a literal path, or when escaped' {
        Get-Content -LiteralPath 'm:/wild/[c]/x' | Should -Be '[c]/x'
        Get-Content 'm:/wild/`[c`]/x' | Should -Be '[c]/x'
        Get-Content 'm:/wild/[c]/x' | Should -Be 'c/x'
        Get-Content 'm:/wild/a1/`[y`]' | Should -Be 'a1/[y]'
    }

    It 'choose what is copied and removed' {
        $null = New-Item m:/chosen -ItemType Directory
        Copy-Item m:/wild/a* m:/chosen -Recurse
        Get-ChildItem m:/chosen -Recurse -Name -File | Sort-Object | Should -Be 'a1/[y]', 'a1/x', 'a2/deep/x', 'a2/x'
        Remove-Item m:/wild/*/x
        Get-ChildItem m:/wild -Recurse -Name -File | Sort-Object | Should -Be 'a1/[y]', 'a2/deep/x'
    }
}
