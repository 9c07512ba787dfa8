# Show-KvTree: what is drawn, counted and left out.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $null = Connect-KvStorage memory
    'a/x', 'a', 'a-b/y', 'a/b/c/z', 'd' | ForEach-Object { Set-KvItem $_ ($_ * 10) -Store myKV }
}

Describe 'Show-KvTree' {
    It 'draws each node once, with counts and bytes of all that lies beneath' {
        Show-KvTree -Store myKV | Should -BeExactly @(
            'myKV:/'
            '├── a/ (10 B; 2 items, 100 B)'
            '│   ├── b/ (1 item, 70 B)'
            '│   │   └── c/ (1 item, 70 B)'
            '│   │       └── z (70 B)'
            '│   └── x (30 B)'
            '├── a-b/ (1 item, 50 B)'
            '│   └── y (50 B)'
            '└── d (10 B)'
            '5 items, 170 B'
        )
    }

    It 'goes no further down than -Depth, and counts what is there all the same' {
        Show-KvTree -Store myKV -Depth 0 | Should -BeExactly 'myKV:/', '├── a/ (10 B; 2 items, 100 B)', '├── a-b/ (1 item, 50 B)', '└── d (10 B)', '5 items, 170 B'
        (Show-KvTree /a -Store myKV -Depth 1).Count | Should -Be 5
    }

    It 'draws in ASCII on request' {
        $lines = Show-KvTree -Store myKV -Ascii
        $lines[2] | Should -BeExactly '|   |-- b/ (1 item, 70 B)'
        "$lines" | Should -Not -Match '[^\x20-\x7e]'
    }

    It 'says with -Verbose that there is no such store' {
        (Show-KvTree -Store mispelt -Verbose 4>&1 | Out-String) | Should -Match "There is no store 'mispelt'"
        $null = New-KvStore bare
        (Show-KvTree -Store bare -Verbose 4>&1 | Out-String) | Should -Not -Match 'There is no store'
        Remove-KvStore bare -Force
    }

    It 'draws no tree of a namespace that is not there, and says <Says>' -ForEach @(
        @{ Namespace = 'A'; Store = 'myKV'; Says = "There is no namespace '/A' in store 'myKV' of storage 'default'. *Get-KvNamespace*" }
        @{ Namespace = '/d'; Store = 'myKV'; Says = "There is no namespace '/d' *An item has that path*Get-KvItem*" }
        @{ Namespace = 'a'; Store = 'mispelt'; Says = "There is no namespace '/a' in store 'mispelt' *no such store*Get-KvStore*" }
    ) {
        Show-KvTree $Namespace -Store $Store -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -Be 'KvStore.ItemNotFound,KvStore.PowerShell.ShowKvTreeCommand'
        $failed[0].Exception.Message | Should -BeLike $Says
    }

    It 'draws an empty tree where one stands, since a namespace comes with its first item' {
        Set-KvNamespace /later -Store myKV
        Show-KvTree | Should -BeExactly 'myKV:/later', 'empty'
    }

    It 'starts where one stands, where one is told, or at what is piped' {
        Set-KvNamespace /a -Store myKV
        (Show-KvTree)[0] | Should -BeExactly 'myKV:/a'
        (Show-KvTree a-b)[0] | Should -BeExactly 'myKV:/a-b'
        Push-Location kv:/myKV/a/b
        try { (Show-KvTree)[0, -1] | Should -BeExactly 'myKV:/a/b', '1 item, 70 B' } finally { Pop-Location }
        (Get-KvStore | Show-KvTree)[0] | Should -BeExactly 'myKV:/'
        (Get-KvNamespace -Store myKV | Show-KvTree).Where({ $_ -like 'myKV:*' }) | Should -BeExactly 'myKV:/a', 'myKV:/a-b'
    }

    It 'shows larger sizes in larger units, whatever the culture' {
        [cultureinfo]::CurrentCulture, $culture = 'de-DE', [cultureinfo]::CurrentCulture
        try {
            1..1200 | ForEach-Object { [pscustomobject]@{ Key = "n/k$_"; Value = 'x' * 1000 } } | Set-KvItem -Store big
            (Show-KvTree -Store big -Depth 0)[1] | Should -BeExactly '└── n/ (1,200 items, 1.1 MiB)'
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'counts bytes of UTF-8 and shows a name as a drive does' {
        Set-KvItem "bell`a/50%" 'größe' -Store odd
        Show-KvTree -Store odd | Should -BeExactly 'odd:/', '└── bell%07/ (1 item, 7 B)', '    └── 50%25 (7 B)', '1 item, 7 B'
    }

    It 'shows a namespace that is kept while empty' {
        $null = New-Item kv:/keeps/old/none -ItemType Directory -Force
        Show-KvTree -Store keeps | Should -BeExactly 'keeps:/', '└── old/ (empty)', '    └── none/ (empty)', 'empty'
    }

    It 'gives each line as soon as it is known' {
        'n1/k', 'n2/k', 'n3/k' | ForEach-Object { Set-KvItem $_ v -Store live }

        # What is written while the first is shown is seen by the last.
        $lines = Show-KvTree -Store live -Depth 0 | ForEach-Object { $_; if ($_ -like '*n1/*') { Set-KvItem n3/k long -Store live } }
        $lines[3] | Should -BeExactly '└── n3/ (1 item, 4 B)'
    }
}
