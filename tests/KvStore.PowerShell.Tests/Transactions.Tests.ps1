# Invoke-KvTransaction: all or nothing, run again when something came between, and no way around it from within.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    # Another user: a runspace of its own, whose thread is in no transaction.
    function Invoke-Elsewhere([scriptblock] $Script, [object[]] $Arguments = @()) {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$PSScriptRoot/../../KvStore.psd1'; Set-KvNamespace -Store myKV -Storage txn")
            $null = $shell.AddStatement().AddScript($Script)
            foreach ($argument in $Arguments) { $null = $shell.AddArgument($argument) }
            $shell.Invoke()
            if ($shell.HadErrors) { throw "Elsewhere: $($shell.Streams.Error)" }
        } finally {
            $shell.Dispose()
        }
    }

    function Get-Value([string] $Key) { (Get-KvItem -LiteralKey $Key -ErrorAction Ignore).Value }
}

Describe 'Invoke-KvTransaction' {
    BeforeEach {
        $file = Join-Path ([IO.Path]::GetTempPath()) "kvstore-txn-$([guid]::NewGuid().ToString('n')).db"
        Connect-KvStorage -Name txn -Storage db -Connection $file | Out-Null
        Set-KvNamespace -Store myKV -Storage txn
    }

    AfterEach {
        Set-Location $PSScriptRoot
        Remove-PSDrive txn -ErrorAction Ignore
        Disconnect-KvStorage txn
        Remove-Item "$file*"
        [KvStore.KvTransaction]::IsRunning | Should -BeFalse
    }

    Context 'A transaction' {
        It 'commits all that it wrote at once, and emits what the block gave' {
            $output = Invoke-KvTransaction {
                Set-KvItem a 1
                Set-KvItem b 2
                'done'
                Invoke-Elsewhere { (Get-KvItem).Count }
            }
            $output | Should -Be 'done', 0
            (Get-KvItem).Value | Should -Be 1, 2
            (Get-KvItem a).ModRevision | Should -Be (Get-KvItem b).ModRevision
        }

        It 'reads its own writes, by command, dictionary and drive' {
            $kv = Open-KvStore myKV -Storage txn
            New-PSDrive txn KvStore / -Storage db -Connection $file | Out-Null
            Invoke-KvTransaction {
                Set-KvItem n/a 1
                $kv['n/b'] = '2'
                Set-Content txn:/myKV/n/c 3
                $kv.Keys | Should -Be n/a, n/b, n/c
                (Get-KvItem -Namespace n).Key | Should -Be a, b, c
                Get-Content txn:/myKV/n/a | Should -Be 1
                (Get-ChildItem txn:/myKV/n).Name | Should -Be a, b, c
                Add-Content txn:/myKV/n/c 4
                (Open-KvStore myKV -Storage txn)['n/c'] | Should -Be "3`n4"
                Remove-Item txn:/myKV/n/a
                Test-KvItem n/a | Should -BeFalse
                Invoke-Elsewhere { Get-KvItem -Recurse } | Should -BeNullOrEmpty
            }
            (Get-KvItem -Recurse).Key | Should -Be n/b, n/c
        }

        It 'takes what a pipeline within it writes, in any number of batches' {
            Invoke-KvTransaction {
                1..2500 | ForEach-Object { [pscustomobject]@{ Key = "k$_"; Value = $_ } } | Set-KvItem
                Get-KvItem k1, k2 | Remove-KvItem
                (Get-KvItem).Count | Should -Be 2498
            }
            (Get-KvItem).Count | Should -Be 2498
            (Get-KvItem | Sort-Object ModRevision -Unique).Count | Should -Be 1
        }

        It 'gives the block its arguments, and the variables around it to be read' {
            $around = 'v'
            Invoke-KvTransaction { param($key, $value) Set-KvItem $key "$around$value" } -ArgumentList a, 1
            Get-Value a | Should -Be v1
            Invoke-KvTransaction { $args.Count } -ArgumentList @() | Should -Be 0
        }

        It 'ends by return as it ends by its end' {
            Invoke-KvTransaction { Set-KvItem a 1; return 'early'; Set-KvItem b 2 } | Should -Be early
            (Get-KvItem).Key | Should -Be a
        }

        It 'covers the store that is named' {
            { Invoke-KvTransaction -Store other -Storage txn { Set-KvItem a 1 } } | Should -Throw -ErrorId 'KvStore.OutsideTransaction*'
            Invoke-KvTransaction -Store other { Set-KvItem -Store other a 1 }
            (Get-KvItem a -Store other).Value | Should -Be 1
        }

        It 'is served with stores and storages by completion' {
            Set-KvItem a 1
            (TabExpansion2 'Invoke-KvTransaction -Store my').CompletionMatches.CompletionText | Should -Contain myKV
            (TabExpansion2 'Invoke-KvTransaction -Storage tx').CompletionMatches.CompletionText | Should -Contain txn
        }
    }

    Context 'Nothing is written' {
        It 'when the block <Name>' -ForEach @(
            @{ Name = 'throws'; End = { throw 'oops' }; Id = 'oops' }
            @{ Name = 'has a command that reports an error'; End = { Get-KvItem missing }; Id = 'KvStore.ItemNotFound,*' }
            @{ Name = 'has a command of another module that reports an error'; End = { Get-Item /no/such/file }; Id = 'PathNotFound,*' }
            @{ Name = 'has a drive that reports an error'; End = { Get-Content kv:/myKV/missing }; Id = '*' }
            @{ Name = 'writes an error'; End = { Write-Error 'oops' -ErrorId own }; Id = 'own' }
            @{ Name = 'divides by zero'; End = { 1 / 0 }; Id = 'RuntimeException' }
            @{ Name = 'breaks a limit'; End = { Set-KvItem b ('x' * 5000) }; Id = 'KvStore.ValueTooLong,*' }
            @{ Name = 'meets an item with -NoClobber'; End = { Set-KvItem a 2 -NoClobber }; Id = 'KvStore.ConditionFailed,*' }
            @{ Name = 'begins another'; End = { Invoke-KvTransaction { Set-KvItem b 1 } }; Id = 'KvStore.TransactionNested,*' }
            @{ Name = 'reads another store'; End = { Get-KvItem -Store other }; Id = 'KvStore.OutsideTransaction,*' }
            @{ Name = 'writes to another storage'; End = { Set-KvItem -Storage scratch -Store myKV a 1 }; Id = 'KvStore.OutsideTransaction,*' }
            @{ Name = 'removes a store'; End = { Remove-KvStore myKV -Force }; Id = 'KvStore.OutsideTransaction,*' }
            @{ Name = 'makes a store'; End = { New-KvStore other }; Id = 'KvStore.OutsideTransaction,*' }
            @{ Name = 'imports'; End = { '{}' | Import-KvStore }; Id = 'KvStore.*' }
            @{ Name = 'lists stores'; End = { Get-KvStore }; Id = 'KvStore.OutsideTransaction,*' }
        ) {
            Connect-KvStorage memory -Name scratch | Out-Null
            { Invoke-KvTransaction { Set-KvItem a 1; . $End; Set-KvItem after 1 } } | Should -Throw -ErrorId $Id
            Get-KvItem -Recurse | Should -BeNullOrEmpty
        }

        It 'when the block is left by <_>' -ForEach 'break', 'continue' {
            $block = [scriptblock]::Create("Set-KvItem a 1; $_")
            foreach ($i in 1) { Invoke-KvTransaction $block }
            Get-KvItem -Recurse | Should -BeNullOrEmpty
        }

        It 'when the block exits' {
            $script = Join-Path $TestDrive exit.ps1
            Set-Content $script 'Invoke-KvTransaction { Set-KvItem a 1; exit 3 }; Set-KvItem b 1'
            & $script
            $LASTEXITCODE | Should -Be 3
            Get-KvItem -Recurse | Should -BeNullOrEmpty
        }

        It 'when a function of a module, which does not see the preference, meets an error' {
            $module = New-Module { function Set-Half { Set-KvItem half 1; Get-KvItem missing; Set-KvItem other-half 1 } }
            try {
                { Invoke-KvTransaction { Set-Half } } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*'
            } finally {
                Remove-Module $module
            }
            Get-KvItem -Recurse | Should -BeNullOrEmpty
        }

        It 'when the caller would go on after errors' {
            $ErrorActionPreference = 'SilentlyContinue'
            try { Invoke-KvTransaction { Set-KvItem a 1; Get-KvItem missing; Set-KvItem b 1 } } catch { $caught = $_ }
            $caught.FullyQualifiedErrorId | Should -BeLike 'KvStore.ItemNotFound,*'
            Get-KvItem -Recurse | Should -BeNullOrEmpty
        }

        It 'when the pipeline is stopped within the block' {
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Import-Module '$PSScriptRoot/../../KvStore.psd1'; Set-KvNamespace -Store myKV -Storage txn")
                $null = $shell.AddStatement().AddScript({ param($begun) Invoke-KvTransaction { Set-KvItem a 1; $begun.Set(); Start-Sleep 60 } })
                $begun = [Threading.ManualResetEventSlim]::new()
                $null = $shell.AddArgument($begun)
                $null = $shell.BeginInvoke()
                $begun.Wait(30000) | Should -BeTrue
                $shell.Stop()
                $shell.InvocationStateInfo.State | Should -Be Stopped
                $shell.Commands.Clear()
                # The runspace's thread is in no transaction any more.
                $shell.AddScript('Set-KvItem b 1; [KvStore.KvTransaction]::IsRunning').Invoke() | Should -Be $false
            } finally {
                $shell.Dispose()
            }
            (Get-KvItem).Key | Should -Be b
        }

        It 'and nothing is emitted' {
            $output = try { Invoke-KvTransaction { 'first'; throw 'oops' } } catch { 'caught' }
            $output | Should -Be caught
        }
    }

    Context 'An error that is expected' {
        It 'is passed over by -ErrorAction, or caught' {
            Invoke-KvTransaction {
                Set-KvItem a 1
                Get-KvItem missing -ErrorAction SilentlyContinue
                try { Set-KvItem a 2 -NoClobber } catch { Set-KvItem b $_.FullyQualifiedErrorId }
            }
            Get-Value a | Should -Be 1
            Get-Value b | Should -BeLike 'KvStore.ConditionFailed,*'
        }
    }

    Context 'A conflict' {
        It 'makes the block run again, with what is there now' {
            Set-KvItem n 1
            $script:runs = 0
            $output = Invoke-KvTransaction {
                $n = [int] (Get-KvItem n).Value
                if (++$script:runs -eq 1) { Invoke-Elsewhere { Set-KvItem n 10 } }
                Set-KvItem n ($n + 1)
                "run $script:runs"
            }
            $output | Should -Be 'run 2'
            Get-Value n | Should -Be 11
        }

        It 'that another process makes has the same effect' {
            Set-KvItem n 1
            $script:runs = 0
            Invoke-KvTransaction {
                $n = [int] (Get-KvItem n).Value
                if (++$script:runs -eq 1) {
                    $command = "Import-Module '$PSScriptRoot/../../KvStore.psd1'; Connect-KvStorage -Name txn -Storage db -Connection '$file'; Set-KvItem -Storage txn -Store myKV n 10"
                    & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $command | Out-Null
                }
                Set-KvItem n ($n + 1)
            }
            $script:runs | Should -Be 2
            Get-Value n | Should -Be 11
        }

        It 'by what appears in a listing counts too' {
            $script:runs = 0
            Invoke-KvTransaction {
                $count = @(Get-KvItem -Namespace n).Count
                if (++$script:runs -eq 1) { Invoke-Elsewhere { Set-KvItem n/x 1 } }
                Set-KvItem count $count
            }
            Get-Value count | Should -Be 1
        }

        It 'is an error after the last retry, with nothing written' {
            Set-KvItem n 1
            $script:runs = 0
            {
                Invoke-KvTransaction -MaximumRetryCount 2 {
                    $null = Get-KvItem n
                    $script:runs++
                    Invoke-Elsewhere { param($value) Set-KvItem n $value } $script:runs
                    Set-KvItem mine 1
                }
            } | Should -Throw -ErrorId 'KvStore.TransactionConflict,*' -ExpectedMessage "*3 times*item 'n'*"
            $script:runs | Should -Be 3
            Test-KvItem mine | Should -BeFalse
        }

        It 'that the block catches makes it run again all the same' {
            Set-KvItem x 0
            Set-KvItem y 0
            $script:runs = 0
            Invoke-KvTransaction {
                $x = (Get-KvItem x).Value
                if (++$script:runs -eq 1) {
                    Invoke-Elsewhere { @{ x = 1; y = 1 }.GetEnumerator() | Set-KvItem }
                    try { Get-KvItem y } catch { 'swallowed' }
                }
                Set-KvItem z $x
            } | Should -BeNullOrEmpty
            Get-Value z | Should -Be 1
        }

        It 'of many runspaces loses no increment' {
            $module = Join-Path $PSScriptRoot ../../KvStore.psd1
            1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:module
                for ($i = 0; $i -lt 100; $i++) {
                    Invoke-KvTransaction {
                        $n = [int] (Get-KvItem -Storage txn -Store myKV n -ErrorAction Ignore).Value
                        Set-KvItem -Storage txn -Store myKV n ($n + 1)
                    }
                }
            }
            Get-Value n | Should -Be 400
        }
    }

    Context 'A storage without transactions' {
        It 'refuses one before the block runs where it is named, else at the first command' {
            Connect-KvStorage -Name file -Storage cinderlib -Connection (Join-Path $TestDrive cinderlib.db) -ErrorAction Ignore | Out-Null
            $script:runs = 0
            { Invoke-KvTransaction -Storage file { $script:runs++ } } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*Transactions*'
            $script:runs | Should -Be 0
            { Invoke-KvTransaction { Get-KvItem -Storage file -Store cinderlib } } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
            Disconnect-KvStorage file
        }
    }
}
