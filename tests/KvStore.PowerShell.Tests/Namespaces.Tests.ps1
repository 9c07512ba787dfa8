# Namespaces: which there are, where commands work, and emptying one.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    function Reset-Store {
        Connect-KvStorage memory | Out-Null
        'a/x', 'a', 'a-b/y', 'a/b/c/z', 'd' | ForEach-Object { Set-KvItem $_ v -Store myKV -Storage default }
        Set-KvNamespace / -Store myKV -Storage default
    }
}

Describe 'Get-KvNamespace' {
    BeforeEach { Reset-Store }

    It 'gives the namespaces right beneath one' {
        $found = Get-KvNamespace
        $found.Namespace | Should -Be @('/a', '/a-b')
        $found.Name | Should -Be @('a', 'a-b')
        $found.Path | Should -Be $found.Namespace
        $found.Store | Should -Be @('myKV', 'myKV')
        (Get-KvNamespace /a).Namespace | Should -Be '/a/b'
        Get-KvNamespace /d | Should -BeNullOrEmpty
    }

    It 'gives all beneath one with -Recurse, each once' {
        (Get-KvNamespace -Recurse).Namespace | Should -Be @('/a-b', '/a', '/a/b', '/a/b/c')
        (Get-KvNamespace a/b -Recurse).Namespace | Should -Be '/a/b/c'
    }

    It 'gives those that are kept while empty too' {
        $storage = [KvStore.MemoryStorage]::new()
        $batch = [KvStore.KvBatch]::new().AddNamespace('a').AddNamespace('b/c').Set('a/k/z', 'v').Set('a.b/x', 'v')
        $null = $storage.Commit('s', $batch, [Threading.CancellationToken]::None)
        Connect-KvStorage $storage | Out-Null
        (Get-KvNamespace -Store s -Recurse).Namespace | Should -Be @('/a.b', '/a', '/a/k', '/b', '/b/c')
    }

    It 'shows with -Current where commands work' {
        $current = Get-KvNamespace -Current
        "$($current.Storage) $($current.Store) $($current.Namespace)" | Should -Be 'default myKV /'
        Set-KvNamespace /a/b
        (Get-KvNamespace -Current).Namespace | Should -Be '/a/b'
        "$(Get-KvNamespace -Current)" | Should -Be 'myKV:/a/b'
    }
}

Describe 'Set-KvNamespace' {
    BeforeEach { Reset-Store }

    It 'chooses where commands work that name no store' {
        Set-KvNamespace /a/b -Store myKV
        (Get-KvItem -Recurse).Key | Should -Be 'c/z'
        Set-KvItem here v
        Test-KvItem a/b/here -Store myKV | Should -BeTrue
    }

    It 'keeps the store when only a namespace is named, and goes to the root when only a store is' {
        (Set-KvNamespace /a -PassThru).Store | Should -Be myKV
        (Set-KvNamespace -Store other -PassThru).Namespace | Should -Be '/'
    }

    It 'keeps the store for a command that names only a namespace' {
        Set-KvNamespace /a/b
        (Get-KvItem -Namespace a-b).Key | Should -Be y
    }

    It 'goes to the root for a command that names only a store' {
        Set-KvNamespace /a
        (Get-KvItem -Store myKV).Key | Should -Be @('a', 'd')
    }

    It 'remembers the storage, and follows one that is connected under its name anew' {
        Connect-KvStorage memory -Name side | Out-Null
        Set-KvNamespace / -Store s -Storage side
        Set-KvItem k v
        (Get-KvStore -Storage side).Name | Should -Be s
        Connect-KvStorage memory -Name side | Out-Null
        Get-KvItem | Should -BeNullOrEmpty
        Disconnect-KvStorage side
        { Get-KvItem k -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
    }

    It 'chooses nothing with -WhatIf, and no store of an impossible name' {
        Set-KvNamespace /x -WhatIf
        { Set-KvNamespace -Store 'no/store' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
        (Get-KvNamespace -Current).Namespace | Should -Be '/'
    }

    It 'moves no other runspace' {
        Set-KvNamespace /a
        $module = (Get-Module KvStore).Path
        $theirs = 1 | ForEach-Object -Parallel {
            Import-Module $using:module
            try { Get-KvItem -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
            (Get-KvItem d -Store myKV).Value
        }
        $theirs[0] | Should -BeLike 'KvStore.NoCurrentStore,*'
        $theirs[1] | Should -Be v
    }
}

Describe 'Without a store' {
    It 'a command says the three ways to name one' {
        $shell = [powershell]::Create()
        try {
            $message = $shell.AddScript("Import-Module '$((Get-Module KvStore).ModuleBase)/KvStore.psd1'; Get-KvItem 2>&1 | ForEach-Object { `"`$(`$_.FullyQualifiedErrorId) `$_`" }").Invoke()[0]
        }
        finally {
            $shell.Dispose()
        }
        $message | Should -BeLike 'KvStore.NoCurrentStore,*-Store*cd kv:/*Set-KvNamespace*'
    }
}

Describe 'Clear-KvNamespace' {
    BeforeEach { Reset-Store }

    It 'empties a namespace and all beneath it, and nothing else' {
        Clear-KvNamespace /a
        (Get-KvItem -Recurse).Key | Should -Be @('a', 'a-b/y', 'd')
    }

    It 'is one commit' {
        $before = (Get-KvStore myKV).Revision
        Clear-KvNamespace /a
        (Get-KvStore myKV).Revision | Should -Be ($before + 1)
    }

    It 'empties a whole store by its root' {
        Clear-KvNamespace / -Store myKV
        Get-KvItem -Recurse | Should -BeNullOrEmpty
    }

    It 'keeps a namespace that is kept while empty' {
        $storage = [KvStore.MemoryStorage]::new()
        $null = $storage.Commit('s', [KvStore.KvBatch]::new().AddNamespace('n').AddNamespace('n/m').Set('n/k', 'v'), [Threading.CancellationToken]::None)
        Connect-KvStorage $storage | Out-Null
        Clear-KvNamespace n -Store s
        (Get-KvNamespace -Store s -Recurse).Namespace | Should -Be '/n'
        Get-KvItem -Store s -Recurse | Should -BeNullOrEmpty
    }

    It 'empties the namespaces that come through the pipeline' {
        Get-KvNamespace /a | Clear-KvNamespace
        (Get-KvItem -Recurse).Key | Should -Be @('a', 'a-b/y', 'a/x', 'd')
    }

    It 'changes nothing with -WhatIf, also with -Force' {
        Clear-KvNamespace /a -WhatIf
        Clear-KvNamespace /a -WhatIf -Force
        @(Get-KvItem -Recurse).Count | Should -Be 5
    }

    It 'takes no empty name for the whole store' {
        { Clear-KvNamespace $nothing -Store myKV } | Should -Throw
        { Clear-KvNamespace '' -Store myKV } | Should -Throw
        @(Get-KvItem -Recurse).Count | Should -Be 5
    }
}
