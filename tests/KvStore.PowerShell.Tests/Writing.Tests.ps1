# Set-KvItem: what is a value, what is refused, and how a pipeline's writes are committed.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    Add-Type -Path $PSScriptRoot/FailingStorage.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Threading -CompilerOptions '/nowarn:CS1701'

    function New-Row([string] $Key, $Value = 'v') { [pscustomobject]@{ Key = $Key; Value = $Value } }

    function Reset-Store {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace -Store myKV
    }
}

Describe 'A value' {
    BeforeEach { Reset-Store }

    It 'is stored as <Text> when it is <Name>' -ForEach @(
        @{ Name = 'text'; Value = 'plain'; Text = 'plain' }
        @{ Name = 'empty text'; Value = ''; Text = '' }
        @{ Name = 'lines of text'; Value = "a`r`nb"; Text = "a`r`nb" }
        @{ Name = 'an integer'; Value = 42; Text = '42' }
        @{ Name = 'a negative number'; Value = -1.5; Text = '-1.5' }
        @{ Name = 'a decimal'; Value = 1.10d; Text = '1.10' }
        @{ Name = 'a big integer'; Value = [bigint]::Parse('123456789012345678901234567890'); Text = '123456789012345678901234567890' }
        @{ Name = 'true'; Value = $true; Text = 'true' }
        @{ Name = 'false'; Value = $false; Text = 'false' }
        @{ Name = 'a character'; Value = [char]'x'; Text = 'x' }
    ) {
        Set-KvItem key $Value
        (Get-KvItem key).Value | Should -BeExactly $Text
    }

    It 'is the same in every culture' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            Set-KvItem key 1234.5
        }
        finally {
            [cultureinfo]::CurrentCulture = $culture
        }
        (Get-KvItem key).Value | Should -BeExactly '1234.5'
    }

    It 'that is <Name> is an error that names its type' -ForEach @(
        @{ Name = 'a date'; Value = [datetime]::Now; Word = 'DateTime' }
        @{ Name = 'an object'; Value = [pscustomobject]@{ a = 1 }; Word = 'PSCustomObject' }
        @{ Name = 'a hashtable'; Value = @{ a = 1 }; Word = 'Hashtable' }
        @{ Name = 'an array'; Value = @('a', 'b'); Word = 'Object`[`]' }
        @{ Name = 'bytes'; Value = [byte[]](1, 2); Word = 'Base64' }
        @{ Name = 'a script block'; Value = { 1 }; Word = 'ScriptBlock' }
        @{ Name = 'an enumeration'; Value = [DayOfWeek]::Monday; Word = 'DayOfWeek' }
        @{ Name = 'null'; Value = $null; Word = 'null' }
    ) {
        Set-KvItem key before
        { Set-KvItem key $Value -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage "*key 'key'*$Word*"
        (Get-KvItem key).Value | Should -BeExactly 'before'
    }

    It 'is refused with a lone surrogate, which is no Unicode' {
        { Set-KvItem key ('a' + [char]0xD800) -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidText,*'
        { Set-KvItem ('k' + [char]0xDC00) v -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidText,*'
        Get-KvItem -Recurse | Should -BeNullOrEmpty
    }
}

Describe 'A value as JSON' {
    BeforeEach { Reset-Store }

    It 'comes back as the object that it was' {
        Set-KvItem key ([ordered]@{ text = 'ä'; number = 1; list = @(1, $null, 'x'); nested = [pscustomobject]@{ flag = $true } }) -AsJson
        (Get-KvItem key).Value | Should -BeExactly '{"text":"ä","number":1,"list":[1,null,"x"],"nested":{"flag":true}}'
        $item = Get-KvItem key -AsJson
        $item | Should -BeOfType ([KvStore.KvItem])
        $item.Key | Should -Be key
        $item.Value.nested.flag | Should -BeTrue
        $item.Value.list[2] | Should -Be x
        $item.Value.number | Should -BeOfType ([long])
    }

    It 'writes a hashtable in the order of its names, so that equal contents are equal text' {
        Set-KvItem key @{ c = 1; a = 2; b = 3 } -AsJson
        (Get-KvItem key).Value | Should -BeExactly '{"a":2,"b":3,"c":1}'
    }

    It 'keeps <Json> as it is' -ForEach @(
        @{ Json = '12345678901234567890123' }, @{ Json = '9223372036854775807' }, @{ Json = '0.1' }, @{ Json = '1234567890.12345678901' }
        @{ Json = '"2024-01-02T03:04:05.123456Z"' }, @{ Json = 'null' }, @{ Json = 'true' }, @{ Json = '[]' }, @{ Json = '{}' }, @{ Json = '[[1],[]]' }, @{ Json = '"\u0000\n"' }
    ) {
        Set-KvItem key $Json
        Set-KvItem copy (Get-KvItem key -AsJson).Value -AsJson
        (Get-KvItem copy).Value | Should -BeExactly $Json
    }

    It 'reads back what Set-KvItem made of numbers and Booleans' {
        Set-KvItem flag $true
        Set-KvItem number 1.5
        (Get-KvItem flag -AsJson).Value | Should -BeTrue
        (Get-KvItem number -AsJson).Value | Should -Be 1.5
    }

    It 'is copied as JSON from pipeline to pipeline' {
        Set-KvItem key @{ a = @(1, 2) } -AsJson
        Get-KvItem key -AsJson | Set-KvItem -Store other -AsJson
        (Get-KvItem key -Store other).Value | Should -BeExactly '{"a":[1,2]}'
    }

    It 'is refused when it is nested too deep, never cut off' {
        $object = @{ end = $true }
        1..150 | ForEach-Object { $object = @{ n = $object } }
        { Set-KvItem key $object -AsJson -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*100 levels*'
        $loop = @{}
        $loop.self = $loop
        { Set-KvItem key $loop -AsJson -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.*'
        Test-KvItem key | Should -BeFalse
    }

    It 'is refused when it is larger than the store allows' {
        { Set-KvItem key ([pscustomobject]@{ long = 'x' * 5000 }) -AsJson -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ValueTooLong,*'
        { Set-KvItem key (Get-Process -Id $PID) -AsJson -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.*'
        Test-KvItem key | Should -BeFalse
    }

    It 'that is no JSON is an error for that item alone' {
        Set-KvItem a '{"x":1}'
        Set-KvItem b '{oops'
        Set-KvItem c '{"a":1,"A":2}'
        $found = Get-KvItem -AsJson -ErrorVariable errors -ErrorAction SilentlyContinue
        $found.Key | Should -Be a
        $errors.FullyQualifiedErrorId | Should -Be @('KvStore.InvalidValue,KvStore.PowerShell.GetKvItemCommand', 'KvStore.InvalidValue,KvStore.PowerShell.GetKvItemCommand')
    }
}

Describe 'Limits' {
    BeforeEach { Reset-Store }

    It 'takes a key of 510 bytes and refuses one of 511, <Name>' -ForEach @(
        @{ Name = 'of one byte each'; Fits = 'k' * 510; Breaks = 'k' * 511 }
        @{ Name = 'of two bytes each'; Fits = 'ä' * 255; Breaks = 'ä' * 255 + 'k' }
        @{ Name = 'of four bytes each'; Fits = '😀' * 127 + 'kk'; Breaks = '😀' * 127 + 'kkk' }
        @{ Name = 'with its namespace'; Fits = 'n/' + 'k' * 508; Breaks = 'n/' + 'k' * 509 }
    ) {
        Set-KvItem $Fits v
        (Get-KvItem -LiteralKey $Fits).Value | Should -Be v
        $before = Export-KvStore
        { Set-KvItem $Breaks v -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.KeyTooLong,*' -ExpectedMessage '*511 bytes*510*'
        Export-KvStore | Should -Be $before
    }

    It 'takes a value of 4096 bytes and refuses one of 4097, <Name>' -ForEach @(
        @{ Name = 'of one byte each'; Fits = 'v' * 4096; Breaks = 'v' * 4097 }
        @{ Name = 'of three bytes each'; Fits = '€' * 1365 + 'v'; Breaks = '€' * 1365 + 'vv' }
    ) {
        Set-KvItem key $Fits
        (Get-KvItem key).Value | Should -BeExactly $Fits
        $before = Export-KvStore
        { Set-KvItem key $Breaks -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ValueTooLong,*' -ExpectedMessage '*4097 bytes*4096*'
        Export-KvStore | Should -Be $before
    }

    It 'refuses an empty key' {
        { Set-KvItem '' v -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
        { Set-KvItem ' / ' v -Namespace foo -Store myKV -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
        { New-Row '' | Set-KvItem -Namespace foo -Store myKV -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidKey,*'
        Get-KvItem -Recurse | Should -BeNullOrEmpty
    }
}

Describe 'A pipeline of writes' {
    BeforeEach { Reset-Store }

    It 'takes rows of a CSV file' {
        "Key,Value`na/b,1`nc,two" | ConvertFrom-Csv | Set-KvItem
        (Get-KvItem -Recurse | ForEach-Object { "$($_.Key)=$($_.Value)" }) | Should -Be @('a/b=1', 'c=two')
    }

    It 'takes what Export-Csv made of items' {
        Set-KvItem a 1
        Set-KvItem b 2 -Expires ([DateTimeOffset]::UtcNow.AddHours(1))
        $rows = Get-KvItem | ConvertTo-Csv
        $rows | ConvertFrom-Csv | Set-KvItem -Store other
        (Get-KvItem -Store other).Value | Should -Be @('1', '2')
        (Get-KvItem a -Store other).Expires | Should -BeNullOrEmpty
        (Get-KvItem b -Store other).Expires | Should -Not -BeNullOrEmpty
    }

    It 'takes the entries of a hashtable and of a dictionary' {
        @{ a = 1; b = 2 }.GetEnumerator() | Set-KvItem
        (Open-KvStore myKV).GetEnumerator() | Set-KvItem -Store other
        (Get-KvItem -Store other).Value | Should -Be @('1', '2')
    }

    It 'takes one value for a key that is typed' {
        "line 1`nline 2" | Set-KvItem text
        (Get-KvItem text).Value | Should -BeExactly "line 1`nline 2"
        42 | Set-KvItem number -PassThru | ForEach-Object Value | Should -Be '42'
        [pscustomobject]@{ a = 1 } | Set-KvItem object -AsJson
        (Get-KvItem object -AsJson).Value.a | Should -Be 1
    }

    It 'takes no several values for one key, and then none of them' {
        { 'line 1', 'line 2' | Set-KvItem text } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*-Raw*'
        Test-KvItem text | Should -BeFalse
    }

    It 'says what a record lacks' {
        { Set-KvItem key -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage "*'key'*without a value*"
        { [pscustomobject]@{ Key = 'key'; Val = 'v' } | Set-KvItem -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
        Test-KvItem key | Should -BeFalse
    }

    It 'takes keys and values from script blocks' {
        [pscustomobject]@{ Name = 'a'; Id = 1 }, [pscustomobject]@{ Name = 'b'; Id = 2 } | Set-KvItem -Key { "p/$($_.Name)" } -Value { $_.Id }
        (Get-KvItem p/*).Value | Should -Be @('1', '2')
        Remove-KvItem p/*
        1, 2 | Set-KvItem -Key { "k$_" } -Value same
        (Get-KvItem).Key | Should -Be @('k1', 'k2')
    }

    It 'copies items with their namespaces and expiry to another store' {
        Set-KvItem key val -Namespace /foo/bar -Store myKV -Expires ([DateTimeOffset]::UtcNow.AddHours(1))
        Get-KvItem -Recurse -Namespace /foo -Store myKV | Set-KvItem -Store other
        $copy = Get-KvItem -Store other -Recurse
        $copy.Path | Should -Be '/foo/bar/key'
        $copy.Expires | Should -Be (Get-KvItem foo/bar/key).Expires
    }

    It 'copies within the storage that the items were read from, unless another is named' {
        Connect-KvStorage memory -Name one | Out-Null
        Connect-KvStorage memory -Name two | Out-Null
        Set-KvItem k v -Store s -Storage one
        Get-KvItem -Store s -Storage one | Set-KvItem -Store t
        Get-KvItem -Store s -Storage one | Set-KvItem -Storage two
        (Get-KvStore -Storage one).Name | Should -Be @('s', 't')
        (Get-KvStore -Storage two).Name | Should -Be @('s')
        Get-KvStore | Should -BeNullOrEmpty
        Disconnect-KvStorage one, two
    }

    It 'is committed in batches of a thousand' {
        1..2500 | ForEach-Object { New-Row "k$_" } | Set-KvItem
        (Get-KvStore myKV).Revision | Should -Be 3
        (Get-KvStore myKV).ItemCount | Should -Be 2500
    }

    It 'writes several stores and namespaces at once' {
        $rows = foreach ($i in 1..10) { [pscustomobject]@{ Store = "s$($i % 2)"; Namespace = "/n$($i % 3)"; Key = "k$i"; Value = "v$i" } }
        $written = $rows | Set-KvItem -PassThru
        $written.Count | Should -Be 10
        (Get-KvItem k4 -Store s0 -Namespace n1).Value | Should -Be v4
        ($written | Where-Object Key -EQ k4).Namespace | Should -Be '/n1'
    }

    It 'keeps the last of several values for one key, and passes on what was committed' {
        $written = (New-Row a 1), (New-Row b 2), (New-Row a 3) | Set-KvItem -PassThru
        $written.Key | Should -Be @('a', 'b')
        $written.Value | Should -Be @('3', '2')
        $written.Version | Should -Be @(1, 1)
        (Get-KvItem a).Value | Should -Be 3
    }

    It 'passes on each item as it was committed, also where its key comes again in the next batch' {
        $written = 1..2500 | ForEach-Object { [pscustomobject]@{ Namespace = '/n'; Key = "k$($_ % 1100)"; Value = $_ } } | Set-KvItem -PassThru
        $written.Count | Should -Be 2500
        $written.Namespace | Select-Object -Unique | Should -Be '/n'
        $written.Storage | Select-Object -Unique | Should -Be default
        ($written | Where-Object Key -EQ k0).Value | Should -Be @('1100', '2200')
    }

    It 'ends when a batch is lost, and writes nothing of those that follow' {
        Connect-KvStorage ([FailingStorage]) | Out-Null
        { 1..2500 | ForEach-Object { New-Row "k$_" } | Set-KvItem -Store broken -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*'
        { 'a', 'b' | Remove-KvItem -Store broken -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*'
    }

    It 'writes what is left for each store, whatever becomes of the others' {
        Connect-KvStorage ([FailingStorage]) | Out-Null
        $rows = foreach ($store in 'sound', 'broken', 'fine') { [pscustomobject]@{ Store = $store; Key = 'k'; Value = 'v' } }
        { $rows | Set-KvItem } | Should -Throw -ErrorId 'KvStore.StorageDamaged,*'
        (Get-KvStore).Name | Should -Be @('fine', 'sound')
    }

    It 'loses nothing but the item that breaks a limit' {
        $errors = $null
        (New-Row a), (New-Row ('k' * 511)), (New-Row b ('v' * 4097)), (New-Row c @{}), (New-Row d) | Set-KvItem -ErrorVariable errors -ErrorAction SilentlyContinue
        (Get-KvItem).Key | Should -Be @('a', 'd')
        $errors.FullyQualifiedErrorId -replace ',.*' | Should -Be @('KvStore.KeyTooLong', 'KvStore.ValueTooLong', 'KvStore.InvalidValue')
    }

    It 'overwrites nothing with -NoClobber, and tells the current item' {
        Set-KvItem b old
        $written = (New-Row a), (New-Row b new), (New-Row c), (New-Row a twice) | Set-KvItem -NoClobber -PassThru -ErrorVariable errors -ErrorAction SilentlyContinue
        $written.Key | Should -Be @('a', 'c')
        $errors.Count | Should -Be 2
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ConditionFailed,*'
        $errors[0].TargetObject.Value | Should -Be old
        $errors[1].TargetObject.Key | Should -Be a
        (Get-KvItem).Value | Should -Be @('v', 'old', 'v')
    }

    It 'writes no unfinished batch when it is stopped upstream' {
        { 1..1500 | ForEach-Object { if ($_ -eq 1400) { throw 'upstream' }; New-Row "k$_" } | Set-KvItem } | Should -Throw 'upstream'
        (Get-KvStore myKV).ItemCount | Should -Be 1000
    }

    It 'heeds $WhatIfPreference' {
        & {
            $WhatIfPreference = $true
            (New-Row a), (New-Row b) | Set-KvItem
        }
        Get-KvItem -Recurse | Should -BeNullOrEmpty
    }

    It 'tells of each item with -Verbose' {
        $told = (New-Row a), (New-Row b) | Set-KvItem -Verbose 4>&1
        @($told.Message -match 'Set item') | Should -HaveCount 2
    }

    It 'asks for each item when $ConfirmPreference says so' {
        # Where nobody can answer, asking is an error.
        { & { $ConfirmPreference = 'Medium'; New-Row a | Set-KvItem -ErrorAction Stop } } | Should -Throw
        { & { $ConfirmPreference = 'Medium'; New-Row a | Remove-KvItem -ErrorAction Stop } } | Should -Throw
        Get-KvItem -Recurse | Should -BeNullOrEmpty
        & { $ConfirmPreference = 'None'; New-Row a | Set-KvItem }
        (Get-KvItem).Key | Should -Be 'a'
    }

    It 'writes nothing with -WhatIf' {
        (New-Row a), (New-Row b) | Set-KvItem -WhatIf -PassThru | Should -BeNullOrEmpty
        Get-KvStore | Should -BeNullOrEmpty
    }

    It 'ends at once when the storage itself fails' {
        Connect-KvStorage memory -Name frozen -ReadOnly | Out-Null
        { (New-Row a), (New-Row b) | Set-KvItem -Store s -Storage frozen } | Should -Throw -ErrorId 'KvStore.ReadOnly,*'
        Disconnect-KvStorage frozen
    }
}
