# -IfVersion: a write that happens only if nobody else wrote meanwhile.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    . $PSScriptRoot/ScriptStorage.ps1

    function New-Row([string] $Key, $Value, [hashtable] $More = @{}) { [pscustomobject](@{ Key = $Key; Value = $Value } + $More) }
}

Describe 'A condition on a version, on <_>' -ForEach 'memory', 'sqlite' {
    BeforeEach {
        if ($_ -eq 'memory') { Connect-KvStorage memory | Out-Null } else { Connect-KvStorage "sqlite:///$(Join-Path $TestDrive "$([guid]::NewGuid()).db")" | Out-Null }
        Set-KvNamespace -Store s
        Set-KvItem n/a 1
        Set-KvItem n/a 2
    }

    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'lets a write through when it holds' {
        (Set-KvItem n/a 3 -IfVersion 2 -PassThru).Version | Should -Be 3
        Remove-KvItem n/a -IfVersion 3
        Test-KvItem n/a | Should -BeFalse
    }

    It 'stops a write when it does not hold, with an error that carries the current item and where it is' {
        $written = Set-KvItem n/a 3 -IfVersion 1 -PassThru -ErrorVariable errors -ErrorAction SilentlyContinue
        $written | Should -BeNullOrEmpty
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'KvStore.ConditionFailed,KvStore.PowerShell.SetKvItemCommand'
        $errors[0].CategoryInfo.Category | Should -Be ResourceExists
        $errors[0].TargetObject.Value | Should -Be 2
        $errors[0].TargetObject.Version | Should -Be 2
        $errors[0].TargetObject | Get-KvItem | ForEach-Object Path | Should -Be '/n/a'
        Remove-KvItem n/a -IfVersion 1 -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -Be 'KvStore.ConditionFailed,KvStore.PowerShell.RemoveKvItemCommand'
        (Get-KvItem n/a).Value | Should -Be 2
    }

    It 'does not hold for an item that is not there' {
        { Set-KvItem missing 1 -IfVersion 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*' -ExpectedMessage '*does not exist*'
        { Remove-KvItem missing -IfVersion 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        Test-KvItem missing | Should -BeFalse
    }

    It 'takes no other of its batch down' {
        Set-KvItem b 1
        $rows = (New-Row n/a new), (New-Row b new), (New-Row c new)
        $rows | Set-KvItem -IfVersion 1 -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.Count | Should -Be 2
        (Get-KvItem b).Value | Should -Be new
        (Get-KvItem n/a).Value | Should -Be 2
        Test-KvItem c | Should -BeFalse
    }

    It 'comes for each item from the pipeline, as the property IfVersion or from a script block' {
        Set-KvItem b 1
        $rows = (New-Row n/a new @{ IfVersion = 2 }), (New-Row b new @{ IfVersion = 7 }), (New-Row free new)
        $rows | Set-KvItem -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.Count | Should -Be 1
        $errors[0].TargetObject.Key | Should -Be b
        (Get-KvItem n/a).Version | Should -Be 3
        Get-KvItem -Recurse | Set-KvItem -Value again -IfVersion { $_.Version }
        (Get-KvItem -Recurse).Value | Should -Be 'again', 'again', 'again'
        $seen = Get-KvItem b
        Set-KvItem b 'somebody else'
        $seen | Remove-KvItem -IfVersion { $_.Version } -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'KvStore.ConditionFailed,*'
        (Get-KvItem b).Value | Should -Be 'somebody else'
    }

    It 'is not made of the version that a piped item tells' {
        $seen = Get-KvItem n/a
        Set-KvItem n/a 3
        $seen | Set-KvItem -ErrorAction Stop
        (Get-KvItem n/a).Value | Should -Be 2
        $seen | Remove-KvItem -ErrorAction Stop
        Test-KvItem n/a | Should -BeFalse
    }

    It 'counts without losing one, whoever else counts' {
        Set-KvItem counter 0
        foreach ($i in 1..20) {
            do {
                $item = Get-KvItem counter
                if ($i % 5 -eq 0 -and -not $disturbed) { $disturbed = $true; Set-KvItem counter ([int] $item.Value + 100) }
                Set-KvItem counter ([int] $item.Value + 1) -IfVersion $item.Version -ErrorVariable failed -ErrorAction SilentlyContinue
            } while ($failed)
        }
        (Get-KvItem counter).Value | Should -Be 120
    }

    It 'on one of several writes of one key meets the write before' {
        (New-Row n/a 3 @{ IfVersion = 2 }), (New-Row n/a 4 @{ IfVersion = 3 }), (New-Row n/a 5 @{ IfVersion = 3 }) |
            Set-KvItem -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.Count | Should -Be 1
        (Get-KvItem n/a).Value | Should -Be 4
    }

    It 'of a wildcard holds for each item that is found' {
        Set-KvItem n/b 1
        Remove-KvItem n/* -IfVersion 1 -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.TargetObject.Path | Should -Be '/n/a'
        (Get-KvItem -Recurse).Path | Should -Be '/n/a'
    }

    It 'writes nothing with -WhatIf' {
        Set-KvItem n/a 3 -IfVersion 2 -WhatIf
        Remove-KvItem n/a -IfVersion 2 -WhatIf
        (Get-KvItem n/a).Value | Should -Be 2
    }
}

Describe 'A condition that is none' {
    BeforeEach {
        Connect-KvStorage memory | Out-Null
        Set-KvNamespace -Store s
        Set-KvItem a 1
    }

    It 'is an error, so that a variable that holds nothing overwrites nothing: <Given>' -ForEach @{ Given = 0 }, @{ Given = -1 }, @{ Given = $null }, @{ Given = '' } {
        { Set-KvItem a 2 -IfVersion $Given -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*-NoClobber*'
        { Remove-KvItem a -IfVersion $Given -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
        (Get-KvItem a).Value | Should -Be 1
    }

    It 'is told to be null or empty if it is: <Given>' -ForEach @{ Given = $null }, @{ Given = '' } {
        { Set-KvItem a 2 -IfVersion $Given -ErrorAction Stop } | Should -Throw -ExpectedMessage '-IfVersion is 0, null or empty, *'
        { Remove-KvItem a -IfVersion $Given -ErrorAction Stop } | Should -Throw -ExpectedMessage '-IfVersion is 0, null or empty, *'
        { Set-KvItem a 2 -IfVersion -1 -ErrorAction Stop } | Should -Throw -ExpectedMessage '-IfVersion is -1, and*'
    }

    It 'is an error for an object of a pipeline, too' {
        $rows = (New-Row a 2 @{ IfVersion = 0 }), (New-Row a 3 @{ IfVersion = $null }), (New-Row b 1)
        $rows | Set-KvItem -ErrorVariable errors -ErrorAction SilentlyContinue
        Get-KvItem | Set-KvItem -Value 4 -IfVersion { $_.NoSuchProperty } -ErrorVariable +errors -ErrorAction SilentlyContinue
        $errors.FullyQualifiedErrorId -replace ',.*' | Should -Be (@('KvStore.InvalidValue') * 4)
        (Get-KvItem).Value | Should -Be 1, 1
    }

    It 'is an error together with -NoClobber' {
        { Set-KvItem a 2 -IfVersion 1 -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*exclude*'
        (Get-KvItem a).Value | Should -Be 1
    }

    It 'is refused by a storage without versions' {
        Connect-KvStorage ([ScriptStorage]) | Out-Null
        Set-KvItem a 1 -Store t
        { Set-KvItem a 2 -Store t -IfVersion 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { Remove-KvItem a -Store t -IfVersion 1 -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        (Get-KvItem a -Store t).Value | Should -Be 1
    }
}
