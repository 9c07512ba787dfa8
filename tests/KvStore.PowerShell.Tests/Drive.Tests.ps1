# The drive as a person meets it: moving around, listing, reading, writing, copying, removing.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
}

Describe 'The session of the blog post on the drive' {
    BeforeAll {
        Set-KvItem -Store myKV -Namespace /foo/bar -Key key -Value val
        Push-Location kv:/
    }

    AfterAll {
        Set-Location kv:/
        Pop-Location
        Remove-KvStore myKV -Force
    }

    It 'goes to a namespace as to a directory and reads what a cmdlet wrote' {
        Set-Location kv:/myKV/foo/bar
        "$PWD" | Should -Be 'kv:/myKV/foo/bar'
        Get-Content key | Should -BeExactly val
    }

    It 'writes a value there that a cmdlet reads' {
        Set-Location kv:/myKV/foo/bar
        Set-Content key2 val2
        Get-KvItem key2 | ForEach-Object Value | Should -BeExactly val2
        Get-ChildItem | ForEach-Object Name | Should -Be key, key2
    }

    It 'lists all beneath from the namespace above' {
        Set-Location kv:/myKV/foo/bar
        Set-Location ..
        "$PWD" | Should -Be 'kv:/myKV/foo'
        Get-ChildItem -Recurse -Name | Sort-Object | Should -Be bar, bar/key, bar/key2
    }
}

