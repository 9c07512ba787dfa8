# Reading, testing and removing items: keys, patterns, and what a pipeline carries from one command to the next.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    function Reset-Store {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace -Store myKV
        Set-KvItem foo/bar/key val
        Set-KvItem foo/bar/other 'val 2'
        Set-KvItem foo/deep/er/key deep
        Set-KvItem foo plain
        Set-KvItem foo2/key neighbour
        Set-KvItem top value
    }
}

Describe 'Get-KvItem' {
    BeforeEach { Reset-Store }

    It 'gives an item with its store, namespace, key, path, value and versions' {
        $item = Get-KvItem key -Store myKV -Namespace /foo/bar/
        $item | Should -BeOfType ([KvStore.KvItem])
        $item.Store | Should -BeExactly 'myKV'
        $item.Namespace | Should -BeExactly '/foo/bar'
        $item.Key | Should -BeExactly 'key'
        $item.Path | Should -BeExactly '/foo/bar/key'
        $item.Value | Should -BeExactly 'val'
        $item.Version | Should -Be 1
        $item.CreateRevision | Should -Be $item.ModRevision
        $item.Created | Should -BeOfType ([DateTimeOffset])
        $item.Modified | Should -Be $item.Created
        $item.Expires | Should -BeNullOrEmpty
    }

    It 'gives the own items of a namespace, without those beneath' {
        (Get-KvItem).Key | Should -Be @('foo', 'top')
        (Get-KvItem -Store myKV -Namespace foo/bar).Key | Should -Be @('key', 'other')
    }

    It 'gives all beneath a namespace with -Recurse, in key order and relative to it' {
        (Get-KvItem -Recurse).Key | Should -Be @('foo', 'foo/bar/key', 'foo/bar/other', 'foo/deep/er/key', 'foo2/key', 'top')
        (Get-KvItem -Namespace foo -Store myKV -Recurse).Key | Should -Be @('bar/key', 'bar/other', 'deep/er/key')
    }

    It 'leaves a neighbour with the same beginning alone' {
        (Get-KvItem -Namespace /foo -Store myKV -Recurse).Path | Should -Not -Contain '/foo2/key'
    }

    It 'takes <Typed> for the key of the namespace' -ForEach @(
        @{ Typed = 'key' }, @{ Typed = '/key' }, @{ Typed = 'key/' }, @{ Typed = ' key ' }, @{ Typed = ' / key/ ' }
    ) {
        (Get-KvItem $Typed -Namespace /foo/bar/ -Store myKV).Value | Should -BeExactly 'val'
    }

    It 'reports a missing key by its full key and store, and goes on with the next' {
        $found = Get-KvItem nope, key -Namespace /foo/bar -Store myKV -ErrorVariable missing -ErrorAction SilentlyContinue
        $found.Key | Should -Be 'key'
        $missing[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ItemNotFound,*'
        $missing[0].TargetObject | Should -BeExactly 'foo/bar/nope'
        "$($missing[0])" | Should -BeLike "*'/foo/bar/nope'*'myKV'*"
    }

    It 'is exact about case' {
        { Get-KvItem TOP -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*'
        Get-KvItem T* | Should -BeNullOrEmpty
    }

    It 'matches a wildcard within one component' {
        (Get-KvItem *).Key | Should -Be @('foo', 'top')
        (Get-KvItem foo*/*).Key | Should -Be @('foo2/key')
        (Get-KvItem foo/*/k?y).Key | Should -Be @('foo/bar/key')
        (Get-KvItem 'foo/*/[ko]*').Key | Should -Be @('foo/bar/key', 'foo/bar/other')
        (Get-KvItem foo/*/*/key).Key | Should -Be @('foo/deep/er/key')
        Get-KvItem no*such | Should -BeNullOrEmpty
    }

    It 'matches the last components of a key with -Recurse' {
        (Get-KvItem key -Recurse).Key | Should -Be @('foo/bar/key', 'foo/deep/er/key', 'foo2/key')
        (Get-KvItem b*/k* -Recurse).Key | Should -Be @('foo/bar/key')
        (Get-KvItem b*/k*, top -Recurse).Key | Should -Be @('foo/bar/key', 'top')
        Get-KvItem nothing -Recurse | Should -BeNullOrEmpty
    }

    It 'filters by value without regard to case, across line breaks' {
        Set-KvItem lines "one`nTWO"
        (Get-KvItem -Recurse -ValueLike VAL*).Value | Should -Be @('val', 'val 2', 'value')
        (Get-KvItem -Recurse -ValueLike one*two).Key | Should -Be 'lines'
        (Get-KvItem -Recurse -Key k* -ValueLike n*).Key | Should -Be 'foo2/key'
    }

    It 'takes wildcards literally with -LiteralKey, from the pipeline, and behind a backtick' {
        Set-KvItem 'a[1]' brackets
        Set-KvItem 'a*' star
        (Get-KvItem -LiteralKey 'a[1]').Value | Should -Be 'brackets'
        ('a*' | Get-KvItem).Value | Should -Be 'star'
        (Get-KvItem 'a`*').Value | Should -Be 'star'
        (Get-KvItem 'a`[1`]').Value | Should -Be 'brackets'
        { Get-KvItem -LiteralKey 'a?' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*'
    }

    It 'says what is wrong with a pattern that is none' {
        { Get-KvItem 'a[1' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
    }

    It 'reads a missing store as an empty one' {
        Get-KvItem -Store nothing -Recurse | Should -BeNullOrEmpty
        Get-KvItem -Store nothing | Should -BeNullOrEmpty
    }

    It 'refuses a name that no store can have' {
        { Get-KvItem x -Store 'no/store' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
    }

    It 'refuses objects that name no item' {
        { Get-Date | Get-KvItem -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
    }

    It 'lists the namespaces that come through the pipeline' {
        (Get-KvNamespace -Recurse | Get-KvItem).Path | Should -Be @('/foo/bar/key', '/foo/bar/other', '/foo/deep/er/key', '/foo2/key')
    }
}

Describe 'A storage without an end' {
    BeforeAll {
        Add-Type -IgnoreWarnings -WarningAction SilentlyContinue -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading -TypeDefinition @'
            using System.Collections.Generic;
            using System.Threading;
            using KvStore;
            public sealed class EndlessStorage : KvStorage {
                public static int Read; public static bool IsReleased;
                public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) { return new KvStoreInfo[0]; }
                public override KvItem Get(string store, string fullKey, CancellationToken cancellation) { return null; }
                public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) { return KvCommit.Done; }
                public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) {
                    try { for (Read = 0; ; Read++) { cancellation.ThrowIfCancellationRequested(); yield return new KvItem(store, "k" + Read.ToString("d9"), "v"); } }
                    finally { IsReleased = true; }
                }
            }
'@
        Connect-KvStorage ([EndlessStorage]) -Name endless | Out-Null
    }

    BeforeEach { [EndlessStorage]::IsReleased = $false }

    AfterAll { Disconnect-KvStorage endless }

    It 'is read no further than Select-Object asks, and released' {
        @(Get-KvItem -Store s -Storage endless -Recurse | Select-Object -First 3).Count | Should -Be 3
        [EndlessStorage]::Read | Should -BeLessThan 4
        [EndlessStorage]::IsReleased | Should -BeTrue
        [EndlessStorage]::IsReleased = $false
        @(Get-KvItem k* -Store s -Storage endless | Select-Object -First 3).Count | Should -Be 3
        [EndlessStorage]::IsReleased | Should -BeTrue
    }

    It 'is left at once on Ctrl+C' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$((Get-Module KvStore).ModuleBase)/KvStore.psd1'; Get-KvItem -Recurse -Store s -Storage endless -ValueLike nothing")
            $run = $shell.BeginInvoke()
            while ([EndlessStorage]::Read -lt 100) { Start-Sleep -Milliseconds 10 }
            (Measure-Command { $shell.Stop() }).TotalSeconds | Should -BeLessThan 5
            $run.IsCompleted | Should -BeTrue
            [EndlessStorage]::IsReleased | Should -BeTrue
            $shell.Streams.Error.Count | Should -Be 0
        }
        finally {
            $shell.Dispose()
        }
    }
}

Describe 'Test-KvItem' {
    BeforeEach { Reset-Store }

    It 'tells for each key whether there is an item' {
        Test-KvItem top, nope, foo/bar/key | Should -Be @($true, $false, $true)
        Test-KvItem foo/b* | Should -BeFalse
        Test-KvItem foo/b*/key | Should -BeTrue
        'top', 'nope' | Test-KvItem | Should -Be @($true, $false)
        Test-KvItem -LiteralKey 't*' | Should -BeFalse
    }

    It 'asks for a key' {
        { Test-KvItem -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
    }
}

Describe 'Remove-KvItem' {
    BeforeEach { Reset-Store }

    It 'removes by key, and silently what is not there' {
        Remove-KvItem top, nope -ErrorAction Stop
        Remove-KvItem no* -ErrorAction Stop
        Test-KvItem top | Should -BeFalse
    }

    It 'removes what a wildcard fits, and leaves what has the same path alone' {
        Remove-KvItem foo/bar/*
        (Get-KvItem -Recurse).Key | Should -Be @('foo', 'foo/deep/er/key', 'foo2/key', 'top')
        Remove-KvItem f*
        (Get-KvItem -Recurse).Key | Should -Be @('foo/deep/er/key', 'foo2/key', 'top')
    }

    It 'removes exactly the items that come through the pipeline' {
        Set-KvItem 'f*' 'not a pattern'
        Get-KvItem -Namespace foo -Store myKV -Recurse -Key key | Remove-KvItem
        Get-KvItem 'f`*' | Remove-KvItem
        (Get-KvItem -Recurse).Key | Should -Be @('foo', 'foo/bar/other', 'foo2/key', 'top')
    }

    It 'removes an item whose key begins with white space where it is, not the one without' {
        Set-KvItem 'foo/ key' spaced
        Set-KvItem foo/key plain
        Get-KvItem -Namespace foo -Store myKV | Where-Object Value -EQ spaced | Remove-KvItem
        (Get-KvItem -Namespace foo -Store myKV).Value | Should -Be plain
        Set-KvItem 'foo/ key' spaced
        (Get-KvItem -LiteralKey ' key' -Namespace foo -Store myKV).Value | Should -Be spaced
        (Get-KvItem -Key ' key' -Namespace foo -Store myKV).Value | Should -Be plain
    }

    It 'removes items in the storage that they were read from' {
        Connect-KvStorage memory -Name other | Out-Null
        Set-KvItem top twin -Store myKV -Storage other
        Get-KvItem top -Store myKV -Storage other | Remove-KvItem
        Test-KvItem top -Store myKV -Storage other | Should -BeFalse
        Test-KvItem top | Should -BeTrue
        Disconnect-KvStorage other
    }

    It 'passes by what a drive lists without a value' {
        Set-KvItem deep/er/key val -Store listed
        $nodes = Get-ChildItem kv:/listed -Recurse
        $nodes.Count | Should -Be 3
        ($nodes | Get-KvItem).Path | Should -Be '/deep/er/key'
        $nodes | Test-KvItem | Should -Be $true
        $nodes | Remove-KvItem
        Get-KvStore listed* | Should -BeNullOrEmpty
    }

    It 'does not take a key that is null for all items' {
        { Get-KvItem -Key $null -Store myKV -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey*'
        { Remove-KvItem -Key @() -Store myKV -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey*'
        { Get-KvItem -Key '' -Store myKV -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey*'
    }

    It 'removes what a drive lists in the storage of the drive' {
        New-PSDrive side KvStore / -Storage memory | Out-Null
        try {
            Set-KvItem top twin -Store myKV -Storage side
            Set-KvItem foo/bar twin -Store myKV -Storage side
            Get-ChildItem side:/myKV -Recurse | Remove-KvItem
            Get-KvStore -Storage side | Should -BeNullOrEmpty
            Test-KvItem top | Should -BeTrue
        }
        finally {
            Remove-PSDrive side
        }
    }

    It 'removes while it reads, from stores of more items than a batch holds' {
        1..2500 | ForEach-Object { [pscustomobject]@{ Key = "many/k$_"; Value = 'v' } } | Set-KvItem
        Get-KvItem -Store myKV -Namespace many | Remove-KvItem
        Get-KvItem -Store myKV -Namespace many | Should -BeNullOrEmpty
        1..2500 | ForEach-Object { [pscustomobject]@{ Key = "many/k$_"; Value = 'v' } } | Set-KvItem
        Remove-KvItem many/k*
        Get-KvItem -Store myKV -Namespace many | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        $before = (Get-KvItem -Recurse).Path
        Remove-KvItem top, foo/bar/* -WhatIf
        Get-KvItem -Recurse | Remove-KvItem -WhatIf
        (Get-KvItem -Recurse).Path | Should -Be $before
    }

    It 'asks for a key, also when only a namespace comes' {
        { Remove-KvItem -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
        { Get-KvNamespace | Remove-KvItem -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
    }
}

Describe 'An item as other commands see it' {
    It 'shows each thing once in ConvertTo-Json, Export-Csv and Select-Object *' {
        $null = Connect-KvStorage memory
        Set-KvItem k v -Store s
        $item = Get-KvItem k -Store s
        $names = 'Storage', 'Store', 'Namespace', 'Key', 'Path', 'Value', 'Version', 'CreateRevision', 'ModRevision', 'Created', 'Modified', 'Expires', 'FullKey'
        ($item | ConvertTo-Json | ConvertFrom-Json).PSObject.Properties.Name | Should -Be $names
        ($item | ConvertTo-Csv | ConvertFrom-Csv).PSObject.Properties.Name | Should -Be $names
        ($item | Select-Object *).PSObject.Properties.Name | Should -Be $names
    }
}

Describe 'A store that is not there' {
    BeforeAll { $null = Connect-KvStorage memory }

    It 'is named where an item of it is asked for' {
        { Get-KvItem k -Store mispelt -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound*' -ExpectedMessage '*There is no such store; Get-KvStore lists*'
    }

    It 'reads as an empty one, and -Verbose says so' {
        Get-KvItem -Store mispelt -Recurse | Should -BeNullOrEmpty
        (Get-KvItem -Store mispelt -Recurse -Verbose 4>&1).Message | Should -Contain "There is no store 'mispelt' in storage 'default'; it reads as an empty one, and is born with its first item."
    }
}
