# The duties of a provider, and the traps that others fell into: drives, asking before changing, transfers that lose nothing,
# storages that can do little.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    # CS1701: the module is built for an older runtime than the one that runs it.
    Add-Type -Path $PSScriptRoot/DriveStorages.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading -CompilerOptions '/nowarn:CS1701'
    $none = [Threading.CancellationToken]::None
    $here = [IO.Path]::GetTempPath()
    function Remove-TestDrive {
        Set-Location $here
        Get-PSDrive -PSProvider KvStore | Where-Object Name -NE kv | Remove-PSDrive -ErrorAction Ignore
    }
}

Describe 'A drive' {
    AfterEach { Remove-TestDrive }

    It 'is made without opening anything, and says when it is used what is wrong' {
        $manifest = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
        $env:KVSTORE_CONNECTION, $before = 'nowhere://x', $env:KVSTORE_CONNECTION
        try {
            $told = pwsh -NoProfile -NonInteractive -Command "Import-Module '$manifest'; (Get-PSDrive kv).Name; try { Get-ChildItem kv:/ -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }; Test-Path kv:/"
        }
        finally { $env:KVSTORE_CONNECTION = $before }
        $told | Should -Be 'kv', 'KvStore.StorageNotFound,Microsoft.PowerShell.Commands.GetChildItemCommand', 'True'
    }

    It 'is rooted at a store or namespace, also of another drive' {
        $null = New-PSDrive m KvStore / -Storage memory -Scope Global
        Set-Content m:/s/foo/bar/x 1
        $null = New-PSDrive ns KvStore m:/s/foo -Scope Global
        Get-Content ns:/bar/x | Should -Be '1'
        (Get-PSDrive ns).Root | Should -Be 'ns:/'
        (Get-PSDrive ns).DisplayRoot | Should -Be '/s/foo'
        (Get-Item ns:/bar/x).Namespace | Should -Be '/foo/bar'
        Set-Location m:/s
        $null = New-PSDrive inner KvStore foo/bar -Scope Global
        Get-Content inner:/x | Should -Be '1'
        $null = New-PSDrive other KvStore foo -Storage memory -Scope Global
        Get-ChildItem other:/ | Should -BeNullOrEmpty
    }

    It 'has a root that is always there, so that the first item can be written' {
        $null = New-PSDrive early KvStore not/yet -Storage memory -Scope Global
        Test-Path early:/ | Should -BeTrue
        Get-ChildItem early:/ | Should -BeNullOrEmpty
        Set-Location early:/
        Set-Content x 1
        (Get-ChildItem).FullName | Should -Be 'early:/x'
        Get-KvItem x | ForEach-Object FullKey | Should -Be 'yet/x'
        { Remove-Item early:/ -Recurse -ErrorAction Stop } | Should -Throw
    }

    It 'lives on without the drive that it was rooted on' {
        $null = New-PSDrive outer KvStore / -Storage ([TellingStorage]) -Scope Global
        $closed = [TellingStorage]::Closed
        Set-Content outer:/s/foo/x 1
        $null = New-PSDrive inner KvStore outer:/s/foo -Scope Global
        Remove-PSDrive outer
        [TellingStorage]::Closed | Should -Be $closed
        Get-Content inner:/x | Should -Be '1'
        Remove-PSDrive inner
        [TellingStorage]::Closed | Should -Be ($closed + 1)
    }

    It 'closes what it opened, and leaves open what it was given' {
        $opened, $closed = [TellingStorage]::Opened, [TellingStorage]::Closed
        $null = New-PSDrive t KvStore / -Storage ([TellingStorage]) -Scope Global
        Set-Content t:/s/x 1
        Remove-PSDrive t
        [TellingStorage]::Opened - $opened | Should -Be 1
        [TellingStorage]::Closed - $closed | Should -Be 1
        $mine = [TellingStorage]::new()
        $null = New-PSDrive t KvStore / -Storage $mine -Scope Global
        Remove-PSDrive t
        [TellingStorage]::Closed - $closed | Should -Be 1
        $mine.Dispose()
    }

    It 'holds nothing when the engine refuses its name' {
        $null = New-PSDrive outer KvStore / -Storage ([TellingStorage]) -Scope Global
        $opened, $closed = [TellingStorage]::Opened, [TellingStorage]::Closed
        { New-PSDrive outer KvStore / -Storage ([TellingStorage]) -Scope Global -ErrorAction Stop } | Should -Throw -ErrorId 'DriveAlreadyExists,*'
        [TellingStorage]::Closed - $closed | Should -Be ([TellingStorage]::Opened - $opened)
        $closed = [TellingStorage]::Closed
        { New-PSDrive OUTER KvStore outer:/s -Scope Global -ErrorAction Stop } | Should -Throw -ErrorId 'DriveAlreadyExists,*'
        Remove-PSDrive outer
        [TellingStorage]::Closed - $closed | Should -Be 1
    }

    It 'may have the name of one in another scope, and closes its own storage' {
        $null = New-PSDrive t KvStore / -Storage memory -Scope Global
        Set-Content t:/s/x outer
        function Use-OwnDrive {
            $null = New-PSDrive t KvStore / -Storage ([TellingStorage])
            Set-Content t:/s/x inner
            Get-Content t:/s/x
            $null = New-PSDrive kv KvStore t:/s
            Get-Content kv:/x
            Remove-PSDrive t
            Get-Content kv:/x
            [TellingStorage]::Opened - [TellingStorage]::Closed
            Remove-PSDrive kv
            [TellingStorage]::Opened - [TellingStorage]::Closed
        }
        $open = [TellingStorage]::Opened - [TellingStorage]::Closed
        Use-OwnDrive | Should -Be inner, inner, inner, ($open + 1), $open
        Get-Content t:/s/x | Should -Be outer
    }

    It 'shares one connection with drives that name the same place' {
        Push-Location $here
        $null = New-PSDrive one KvStore / -Connection sqlite:///drive-duties.db -Scope Global
        $null = New-PSDrive two KvStore / -Connection "sqlite:///$($here.Replace('\', '/').TrimStart('/'))/drive-duties.db".Replace('///', '////') -Scope Global
        Pop-Location
        Set-Content one:/s/x 1
        Get-Content two:/s/x | Should -Be '1'
        Remove-PSDrive one
        Get-Content two:/s/x | Should -Be '1'
        Test-Path -LiteralPath (Join-Path $here drive-duties.db) | Should -BeTrue
    }

    It 'takes a relative file from the folder of the file system, wherever one stands' {
        $folder = Join-Path $here "duties-$PID"
        $null = New-Item $folder -ItemType Directory
        Set-Location $folder
        Set-Location kv:/
        $null = New-PSDrive rel KvStore / -Connection sqlite:///relative.db -Scope Global
        Set-Content rel:/s/x 1
        Test-Path -LiteralPath $folder/relative.db | Should -BeTrue
        Remove-PSDrive rel
        Set-Location $here
        Remove-Item -LiteralPath $folder -Recurse -Force
    }

    It 'gives the credential to the storage' {
        $secret = ConvertTo-SecureString 'pass' -AsPlainText -Force
        $null = New-PSDrive c KvStore / -Storage ([TellingStorage]) -Credential ([pscredential]::new('me', $secret)) -Scope Global
        [TellingStorage]::LastUser | Should -Be 'me pass'
        (Get-PSDrive c | Format-List * | Out-String) | Should -Not -Match 'pass\b'
    }

    It 'takes the storage as Connect-KvStorage does: <Case>' -ForEach @(
        @{ Case = 'a secure string among the options'; Storage = { [TellingStorage] }; Option = @{ user = 'me' }; HasSecret = $true; User = 'me pass' }
        @{ Case = 'a hashtable'; Storage = { @{ storage = [TellingStorage]; user = 'me'; password = ConvertTo-SecureString pass -AsPlainText -Force } }; Option = @{}; User = 'me pass' }
        @{ Case = 'options before those of a hashtable'; Storage = { @{ storage = [TellingStorage]; user = 'me' } }; Option = @{ user = 'you' }; User = 'you ' }
    ) {
        if ($HasSecret) { $Option.password = ConvertTo-SecureString pass -AsPlainText -Force }
        foreach ($connect in { New-PSDrive c KvStore / @args -Scope Global }, { Connect-KvStorage -Name c @args }) {
            [TellingStorage]::LastUser = ''
            $named = @{ Storage = & $Storage; Option = $Option }
            $null = & $connect.GetNewClosure() @named
            [TellingStorage]::LastUser | Should -Be $User
        }
        Disconnect-KvStorage c
    }

    It 'takes a URL as its storage, and an empty hashtable for memory' {
        $null = New-PSDrive u KvStore / -Storage sqlite:// -Scope Global
        Set-Content u:/s/x 1
        Get-Content u:/s/x | Should -Be '1'
        $null = New-PSDrive e KvStore / -Storage @{} -Scope Global
        (Get-PSDrive e).DisplayRoot | Should -Be 'memory/'
    }

    It 'follows a connection that another takes the name of' {
        $null = Connect-KvStorage memory -Name followed
        $null = New-PSDrive f KvStore / -Storage followed -Scope Global
        Set-Content f:/s/x 1
        $null = Connect-KvStorage memory -Name followed
        Test-Path f:/s/x | Should -BeFalse
        Disconnect-KvStorage followed
        { Get-ChildItem f:/ -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
    }

    It 'works in the scope that made it' {
        function Use-OwnDrive {
            $null = New-PSDrive own KvStore / -Storage memory
            Set-Content own:/s/x 1
            Get-ChildItem own:/s | Get-Content
            Copy-Item own:/s/x own:/s/y
            (Get-ChildItem own:/s).Count
        }
        Use-OwnDrive | Should -Be '1', 2
        Test-Path own:/ | Should -BeFalse
    }

    It 'refuses a drive that cannot be, in one error that says why' -ForEach @(
        @{ Parameters = @{ Root = '1x' }; Id = 'KvStore.InvalidStoreName' }
        @{ Parameters = @{ Root = '/'; Storage = 'nothing-like-it' }; Id = 'KvStore.StorageNotFound' }
        @{ Parameters = @{ Root = '/'; Storage = 'memory'; Option = @{ colour = 'blue' } }; Id = 'KvStore.InvalidConfiguration' }
        @{ Parameters = @{ Root = 'none:/s' }; Id = 'KvStore.InvalidPath' }
    ) {
        $Error.Clear()
        { New-PSDrive bad KvStore @Parameters -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        Get-PSDrive bad -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'goes with its module, and its storage is closed' {
        $manifest = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
        $null = New-PSDrive gone KvStore / -Storage ([TellingStorage]) -Scope Global
        $closed = [TellingStorage]::Closed
        Set-Content gone:/s/x 1
        Remove-Module KvStore
        try {
            Get-PSDrive gone, kv -ErrorAction Ignore | Should -BeNullOrEmpty
            [TellingStorage]::Closed | Should -Be ($closed + 1)
        }
        finally { Import-Module $manifest -Global }
    }
}

Describe 'Paths' {
    AfterEach { Remove-TestDrive }

    BeforeEach {
        $null = New-PSDrive m KvStore / -Storage memory -Scope Global
        Set-Content m:/s/a/x 1
        Set-Content m:/s/ab/x 2
    }

    It 'takes <Typed> for <Path>' -ForEach @(
        @{ Typed = 'm:\s\a'; Path = 'm:/s/a' }, @{ Typed = 'm:/s\a'; Path = 'm:/s/a' }, @{ Typed = 'm://s//a/'; Path = 'm:/s/a' }
        @{ Typed = 'm:/s/a/../ab/.'; Path = 'm:/s/ab' }, @{ Typed = 'm:'; Path = 'm:/' }, @{ Typed = 'm:\'; Path = 'm:/' }, @{ Typed = 'M:/S/a'; Path = 'm:/S/a' }
        @{ Typed = 'KvStore::m:/s/a'; Path = 'KvStore\KvStore::m:/s/a' }, @{ Typed = 'm:/s/%61'; Path = 'm:/s/%61' }
    ) {
        Set-Location m:/
        Set-Location $Typed
        (Get-Location).Path | Should -BeExactly $Path
        (Get-ChildItem | Select-Object -First 1).FullName | Should -Not -BeNullOrEmpty
    }

    It 'tells neighbours apart whose names begin alike' {
        Set-Location m:/s/a
        Resolve-Path m:/s/ab/x -Relative | Should -Be '../ab/x'
        (TabExpansion2 'Get-Content ../ab/' -cursorColumn 18).CompletionMatches.CompletionText | Should -Be '../ab/x'
        Remove-Item m:/s/ab -Recurse
        Get-Content x | Should -Be '1'
    }

    It 'completes from where one stands, beside it and above it' {
        Set-Location m:/s/a
        (TabExpansion2 'Get-Content ' -cursorColumn 12).CompletionMatches.CompletionText | Should -Be './x'
        (TabExpansion2 'Set-Location ../' -cursorColumn 16).CompletionMatches.CompletionText | Should -Be '../a', '../ab'
        (TabExpansion2 'Get-Content ./nothing' -cursorColumn 21).CompletionMatches.CompletionText | Should -Not -Contain './x'
    }

    It 'lets the cmdlets work where one stands, drive or not' {
        Set-Location m:/s/a
        (Get-KvItem).FullKey | Should -Be 'a/x'
        Set-Location KvStore::m:/s/ab
        (Get-KvItem).FullKey | Should -Be 'ab/x'
        Set-KvItem y 3
        Get-Content m:/s/ab/y | Should -Be '3'
    }

    It 'resolves a file name against the file system while one stands in a drive' {
        $file = Join-Path $here "duties-$PID.json"
        Set-Location $here
        Set-Location m:/s
        Export-KvStore s -Path "duties-$PID.json"
        Test-Path -LiteralPath $file | Should -BeTrue
        Remove-Item -LiteralPath $file
    }

    It 'removes neither the place one stands in nor one above it' {
        Set-Location m:/s/a
        foreach ($path in 'm:/s/a', 'm:/s', '.', '..') {
            { Remove-Item $path -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidOperation,*'
        }
        Get-Content x | Should -Be '1'
    }
}

Describe 'Asking before changing' {
    AfterEach { Remove-TestDrive }

    BeforeEach {
        $null = New-PSDrive m KvStore / -Storage memory -Scope Global
        Set-Content m:/s/a/x 1
        Set-Content m:/s/b 2
    }

    It 'asks once with -Confirm, and does nothing where nobody answers' {
        $before = Export-KvStore s -Storage m:
        foreach ($change in
            { Remove-Item m:/s/a -Recurse -Confirm }, { New-Item m:/s/c -Confirm }, { Set-Item m:/s/b 3 -Confirm }, { Clear-Item m:/s/b -Confirm },
            { Copy-Item m:/s/a m:/s/c -Recurse -Confirm }, { Move-Item m:/s/a m:/s/c -Confirm }, { Rename-Item m:/s/b c -Confirm },
            { Set-Content m:/s/b 3 -Confirm }, { Add-Content m:/s/b 3 -Confirm }, { Clear-Content m:/s/b -Confirm }, { Set-ItemProperty m:/s/b Value 3 -Confirm }) {
            { & $change } | Should -Throw '*NonInteractive*'
        }
        Export-KvStore s -Storage m: | Should -Be $before
    }

    It 'asks before it removes what has children' {
        { Remove-Item m:/s/a -ErrorAction Stop } | Should -Throw '*NonInteractive*'
        Get-Content m:/s/a/x | Should -Be '1'
        Remove-Item m:/s/a -Recurse
        Test-Path m:/s/a | Should -BeFalse
    }

    It 'removes with -Include what it names, and without recursion of a node that is both the item alone' {
        Set-Content m:/s/a both
        Set-Content m:/s/ab/x 1
        $ExecutionContext.InvokeProvider.Item.Remove('m:/s/a', $false)
        Get-ChildItem m:/s -Recurse -Name | Sort-Object | Should -Be 'a', 'a/x', 'ab', 'ab/x', 'b'
        (Get-Item m:/s/a).IsItem | Should -BeFalse
        { $ExecutionContext.InvokeProvider.Item.Remove('m:/s/a', $false) } | Should -Throw '*not empty*'
        Remove-Item m:/s -Recurse -Include x
        Get-ChildItem m:/s -Recurse -Name | Should -Be 'b'
    }

    It 'gives what it made with -PassThru' {
        (Copy-Item m:/s/a m:/s/c -Recurse -PassThru).FullName | Should -Be 'm:/s/c'
        (Copy-Item m:/s/b m:/s/c -PassThru).Value | Should -Be '2'
        (Move-Item m:/s/c m:/t -PassThru).FullName | Should -Be 'm:/t'
        (Rename-Item m:/s/b d -PassThru).FullName | Should -Be 'm:/s/d'
        (Set-Item m:/s/d 5 -PassThru).Value | Should -Be '5'
        Set-Content m:/s/d 6 -PassThru | Should -Be '6'
        @(Remove-Item m:/s/d).Count | Should -Be 0
    }
}

Describe 'Copying and moving' {
    AfterEach { Remove-TestDrive }

    BeforeEach {
        $from = [KvStore.MemoryStorage]::new()
        $to = [KvStore.MemoryStorage]::new()
        $null = New-PSDrive from KvStore / -Storage $from -Scope Global
        $null = New-PSDrive to KvStore / -Storage $to -Scope Global
        Set-Content from:/s/a value
        Set-Content from:/s/a/x 1
    }

    It 'keeps expiries, empty namespaces, and the limits of a whole store' {
        $from.CreateStore('roomy', [KvStore.KvLimits]::new(1000, 9000), $none)
        $expires = [DateTimeOffset]::UtcNow.AddHours(1)
        $null = $from.Commit('roomy', [KvStore.KvBatch]::new().Set('big', 'x' * 9000).Set('brief', '1', $expires).AddNamespace('empty/deep'), $none)
        Copy-Item from:/roomy to:/ -Recurse
        Get-ChildItem to:/roomy -Recurse -Name | Sort-Object | Should -Be 'big', 'brief', 'empty', 'empty/deep'
        ((Get-Item to:/roomy/brief).Expires - $expires).Duration() | Should -BeLessThan ([TimeSpan]::FromMilliseconds(1))
        (Get-Item to:/roomy).Limits.MaximumValueSize | Should -Be 9000
        Move-Item from:/roomy to:/moved
        Get-ChildItem to:/moved -Recurse -Name | Sort-Object | Should -Be 'big', 'brief', 'empty', 'empty/deep'
        Test-Path from:/roomy | Should -BeFalse
    }

    It 'refuses to move onto or into itself where two drives lead to one place' {
        $null = New-PSDrive same KvStore / -Storage $from -Scope Global
        $null = New-PSDrive inner KvStore from:/s -Scope Global
        foreach ($move in { Move-Item from:/s/a same:/s/a -Force -ErrorAction Stop }, { Move-Item from:/s/a same:/s/a/deep -ErrorAction Stop }, { Move-Item from:/s/a inner:/a/deep -ErrorAction Stop },
            { Move-Item from:/s same:/S/t -ErrorAction Stop }, { Copy-Item from:/s/a same:/s/a/deep -Recurse -ErrorAction Stop }, { Copy-Item from:/s inner:/ -Recurse -ErrorAction Stop }) {
            $move | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
        }
        Get-ChildItem from:/s -Recurse -Name | Should -Be 'a', 'a/x'
        Get-Content from:/s/a | Should -Be 'value'
    }

    It 'leaves the source whole when the target takes it not' {
        $to.CreateStore('s', [KvStore.KvLimits]::new(500, 3), $none)
        { Move-Item from:/s/a to:/s/a -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ValueTooLong,*'
        Get-ChildItem from:/s -Recurse -Name | Should -Be 'a', 'a/x'
        $null = New-PSDrive fixed KvStore / -Storage $from -ReadOnly -Scope Global
        { Move-Item fixed:/s/a to:/t/a -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ReadOnly,*'
        Test-Path to:/t | Should -BeFalse
        $null = New-PSDrive closed KvStore / -Storage $to -ReadOnly -Scope Global
        { Move-Item from:/s/a closed:/t/a -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ReadOnly,*'
        Get-ChildItem from:/s -Recurse -Name | Should -Be 'a', 'a/x'
    }

    It 'does not overwrite in a move unless it is told to' {
        Set-Content to:/s/a other
        { Move-Item from:/s/a/x to:/s/a -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        Get-Content to:/s/a | Should -Be 'other'
        Move-Item from:/s/a/x to:/s/a -Force
        Get-Content to:/s/a | Should -Be '1'
        Test-Path from:/s/a/x | Should -BeFalse
    }

    It 'shows how far it has come when it takes long' {
        foreach ($i in 1..30) {
            $batch = [KvStore.KvBatch]::new()
            foreach ($j in 1..1000) { $null = $batch.Set("big/$i/$j", 'value') }
            $null = $from.Commit('s', $batch, $none)
        }
        Copy-Item from:/s/big to:/s/big -Recurse
        $to.GetStore('s', $none).ItemCount | Should -Be 30000
        Move-Item from:/s/big to:/s/moved
        $to.GetStore('s', $none).ItemCount | Should -Be 60000
        $from.GetStore('s', $none).ItemCount | Should -Be 2
    }
}

Describe 'Add-Content beside another writer' {
    AfterEach { Remove-TestDrive }

    It 'appends to what is there, also where that was removed and made again meanwhile' {
        $null = New-PSDrive min KvStore / -Storage ([MakingAgainStorage]) -Scope Global
        Set-Content min:/s/log old
        [MakingAgainStorage]::MadeAgain = 'new'
        Add-Content min:/s/log more
        Get-Content min:/s/log | Should -Be 'new', 'more'
    }
}

Describe 'A storage that can do no more than it must' {
    AfterEach { Remove-TestDrive }

    BeforeEach {
        $null = New-PSDrive min KvStore / -Storage ([MinimalStorage]) -Scope Global
        $null = New-PSDrive m KvStore / -Storage memory -Scope Global
    }

    It 'serves a drive like any other' {
        Set-Content min:/s/a/x 1
        Add-Content min:/s/a/x 2
        Get-Content min:/s/a/x | Should -Be '1', '2'
        { New-Item min:/s/a/x -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        Copy-Item min:/s/a min:/s/b -Recurse
        Move-Item min:/s/b min:/s/c/d
        Rename-Item min:/s/c e
        Get-ChildItem min:/ -Recurse -Name | Sort-Object | Should -Be 's', 's/a', 's/a/x', 's/e', 's/e/d', 's/e/d/x'
        Remove-Item min:/s/e -Recurse
        Get-ChildItem min:/s -Recurse -Name | Should -Be 'a', 'a/x'
        (Get-Item min:/s/a/x).Version | Should -BeNullOrEmpty
        Remove-Item min:/s -Recurse
        Test-Path min:/s | Should -BeFalse
    }

    It 'refuses to keep what is empty, and says so when it leaves that out of a copy' {
        { New-Item min:/s -ItemType Directory -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { New-Item min:/s/ns -ItemType Directory -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        $null = New-Item m:/s/a/empty -ItemType Directory
        Set-Content m:/s/a/x 1
        Copy-Item m:/s/a min:/s/a -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike "*'/a/empty' is empty*"
        Get-ChildItem min:/s -Recurse -Name | Should -Be 'a', 'a/x'
        (New-Item min:/s/a -ItemType Directory -Force).Name | Should -Be 'a'
    }
}

Describe 'Content that is broken off' {
    AfterEach { Remove-TestDrive }

    It 'takes no more from a stream without end than the storage allows: <Case>' -ForEach @(
        @{ Case = 'bytes'; Block = { , [byte[]]::new(100) }; Parameters = @{ AsByteStream = $true } }
        @{ Case = 'text'; Block = { 'x' * 100 }; Parameters = @{} }
    ) {
        $null = New-PSDrive tight KvStore / -Storage ([TightStorage]) -Scope Global
        Set-Content tight:/s/x before
        $taken = @{ Blocks = 0 }
        { & { while ($taken.Blocks -lt 1000) { $taken.Blocks++; & $Block } } | Set-Content tight:/s/x @Parameters -ErrorAction Stop } |
            Should -Throw -ErrorId 'KvStore.ValueTooLong,*' -ExpectedMessage "*'/x'*1000*"
        $taken.Blocks | Should -BeLessThan 100
        Get-Content tight:/s/x | Should -Be before
    }

    It 'writes nothing when the command is stopped' {
        $null = New-PSDrive m KvStore / -Storage ($storage = [KvStore.MemoryStorage]::new()) -Scope Global
        Set-Content m:/s/x before
        $state = [hashtable]::Synchronized(@{})
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript({
                param($manifest, $storage, $state)
                Import-Module $manifest
                $null = New-PSDrive m KvStore / -Storage $storage
                & { 'half'; $state.Began = $true; Start-Sleep 60 } | Set-Content m:/s/x
            }).AddArgument((Join-Path $PSScriptRoot '../../KvStore.psd1')).AddArgument($storage).AddArgument($state)
            $running = $shell.BeginInvoke()
            $deadline = [DateTime]::UtcNow.AddSeconds(60)
            while (!$state.Began -and [DateTime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 20 }
            $state.Began | Should -BeTrue
            $shell.Stop()
        }
        finally { $shell.Dispose() }
        Get-Content m:/s/x | Should -Be 'before'
    }

    It 'writes nothing when a line cannot be taken, and reports that once' {
        $null = New-PSDrive m KvStore / -Storage memory -Scope Global
        Set-Content m:/s/x before
        'one', (Get-Date), 'three', (Get-Date) | Set-Content m:/s/x -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.FullyQualifiedErrorId | Should -Be 'KvStore.InvalidValue,Microsoft.PowerShell.Commands.SetContentCommand'
        Get-Content m:/s/x | Should -Be 'before'
    }
}
