# LINSTOR's dictionary as PowerShell sees it: the blog post's session, and the table of what each operation does.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
}

Describe 'The blog post''s session' {
    BeforeEach { Connect-KvStorage memory | Out-Null }

    It 'runs line by line with the dictionary' {
        $kv = Open-KvStore myKV -Namespace /foo/bar/
        $kv['key'] = 'val'
        $kv.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'key = val'
        $kv.Namespace = '/'
        $kv.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'foo/bar/key = val'
        $kv['foo/baz/key'] = 'valbaz'
        $kv.Namespace = '/foo/bar'
        $kv.GetEnumerator() | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'key = val'
    }

    It 'runs line by line with the commands' {
        Set-KvNamespace /foo/bar/ -Store myKV -Storage default
        Set-KvItem key val
        Get-KvItem -Recurse | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'key = val'
        Set-KvNamespace /
        Get-KvItem -Recurse | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'foo/bar/key = val'
        Set-KvItem foo/baz/key valbaz
        Set-KvNamespace /foo/bar
        Get-KvItem -Recurse | ForEach-Object { "$($_.Key) = $($_.Value)" } | Should -Be 'key = val'
    }
}

Describe 'The dictionary' {
    BeforeEach {
        Connect-KvStorage memory | Out-Null
        $kv = Open-KvStore myKV -Namespace /foo/bar/
    }

    It 'comes as one object, whether the store is there or not' {
        , $kv | Should -BeOfType ([KvStore.KvDictionary])
        $kv.Store | Should -BeExactly myKV
        $kv.Namespace | Should -BeExactly '/foo/bar'
        $kv['a'] = '1'
        $kv['b'] = '2'
        @(Open-KvStore myKV).Count | Should -Be 1
        { Open-KvStore 'no/store' -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
    }

    It 'opens where the session works when no store is named' {
        Set-KvNamespace /x -Store other -Storage default
        $here = Open-KvStore
        "$($here.Store):$($here.Namespace)" | Should -Be 'other:/x'
    }

    It 'sets with one write' {
        $kv['key'] = 'val'
        (Get-KvStore myKV).Revision | Should -Be 1
        $kv.Count | Should -Be 1
    }

    It 'refuses <Name>, and writes nothing' -ForEach @(
        @{ Name = 'a number'; Key = 'key'; Value = 5 }
        @{ Name = 'null'; Key = 'key'; Value = $null }
        @{ Name = 'a hashtable'; Key = 'key'; Value = @{} }
        @{ Name = 'a key that is no text'; Key = 5; Value = 'val' }
        @{ Name = 'an empty key'; Key = ''; Value = 'val' }
    ) {
        { $kv[$Key] = $Value } | Should -Throw
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'takes text that a command emitted' {
        $kv['key'] = 'a', 'b' | Select-Object -First 1
        $kv['key'] | Should -BeExactly a
    }

    It 'names the full key of what is missing, when asked by a method' {
        { $kv.get_Item('missing') } | Should -Throw -ExpectedMessage "*'/foo/bar/missing'*"
        { $kv.Pop('missing') } | Should -Throw -ExpectedMessage "*'/foo/bar/missing'*"
    }

    It 'looks up relative to the namespace, with regard to case' {
        $kv['Key'] = 'val'
        $kv.ContainsKey('Key') | Should -BeTrue
        $kv.ContainsKey('key') | Should -BeFalse
        $kv.ContainsKey('foo/bar/Key') | Should -BeFalse
        $value = $null
        $kv.TryGetValue('Key', [ref] $value) | Should -BeTrue
        $value | Should -Be val
        $kv.TryGetValue('key', [ref] $value) | Should -BeFalse
    }

    It 'iterates keys, values and items beneath the namespace, recursively' {
        $kv['c'] = '1'
        $kv['e/f'] = '2'
        Set-KvItem foo/barbar v -Store myKV
        $kv.Keys | Should -Be @('c', 'e/f')
        $kv.Values | Should -Be @('1', '2')
        foreach ($item in $kv.GetEnumerator()) { "$($item.Key)=$($item.Value)" | Should -BeIn @('c=1', 'e/f=2') }
        $kv.Count | Should -Be 2
    }

    It 'tells whether there was what it deletes' {
        $kv['key'] = 'val'
        $kv.Remove('key') | Should -BeTrue
        $kv.Remove('key') | Should -BeFalse
    }

    It 'clears its namespace only, in one request' {
        foreach ($key in 'foo', 'foo/a', 'foo/b/c', 'foo2/a') { Set-KvItem $key v -Store myKV }
        $before = (Get-KvStore myKV).Revision
        (Open-KvStore myKV -Namespace /foo/).Clear()
        (Get-KvItem -Store myKV -Recurse).Key | Should -Be @('foo', 'foo2/a')
        (Get-KvStore myKV).Revision | Should -Be ($before + 1)
    }

    It 'pops, sets defaults and updates' {
        $kv['key'] = 'val'
        $kv.Pop('key') | Should -Be val
        $kv.Pop('key', 'default') | Should -Be default
        $kv.SetDefault('key', 'new') | Should -Be new
        $kv.SetDefault('key', 'other') | Should -Be new
        $before = (Get-KvStore myKV).Revision
        $kv.Update(@{ a = '1'; b = '2' })
        (Get-KvStore myKV).Revision | Should -Be ($before + 1)
        $item = $kv.PopItem()
        "$($item.Key)=$($item.Value)" | Should -Be 'a=1'
        { $kv.Update(@{ c = '3'; d = 4 }) } | Should -Throw -ExpectedMessage "*'d'*"
        $kv.ContainsKey('c') | Should -BeFalse
    }

    It 'sees another writer''s change at once' {
        $kv['key'] = 'val'
        Set-KvItem foo/bar/key changed -Store myKV
        $kv['key'] | Should -Be changed
        Remove-KvItem foo/bar/key -Store myKV
        $kv.ContainsKey('key') | Should -BeFalse
    }
}
