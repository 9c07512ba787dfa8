# Storages: connecting them as cinderlib configures persistence, swapping them, and bringing one's own.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    . $PSScriptRoot/ScriptStorage.ps1
    $pluginFolder = (Resolve-Path $PSScriptRoot/../../docs/examples/ListModule/bin).Path
}

Describe 'Connect-KvStorage' {
    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'gives memory for <Text>' -ForEach @(
        @{ Text = 'an empty hashtable'; Typed = @{} }
        @{ Text = 'a storage that is null'; Typed = @{ storage = $null } }
        @{ Text = 'its name'; Typed = 'memory' }
        @{ Text = 'its name in another case'; Typed = @{ Storage = 'MEMORY' } }
        @{ Text = 'nothing'; Typed = $null }
    ) {
        $connection = Connect-KvStorage $Typed
        $connection.Name | Should -Be default
        $connection.Description | Should -Be memory
        Set-KvItem k v -Store s
        (Get-KvItem k -Store s).Value | Should -Be v
    }

    It 'opens a database by cinderlib''s configuration, relative to the folder of the file system' {
        Push-Location $TestDrive
        try {
            Push-Location Env:
            try {
                Connect-KvStorage @{ storage = 'db'; connection = 'sqlite:///cl.sqlite' } | Out-Null
            }
            finally {
                Pop-Location
            }
            Test-Path cl.sqlite | Should -BeFalse -Because 'nothing was written yet'
            Set-KvItem k v -Store s
            'cl.sqlite' | Should -Exist
        }
        finally {
            Pop-Location
        }
        Disconnect-KvStorage default
        (Connect-KvStorage "sqlite:///$TestDrive/cl.sqlite".Replace('\', '/') -ReadOnly).IsReadOnly | Should -BeTrue
        (Get-KvItem k -Store s).Value | Should -Be v
        { Set-KvItem k w -Store s } | Should -Throw -ErrorId 'KvStore.ReadOnly,*'
    }

    It 'takes a name and a connection as parameters, and sqlite in memory' {
        (Connect-KvStorage db 'sqlite://' -Name one).Plugin | Should -Be db
        (Connect-KvStorage memory_db -Name two).Plugin | Should -Be memory_db
        (Connect-KvStorage -Connection (Join-Path $TestDrive plain.db) -Name file).Plugin | Should -Be db
        (Connect-KvStorage "sqlite:///$TestDrive/plain.db".Replace('\', '/') -Name file).Plugin | Should -Be db
        (Connect-KvStorage etcds://nobody -Name far).Plugin | Should -Be etcd
        Disconnect-KvStorage far
        Set-KvItem k v -Store s -Storage two
        Get-KvStore -Storage one | Should -BeNullOrEmpty
        Get-KvStorage | ForEach-Object Name | Should -Be default, file, one, two
    }

    It 'takes a class, an instance, and options by name' {
        Connect-KvStorage ([KvStore.MemoryStorage]) | Out-Null
        Set-KvItem k v -Store s
        $storage = [KvStore.MemoryStorage]::new()
        Connect-KvStorage $storage -Name mine | Out-Null
        Set-KvItem k v -Store s -Storage mine
        Disconnect-KvStorage mine
        @($storage.GetStores([Threading.CancellationToken]::None)).Name | Should -Be s
        { Connect-KvStorage memory -Option @{ size = 5 } } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*' -ExpectedMessage "*'size'*"
    }

    It 'swaps the default storage at run time, for dictionaries opened afterwards and all commands' {
        Connect-KvStorage memory | Out-Null
        Set-KvItem k first -Store s
        Connect-KvStorage memory | Out-Null
        Get-KvStore | Should -BeNullOrEmpty
        (Open-KvStore s)['k'] = 'second'
        (Get-KvItem k -Store s).Value | Should -Be second
    }

    It 'leaves the storage before in place when the new one cannot be connected' {
        Connect-KvStorage memory | Out-Null
        Set-KvItem k v -Store s
        { Connect-KvStorage nonsense } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*' -ExpectedMessage "*'nonsense'*memory*"
        { Connect-KvStorage 'nonsense://x' } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
        { Connect-KvStorage 42 } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*'
        { Connect-KvStorage memory -Name 'a:' } | Should -Throw -ErrorId 'KvStore.InvalidConfiguration,*'
        Connect-KvStorage memory -WhatIf | Should -BeNullOrEmpty
        (Get-KvItem k -Store s).Value | Should -Be v
    }

    It 'is reached by name from other runspaces' {
        Connect-KvStorage memory -Name shared | Out-Null
        $module = (Get-Module KvStore).ModuleBase
        1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module/KvStore.psd1
            $writer = $_
            1..50 | ForEach-Object { [pscustomobject]@{ Key = "$writer/$_"; Value = 'v' } } | Set-KvItem -Store s -Storage shared
        }
        (Get-KvStore s -Storage shared).ItemCount | Should -Be 200
    }

    It 'shows no password, in output, errors or details' {
        Register-KvStorage -Path $pluginFolder
        $secret = 'hunter2'
        $shown = & {
            Connect-KvStorage "list://user:$secret@host/x?token=$secret" -Verbose 4>&1
            Get-KvStorage | Format-List * | Out-String
            try { Connect-KvStorage list -Option @{ connection = "list://u:$secret@h"; answer = $secret } }
            catch { $_.Exception.ToString(), $_.TargetObject, $_.CategoryInfo }
        } | Out-String -Width 500
        $shown | Should -BeLike '*Connected list*answer*'
        $shown | Should -Not -Match $secret
        $password = [securestring]::new()
        $secret.ToCharArray().ForEach({ $password.AppendChar($_) })
        { Connect-KvStorage list -Credential ([pscredential]::new('me', $password)) } | Should -Throw -ExpectedMessage '*no option*'
    }
}

Describe 'Get-KvStorage' {
    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'shows the default storage without opening it' {
        $shown = Get-KvStorage
        $shown.Name | Should -Be default
        $shown.Capabilities | Should -BeOfType ([KvStore.KvCapabilities])
        Get-KvStore | Should -BeNullOrEmpty
        $file = $env:KVSTORE_CONNECTION.Replace('sqlite:///', '')
        Test-Path $file | Should -BeFalse -Because 'only a write creates it'
    }

    It 'finds connections by wildcard, and says when one is missing' {
        Connect-KvStorage memory -Name one | Out-Null
        (Get-KvStorage o*).Name | Should -Be one
        { Get-KvStorage nope -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
        { Disconnect-KvStorage nope -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
        { Get-KvStore -Storage nope -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
        Disconnect-KvStorage one -WhatIf
        (Get-KvStorage o*).Name | Should -Be one
    }

    It 'lists the plugins with -ListAvailable' {
        $plugins = Get-KvStorage -ListAvailable
        $plugins.Name | Should -Contain memory
        $plugins.Name | Should -Contain memory_db
        ($plugins | Where-Object Name -EQ db).Schemes | Should -Contain sqlite
        (Get-KvStorage mem* -ListAvailable).Name | Should -Be @('memory', 'memory_db')
    }
}

Describe 'Register-KvStorage' {
    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'makes a folder''s plugin as good as the module''s own' {
        Push-Location (Split-Path $pluginFolder)
        try {
            (Register-KvStorage -Path (Split-Path $pluginFolder -Leaf) -PassThru).Name | Should -Be list
        }
        finally {
            Pop-Location
        }
        (Connect-KvStorage 'list://somewhere' -Option @{ answer = 7 }).Description | Should -Be 'list (list://somewhere, 7)'
        Set-KvItem a/b v -Store s
        (Get-KvItem -Store s -Recurse).Path | Should -Be '/a/b'
        { Set-KvItem a/b w -Store s -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { New-KvStore x -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
    }

    It 'refuses a folder without a plugin, a missing one, and a class that is no storage' {
        { Register-KvStorage -Path $TestDrive } | Should -Throw -ErrorId 'KvStore.InvalidPlugin,*'
        { Register-KvStorage -Path $TestDrive/nope } | Should -Throw -ErrorId 'KvStore.InvalidPlugin,*'
        { Register-KvStorage x ([string]) } | Should -Throw -ErrorId 'KvStore.InvalidPlugin,*'
        Register-KvStorage ghost ([KvStore.MemoryStorage]) -WhatIf
        { Connect-KvStorage ghost } | Should -Throw -ErrorId 'KvStore.StorageNotFound,*'
    }

    It 'takes a PowerShell class, by its name and a URL scheme' {
        Register-KvStorage script ([ScriptStorage]) -Scheme script
        (Connect-KvStorage script).Plugin | Should -Be script
        Set-KvItem k v -Store s
        (Get-KvStore).Name | Should -Be s
    }
}

Describe 'A storage of four members in a script' {
    BeforeEach {
        Connect-KvStorage ([ScriptStorage]) | Out-Null
        Set-KvNamespace / -Store s -Storage default
    }

    It 'serves every command' {
        1..1200 | ForEach-Object { [pscustomobject]@{ Key = "n$($_ % 3)/k$_"; Value = "v$_" } } | Set-KvItem
        Set-KvItem n0 'beside a namespace'
        (Get-KvItem).Key | Should -Be n0
        @(Get-KvItem -Recurse).Count | Should -Be 1201
        (Get-KvItem n1/k1*0).Key | Should -Be @('n1/k10', 'n1/k100', 'n1/k1000', 'n1/k1030', 'n1/k1060', 'n1/k1090', 'n1/k1120', 'n1/k1150', 'n1/k1180', 'n1/k130', 'n1/k160', 'n1/k190')
        (Get-KvNamespace).Name | Should -Be @('n0', 'n1', 'n2')
        Clear-KvNamespace n1
        @(Get-KvItem -Recurse).Count | Should -Be 801
        (Set-KvItem new v -PassThru).Version | Should -BeNullOrEmpty
        Get-KvItem -Recurse n2/* | Remove-KvItem
        $document = Export-KvStore
        Remove-KvStore s -Force
        Get-KvStore | Should -BeNullOrEmpty
        $document | Import-KvStore
        Export-KvStore | Should -Be $document
    }

    It 'serves the dictionary' {
        $kv = Open-KvStore s -Namespace /foo/bar
        $kv['key'] = 'val'
        $kv.Update(@{ a = '1'; b = '2' })
        $kv.Keys | Should -Be @('a', 'b', 'key')
        $kv.Pop('a') | Should -Be 1
        $kv.Clear()
        $kv.Count | Should -Be 0
    }

    It 'is told of no expiry, condition or empty store' {
        { Set-KvItem k v -Expires ([DateTimeOffset]::UtcNow.AddHours(1)) -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { Set-KvItem k v -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        { New-KvStore t -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        Get-KvStore | Should -BeNullOrEmpty
    }
}
