# Export and import: one document, whole or not at all, in files and pipelines.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    function Reset-Store {
        Connect-KvStorage memory | Out-Null
        Set-KvItem foo/bar/key val -Store myKV
        Set-KvItem 'ä ö' "line 1`nline 2`t`"quoted`"" -Store myKV
        Set-KvItem k v -Store other -Expires ([DateTimeOffset]'2100-01-01T00:00:00Z')
        New-KvStore empty -MaximumValueSize 9999 | Out-Null
    }
}

Describe 'Export-KvStore' {
    BeforeEach { Reset-Store }

    It 'writes all stores as lines of JSON' {
        $lines = Export-KvStore
        $lines.Count | Should -BeGreaterThan 10
        $lines | Where-Object { $_ -match '[\r\n]' } | Should -BeNullOrEmpty
        $document = $lines | ConvertFrom-Json
        $document.format | Should -Be KvStore
        $document.stores.name | Should -Be @('empty', 'myKV', 'other')
        ($document.stores | Where-Object name -EQ myKV).items.key | Should -Be @('foo/bar/key', 'ä ö')
    }

    It 'writes the stores that are named, by wildcard, or through the pipeline' {
        (Export-KvStore MYkv, o* | ConvertFrom-Json).stores.name | Should -Be @('myKV', 'other')
        (Get-KvStore *e* | Export-KvStore | ConvertFrom-Json).stores.name | Should -Be @('empty', 'other')
        $nothing = Get-KvStore x* | Export-KvStore
        $nothing | Should -BeNullOrEmpty
    }

    It 'writes nothing when a store is missing' {
        { Export-KvStore myKV, nope -Path $TestDrive/missing.json } | Should -Throw -ErrorId 'KvStore.StoreNotFound,*'
        Test-Path $TestDrive/missing.json | Should -BeFalse
    }

    It 'writes the same document to a file, in UTF-8 without a mark' {
        Export-KvStore -Path $TestDrive/all.json
        Get-Content $TestDrive/all.json | Should -Be (Export-KvStore)
        [IO.File]::ReadAllBytes("$TestDrive/all.json")[0] | Should -Be ([byte][char]'{')
        (Get-ChildItem $TestDrive -Force -Filter *.part).Count | Should -Be 0
    }

    It 'says with -Verbose how many items went out' {
        $said = Export-KvStore myKV, other -Path $TestDrive/told.json -Verbose 4>&1
        $said.Message | Should -Contain "Exported 3 items of 2 stores of storage 'default' to '$((Get-Item $TestDrive/told.json).FullName)'."
    }

    It 'takes -Path relative to the folder of the file system, from any location' {
        New-Item TestDrive:/sub -ItemType Directory | Out-Null
        Push-Location $TestDrive/sub
        try {
            Export-KvStore myKV -Path a.json
            Push-Location Env:
            try {
                Export-KvStore myKV -Path b.json
                Export-KvStore myKV -Path ../c.json
                Export-KvStore myKV -Path TestDrive:/d.json
                { Export-KvStore myKV -Path Env:/e.json } | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
            }
            finally {
                Pop-Location
            }
        }
        finally {
            Pop-Location
        }
        "$TestDrive/sub/a.json", "$TestDrive/sub/b.json", "$TestDrive/c.json", "$TestDrive/d.json" | Should -Exist
    }

    It 'leaves a file that it overwrites as private as it was' -Skip:$IsWindows {
        $file = "$TestDrive/private.json"
        Set-Content $file ''
        [IO.File]::SetUnixFileMode($file, 'UserRead, UserWrite')
        Export-KvStore myKV -Path $file
        (Get-Content $file -Raw | ConvertFrom-Json).stores.name | Should -Be myKV
        [IO.File]::GetUnixFileMode($file) | Should -Be ([IO.UnixFileMode]'UserRead, UserWrite')
    }

    It 'overwrites a file, but not with -NoClobber, nor one that is read-only' {
        Export-KvStore myKV -Path $TestDrive/one.json
        Export-KvStore other -Path $TestDrive/one.json
        (Get-Content $TestDrive/one.json | ConvertFrom-Json).stores.name | Should -Be other
        { Export-KvStore myKV -Path $TestDrive/one.json -NoClobber } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage '*exists already*'
        Set-ItemProperty $TestDrive/one.json IsReadOnly $true
        { Export-KvStore myKV -Path $TestDrive/one.json } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*'
        (Get-Content $TestDrive/one.json | ConvertFrom-Json).stores.name | Should -Be other
        Export-KvStore myKV -Path $TestDrive/one.json -Force
        (Get-Content $TestDrive/one.json | ConvertFrom-Json).stores.name | Should -Be myKV
    }

    It 'says what is wrong with a file that cannot be' {
        { Export-KvStore -Path $TestDrive/no/such/folder/x.json } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*'
        Export-KvStore -Path $TestDrive/whatif.json -WhatIf
        Test-Path $TestDrive/whatif.json | Should -BeFalse
    }
}

Describe 'Text for Import-KvStore that is no Unicode' {
    It 'is refused as anywhere else' {
        Connect-KvStorage memory | Out-Null
        Set-KvItem k mark -Store s
        $document = (Export-KvStore s) -replace 'mark', [string][char]0xD800
        { $document | Import-KvStore -As t -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidText,*'
        Get-KvStore t* | Should -BeNullOrEmpty
    }
}

Describe 'Import-KvStore' {
    BeforeEach { Reset-Store }

    It 'brings back exactly what was exported, in another storage too' {
        $before = Export-KvStore
        Export-KvStore -Path $TestDrive/back.json
        Connect-KvStorage memory | Out-Null
        Import-KvStore $TestDrive/back.json
        Export-KvStore | Should -Be $before
        (Get-KvStore empty).MaximumValueSize | Should -Be 9999
        Connect-KvStorage memory | Out-Null
        $before | Import-KvStore
        Export-KvStore | Should -Be $before
        Connect-KvStorage memory | Out-Null
        $before -join "`r`n" | Import-KvStore
        Export-KvStore | Should -Be $before
        Connect-KvStorage memory | Out-Null
        Get-Content $TestDrive/back.json | Import-KvStore
        Get-Item $TestDrive/back.json | Import-KvStore -Mode Replace
        Export-KvStore | Should -Be $before
    }

    It 'merges, replaces or refuses what is there, by -Mode' {
        $document = Export-KvStore myKV
        Set-KvItem foo/bar/key changed -Store myKV
        Set-KvItem new item -Store myKV
        { $document | Import-KvStore -Mode NoClobber } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        (Get-KvItem foo/bar/key -Store myKV).Value | Should -Be changed
        $document | Import-KvStore
        (Get-KvItem -Recurse -Store myKV).Value | Should -Contain item
        (Get-KvItem foo/bar/key -Store myKV).Value | Should -Be val
        $document | Import-KvStore -Mode Replace
        Export-KvStore myKV | Should -Be $document
        (Get-KvItem k -Store other).Value | Should -Be v
    }

    It 'imports one store under another name' {
        Export-KvStore myKV | Import-KvStore -As copy
        (Get-KvItem foo/bar/key -Store copy).Value | Should -Be val
        $before = Export-KvStore
        { Export-KvStore | Import-KvStore -As copy2 } | Should -Throw -ErrorId 'KvStore.InvalidDocument,*' -ExpectedMessage '*copy2*'
        { Export-KvStore myKV | Import-KvStore -As 'no/name' } | Should -Throw -ErrorId 'KvStore.InvalidStoreName,*'
        Export-KvStore | Should -Be $before
    }

    It 'changes nothing when an entry in the middle is <Name>, and says where' -ForEach @(
        @{ Name = 'no object'; Bad = '42' }
        @{ Name = 'without a value'; Bad = '{"key":"b"}' }
        @{ Name = 'with a number for a value'; Bad = '{"key":"b","value":1}' }
        @{ Name = 'with an empty key'; Bad = '{"key":"","value":"v"}' }
        @{ Name = 'with a key too long'; Bad = '{"key":"' + 'k' * 511 + '","value":"v"}' }
        @{ Name = 'with a value too long'; Bad = '{"key":"b","value":"' + 'v' * 4097 + '"}' }
        @{ Name = 'cut short'; Bad = '{"key":"b","val' }
    ) {
        $lines = @('{', '"format": "KvStore", "formatVersion": 1, "stores": [', '{"name": "myKV", "items": [', '{"key":"a","value":"1"},', "$Bad,", '{"key":"c","value":"3"}', ']}]}')
        Set-Content $TestDrive/bad.json $lines
        $before = Export-KvStore
        foreach ($mode in 'Merge', 'Replace', 'NoClobber') {
            { Import-KvStore $TestDrive/bad.json -Mode $mode } | Should -Throw -ExpectedMessage '*Line 5 *'
        }
        { $lines | Import-KvStore } | Should -Throw -ErrorId 'KvStore.*' -ExpectedMessage '*Line 5 *'
        Export-KvStore | Should -Be $before
    }

    It 'names the file that is no document' {
        Set-Content $TestDrive/text.txt 'just text'
        { Import-KvStore $TestDrive/text.txt } | Should -Throw -ErrorId 'KvStore.InvalidDocument,*' -ExpectedMessage '*text.txt*Line 1 *'
        { Import-KvStore $TestDrive/nope.json } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage '*nope.json*'
    }

    It 'imports nothing with -WhatIf' {
        $document = Export-KvStore
        Connect-KvStorage memory | Out-Null
        $document | Import-KvStore -WhatIf
        Get-KvStore | Should -BeNullOrEmpty
    }
}