Describe 'Paths' {
    BeforeAll {
        Set-KvItem -Store paths -Key ab/c -Value 1
        Set-KvItem -Store paths -Key a -Value 2
        Set-KvItem -Store paths -Key a/b -Value 3
        $null = New-PSDrive other KvStore / -Storage memory
        Set-Content other:/paths/a/b elsewhere
    }

    AfterAll {
        Remove-PSDrive other
        Remove-KvStore paths -Force
    }

    It 'finds what is there however it is written: <path>' -ForEach @(
        @{ path = 'kv:' }, @{ path = 'kv:/' }, @{ path = 'kv:\' }, @{ path = 'kv:/paths' }, @{ path = 'kv:/PATHS/ab' }
        @{ path = 'kv:\paths\ab\c' }, @{ path = 'kv:/paths//ab/' }, @{ path = 'kv:/paths/./ab/../a' }, @{ path = 'KvStore::kv:/paths/a' }, @{ path = 'kv:/paths/A*' }
    ) {
        Test-Path $path | Should -BeTrue
    }

    It 'does not find what is not there: <path>' -ForEach @(
        @{ path = 'kv:/nope' }, @{ path = 'kv:/paths/AB' }, @{ path = 'kv:/paths/ab/c/d' }, @{ path = 'kv:/1x' }, @{ path = 'KvStore::nope/paths' }, @{ path = 'kv:/paths/x*' }
    ) {
        Test-Path $path | Should -BeFalse
    }

    It 'leads from a listed object back to the drive it came from' {
        Get-ChildItem other:/paths/a | Get-Content | Should -BeExactly elsewhere
        Get-Item other:/paths/a/b | Remove-Item
        Test-Path other:/paths/a/b | Should -BeFalse
        Get-Content kv:/paths/a/b | Should -BeExactly 3
    }

    It 'takes paths apart and puts them together without asking the storage' {
        Split-Path kv:/paths/ab/c | Should -Be 'kv:/paths/ab'
        Split-Path kv:/paths | Should -Be 'kv:/'
        Split-Path kv:/paths/ab/c -Leaf | Should -Be c
        Join-Path kv:/paths ab c | Should -Be 'kv:/paths/ab/c'
    }

    It 'resolves relative paths against a location whose name begins alike' {
        Push-Location kv:/paths/a
        try {
            Resolve-Path ../ab/c | ForEach-Object Path | Should -Be 'kv:/paths/ab/c'
            Resolve-Path kv:/paths/ab/c -Relative | Should -Be '../ab/c'
            Set-Location ~
            "$PWD" | Should -Be 'kv:/'
        } finally {
            Pop-Location
        }
    }

    It 'gives an item of the same path as a namespace once, as a container with a value' {
        $node = Get-ChildItem kv:/paths | Where-Object Name -CEQ a
        @($node).Count | Should -Be 1
        $node.PSIsContainer | Should -BeTrue
        $node.Value | Should -BeExactly 2
        $node.Mode | Should -Be ni
    }

    It 'completes names with their escapes' {
        Set-KvItem -Store paths -Key 'od[d] $x' -Value 1
        $text = (TabExpansion2 'Get-Content kv:/paths/od').CompletionMatches[0].CompletionText
        Invoke-Expression "Get-Content $text" | Should -BeExactly 1
    }
}

Describe 'Names that are hard to write' {
    It 'lists, reads, copies and removes <_>' -ForEach @(
        '[x]', 'a*b?', 'back`tick', 'per%cent', 'back\slash', 'co:lon', 'in ner', "quo'te", 'dou"ble', '-dash', '~', '.', '..', '%2E', "tab`tbed"
        "e$([char]0x301)", "$([char]0xE9)", '$var', ('n' * 500)
    ) {
        Set-KvItem -Store names -Key $_ -Value hard
        $node = Get-ChildItem kv:/names
        @($node).Count | Should -Be 1
        $node.Key | Should -BeExactly $_
        Get-Content -LiteralPath $node.PSPath | Should -BeExactly hard
        Get-Content -LiteralPath "kv:/names/$($node.Name)" | Should -BeExactly hard
        Copy-Item -LiteralPath $node.PSPath kv:/names/copied
        Get-Content kv:/names/copied | Should -BeExactly hard
        Remove-Item -LiteralPath $node.PSPath
        Get-ChildItem kv:/names -Name | Should -Be copied
        Remove-Item kv:/names/copied
    }

    It 'walks a hundred levels down' {
        $path = (1..100 | ForEach-Object { "l$_" }) -join '/'
        Set-KvItem -Store names -Key $path -Value deep
        Get-Content "kv:/names/$path" | Should -BeExactly deep
        @(Get-ChildItem kv:/names -Recurse).Count | Should -Be 100
        Remove-Item kv:/names -Recurse
    }
}

Describe 'Content' {
    AfterAll {
        Remove-KvStore content -Force
    }

    It 'stores exactly what is set, and nothing behind it' {
        Set-Content kv:/content/x val
        (Get-KvItem -Store content x).Value | Should -BeExactly val
        (Get-KvItem -Store content x).Version | Should -Be 1
    }

    It 'gives <name> back as it was by lines and in one piece' -ForEach @(
        @{ name = 'two lines'; text = "a`nb" }, @{ name = 'a last line feed'; text = "a`nb`n" }, @{ name = 'carriage returns'; text = "a`r`nb`r`n" }, @{ name = 'line feeds alone'; text = "`n`n" }
    ) {
        Set-Content kv:/content/from $text
        Get-Content kv:/content/from -Raw | Should -BeExactly $text
        Get-Content kv:/content/from | Set-Content kv:/content/to
        (Get-KvItem -Store content to).Value | Should -BeExactly $text
    }

    It 'adds lines behind what is there' {
        Set-Content kv:/content/log one
        Add-Content kv:/content/log two, three
        Get-Content kv:/content/log | Should -Be one, two, three
        Get-Content kv:/content/log -TotalCount 2 | Should -Be one, two
    }

    It 'takes the content of a file, and gives it' {
        Set-Content TestDrive:/file.txt first, second
        Get-Content TestDrive:/file.txt | Set-Content kv:/content/file
        Get-Content kv:/content/file | Should -Be first, second
        Get-Content kv:/content/file | Set-Content TestDrive:/back.txt
        Get-Content TestDrive:/back.txt -Raw | Should -Be (Get-Content TestDrive:/file.txt -Raw)
    }

    It 'reads and writes bytes in an encoding' {
        [byte[]] (0x41, 0xE4) | Set-Content kv:/content/bytes -AsByteStream -Encoding latin1
        Get-Content kv:/content/bytes | Should -BeExactly "A$([char]0xE4)"
        Get-Content kv:/content/bytes -AsByteStream | Should -Be 0x41, 0xC3, 0xA4
    }

    It 'reports what does not fit, ends when it must, and leaves the value as it was' {
        Set-Content kv:/content/small before
        Set-Content kv:/content/small ('x' * 4097) -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ValueTooLong*'
        { Set-Content kv:/content/small ('x' * 4097) -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ValueTooLong*'
        Set-Content kv:/content/small ([byte[]] (0xFF)) -AsByteStream -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.InvalidText*'
        Get-Content kv:/content/small | Should -BeExactly before
    }

    It 'clears a value but not its item' {
        Set-Content kv:/content/cleared x
        Clear-Content kv:/content/cleared
        (Get-KvItem -Store content cleared).Value | Should -BeExactly ''
    }
}

Describe 'Making and removing' {
    AfterEach {
        Remove-KvStore made -Force -ErrorAction Ignore
    }

    It 'makes items, and refuses one that exists unless it is forced' {
        (New-Item kv:/made/a/x -Value 1).Value | Should -BeExactly 1
        New-Item kv:/made/a/x -Value 2 -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ConditionFailed*'
        Get-Content kv:/made/a/x | Should -BeExactly 1
        (New-Item kv:/made/a/x -Value 2 -Force).Version | Should -Be 2
    }

    It 'makes a store and a namespace that stay while empty' {
        $null = New-Item kv:/made -ItemType Directory
        $null = New-Item kv:/made/ns/deep -ItemType Namespace
        Get-ChildItem kv:/made -Recurse -Name | Should -Be ns, ns/deep
        Test-Path kv:/made/ns -PathType Container | Should -BeTrue
    }

    It 'removes a namespace with all beneath it and leaves its string prefix neighbour alone' {
        Set-KvItem -Store made -Key MyTest -Value item
        Set-KvItem -Store made -Key MyTest/x -Value 1
        Set-KvItem -Store made -Key MyTestPath/x -Value 1
        Remove-Item kv:/made/MyTest -Recurse
        Get-ChildItem kv:/made -Recurse -Name | Should -Be MyTestPath, MyTestPath/x
    }

    It 'refuses to remove the top of a drive' {
        { Remove-Item KvStore::kv -Recurse -ErrorAction Stop } | Should -Throw
        Set-KvItem -Store made -Key x -Value 1
        Test-Path kv:/made/x | Should -BeTrue
    }

    It 'changes nothing with -WhatIf' {
        Set-KvItem -Store made -Key a/x -Value 1
        Set-KvItem -Store made -Key b -Value 2
        $before = Export-KvStore made
        New-Item kv:/made/new -Value 1 -WhatIf
        New-Item kv:/made/ns -ItemType Directory -WhatIf
        New-Item kv:/new-store -ItemType Directory -WhatIf
        Set-Item kv:/made/b 3 -WhatIf
        Clear-Item kv:/made/b -WhatIf
        Remove-Item kv:/made/b -WhatIf
        Remove-Item kv:/made/a -Recurse -WhatIf
        Remove-Item kv:/made -Recurse -WhatIf
        Rename-Item kv:/made/b c -WhatIf
        Copy-Item kv:/made/a kv:/made/c -Recurse -WhatIf
        Move-Item kv:/made/a kv:/made/c -WhatIf
        Set-Content kv:/made/b 3 -WhatIf
        Add-Content kv:/made/b 3 -WhatIf
        Clear-Content kv:/made/b -WhatIf
        Set-ItemProperty kv:/made/b Value 3 -WhatIf
        Clear-ItemProperty kv:/made/b Value -WhatIf
        Export-KvStore made | Should -Be $before
        Get-KvStore -Storage kv: | ForEach-Object Name | Should -Not -Contain new-store
    }
}

Describe 'Copying and moving' {
    BeforeEach {
        $null = New-PSDrive other KvStore / -Storage memory -Scope Global
        Set-KvItem -Store from -Key a -Value item
        Set-KvItem -Store from -Key a/x -Value 1
        Set-KvItem -Store from -Key a/y/z -Value 2
        Set-KvItem -Store from -Key ab -Value 3
    }

    AfterEach {
        Remove-PSDrive other
        Remove-KvStore from, to -Force -ErrorAction Ignore
    }

    It 'copies a namespace into one that exists, and to the name of one that does not' {
        Copy-Item kv:/from/a kv:/to/copy -Recurse
        Copy-Item kv:/from/a kv:/to/copy -Recurse
        Get-ChildItem kv:/to -Recurse -Name | Sort-Object | Should -Be copy, copy/a, copy/a/x, copy/a/y, copy/a/y/z, copy/x, copy/y, copy/y/z
        Get-Content kv:/to/copy | Should -BeExactly item
        Get-Content kv:/from/a/x | Should -BeExactly 1
    }

    It 'copies a whole store to a drive on another storage' {
        Copy-Item kv:/from other:/ -Recurse
        (Export-KvStore from -Storage other:) | Should -Be (Export-KvStore from)
    }

    It 'moves between storages and within a store without losing anything' {
        Move-Item kv:/from/a other:/to/moved
        Get-ChildItem kv:/from -Recurse -Name | Should -Be ab
        Get-Content other:/to/moved/y/z | Should -BeExactly 2
        Get-Content other:/to/moved | Should -BeExactly item
        $revision = (Get-KvStore from).Revision
        Move-Item kv:/from/ab kv:/from/deep/er
        (Get-KvStore from).Revision | Should -Be ($revision + 1)
        Get-Content kv:/from/deep/er | Should -BeExactly 3
        Test-Path kv:/from/ab | Should -BeFalse
    }

    It 'renames, and refuses a name that is taken or none' {
        Rename-Item kv:/from/a renamed
        Get-Content kv:/from/renamed/y/z | Should -BeExactly 2
        { Rename-Item kv:/from/ab renamed -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed*'
        { Rename-Item kv:/from/ab a/b -ErrorAction Stop } | Should -Throw
        Get-Content kv:/from/ab | Should -BeExactly 3
    }

    It 'refuses to copy or move a namespace into itself' {
        { Copy-Item kv:/from/a kv:/from/a/x/deep -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidPath*'
        { Move-Item kv:/from/a kv:/from/a/new -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidPath*'
        Get-Content kv:/from/a/y/z | Should -BeExactly 2
    }
}

Describe 'Drives' {
    It 'keeps to a root inside a store' {
        Set-KvItem -Store rooted -Key foo/bar/x -Value 1
        Set-KvItem -Store rooted -Key foo2 -Value 1
        $null = New-PSDrive inner KvStore rooted/foo
        Get-ChildItem inner:/ -Recurse -Name | Should -Be bar, bar/x
        Get-Content inner:/bar/x | Should -BeExactly 1
        Set-Content inner:/y 2
        (Get-KvItem -Store rooted foo/y).Value | Should -BeExactly 2
        { Get-Content inner:/../foo2 -ErrorAction Stop } | Should -Throw
        Push-Location inner:/bar
        (Get-KvItem x).Value | Should -BeExactly 1
        Pop-Location
        Remove-PSDrive inner
        Remove-KvStore rooted -Force
    }

    It 'refuses every change on a drive that is read-only' {
        Set-KvItem -Store kept -Key x -Value 1
        $null = New-PSDrive readonly KvStore / -Connection $env:KVSTORE_CONNECTION -ReadOnly
        Get-Content readonly:/kept/x | Should -BeExactly 1
        { Set-Content readonly:/kept/x 2 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ReadOnly*'
        { Remove-Item readonly:/kept -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ReadOnly*'
        Remove-PSDrive readonly
        Get-Content kv:/kept/x | Should -BeExactly 1
        Remove-KvStore kept -Force
    }

    It 'names what is wrong with a drive that cannot be made' {
        { New-PSDrive bad KvStore / -Connection 'nowhere://me:s3cret@host' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound*'
        { New-PSDrive bad KvStore 1x -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName*'
        "$Error" | Should -Not -BeLike '*s3cret*'
    }

    It 'reaches a storage by its connection from parallel runspaces and jobs' {
        Set-KvItem -Store parallel -Key x -Value 1
        $manifest = Join-Path $PSScriptRoot '../../KvStore.psd1'
        1..4 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            Set-Content "kv:/parallel/p$_" $_
        }
        Start-Job { Import-Module $using:manifest; Set-Content kv:/parallel/job 5 } | Receive-Job -Wait -AutoRemoveJob
        Get-ChildItem kv:/parallel -Name | Sort-Object | Should -Be job, p1, p2, p3, p4, x
        Remove-KvStore parallel -Force
    }

    It 'is closed and gone when the module is removed' {
        $manifest = Join-Path $PSScriptRoot '../../KvStore.psd1'
        Set-KvItem -Store kept -Key x -Value 1
        Remove-Module KvStore
        Get-PSDrive kv -ErrorAction Ignore | Should -BeNullOrEmpty
        Import-Module $manifest
        Get-Content kv:/kept/x | Should -BeExactly 1
        Remove-KvStore kept -Force
    }
}

Describe 'Properties' {
    It 'gives what is known of an item, and sets its value alone' {
        Set-Content kv:/props/x one
        (Get-ItemProperty kv:/props/x).Version | Should -Be 1
        Get-ItemPropertyValue kv:/props/x Length | Should -Be 3
        Set-ItemProperty kv:/props/x Value two
        Get-Content kv:/props/x | Should -BeExactly two
        { Set-ItemProperty kv:/props/x Version 7 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported*'
        { Get-ItemProperty kv:/props/x nope -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue*'
        Clear-ItemProperty kv:/props/x Value
        (Get-Item kv:/props/x).Value | Should -BeExactly ''
        Remove-KvStore props -Force
    }
}
