# Tab: what completes, quoted and escaped so that it works as typed, and quick on a large store.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
}

Describe 'Completion' {
    BeforeAll {
        Connect-KvStorage memory | Out-Null
        'foo/bar/key', 'foo/bar', 'foo2', 'it''s', 'a b/c', 'x[1]', 'x*' | ForEach-Object { Set-KvItem $_ v -Store myKV }
        Set-KvItem k v -Store other
    }

    It 'offers stores for -Store and for names of stores' {
        Complete 'Get-KvItem -Store ' | Should -Be @('myKV', 'other')
        Complete 'Get-KvItem -Store MY' | Should -Be 'myKV'
        Complete 'Open-KvStore o' | Should -Be 'other'
        Complete 'Remove-KvStore my' | Should -Be 'myKV'
    }

    It 'offers keys, one component at a time' {
        Complete 'Get-KvItem -Store myKV -Key fo' | Should -Be @('foo/', 'foo2')
        Complete 'Get-KvItem -Store myKV foo/' | Should -Be 'foo/bar'
        Complete 'Get-KvItem -Store myKV foo/bar/' | Should -Be 'foo/bar/key'
        Complete 'Get-KvItem -Store myKV -Namespace /foo -Key b' | Should -Be 'bar'
    }

    It 'quotes and escapes what a line would take for something else' {
        Complete 'Get-KvItem -Store myKV it' | Should -Be '''it''''s'''
        Complete 'Get-KvItem -Store myKV -Key x' | Should -Be @('''x`*''', '''x`[1`]''')
        Complete 'Get-KvItem -Store myKV -LiteralKey x' | Should -Be @('x*', '''x[1]''')
        Complete 'Set-KvItem -Store myKV -Key ''x[' | Should -Be '''x[1]'''
        foreach ($key in 'it', 'x', 'a') {
            foreach ($text in Complete "Get-KvItem -Store myKV -Key $key") {
                if ($text -notlike '*/*') { Invoke-Expression "Get-KvItem -Store myKV -Key $text -ErrorAction Stop" | Should -Not -BeNullOrEmpty }
            }
        }
    }

    It 'offers namespaces' {
        Complete 'Get-KvItem -Store myKV -Namespace ' | Should -Be @('''/a b''', '/foo')
        Complete 'Get-KvItem -Store myKV -Namespace /fo' | Should -Be '/foo'
        Complete 'Get-KvNamespace -Store myKV /foo/' | Should -Be '/foo/bar'
    }

    It 'offers storages and plugins' {
        Complete 'Get-KvItem -Storage def' | Should -Be 'default'
        Complete 'Disconnect-KvStorage -Name d' | Should -Be 'default'
        Complete 'Connect-KvStorage mem' | Should -Be @('memory', 'memory_db')
        Complete 'Import-KvStore x -Mode Re' | Should -Be 'Replace'
    }

    It 'offers nothing, and no error, where nothing can be known' {
        $Error.Clear()
        Complete 'Get-KvItem -Storage nowhere -Store ' | Should -BeNullOrEmpty
        Complete 'Get-KvItem -Store none -Key ' | Where-Object { $_ -notlike '.*' -and $_ -notlike '*.ps1' } | Should -BeNullOrEmpty
        $Error.Count | Should -Be 0
    }

    It 'is bounded on a large store' {
        # What is read of it is counted, as the time is the machine's.
        Add-Type -Path $PSScriptRoot/CountingStorage.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading -CompilerOptions '/nowarn:CS1701'
        $null = Connect-KvStorage ([CountingStorage]::new([KvStore.MemoryStorage]::new())) -Name counted
        1..20000 | ForEach-Object { [pscustomobject]@{ Key = "n$($_ % 100)/k$_"; Value = 'v' } } | Set-KvItem -Store large -Storage counted
        $before = [CountingStorage]::Items
        (Complete 'Get-KvItem -Storage counted -Store large -Key n9').Count | Should -Be 11
        $read = [CountingStorage]::Items - $before
        $read | Should -BeGreaterThan 10
        $read | Should -BeLessThan 500
        Disconnect-KvStorage counted
    }
}
