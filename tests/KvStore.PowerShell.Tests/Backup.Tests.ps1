# Backup-KvStore and Restore-KvStore: a whole storage to a file and back, and what they never replace.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    Add-Type -Path $PSScriptRoot/BackupStorages.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Linq, System.Threading -CompilerOptions '/nowarn:CS1701'
}

Describe 'A storage that can be backed up' {
    BeforeEach {
        Get-KvStorage | Disconnect-KvStorage
        Connect-KvStorage ([CopyableStorage]) | Out-Null
        [CopyableStorage]::Fails = $false
        Set-KvNamespace -Store s
        Set-KvItem a 1
        Set-KvItem b 2
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).bak"
    }

    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'comes back as it was' {
        Backup-KvStore $file | Should -BeNullOrEmpty
        Get-Content $file | Should -Be 'a=1', 'b=2'
        Set-KvItem a changed
        Set-KvItem c new
        Restore-KvStore $file -Force | Should -BeNullOrEmpty
        (Get-KvItem).Value | Should -Be 1, 2
        Set-KvItem c new
        Get-Item $file | Restore-KvStore -Confirm:$false
        (Get-KvItem).Value | Should -Be 1, 2
    }

    It 'is written where the file system is, wherever the current location is' {
        Push-Location $TestDrive
        New-PSDrive bak FileSystem $TestDrive | Out-Null
        try {
            Set-Location kv:/
            Backup-KvStore relative.bak -Storage default
            [CopyableStorage]::LastPath | Should -Be (Join-Path $TestDrive relative.bak)
            Backup-KvStore bak:/on-drive.bak -Storage default
            Test-Path (Join-Path $TestDrive on-drive.bak) | Should -BeTrue
            Backup-KvStore '~/no/such/folder/x.bak' -Storage default -WhatIf
            { Backup-KvStore kv:/x.bak -Storage default -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
            { Backup-KvStore env:/x.bak -Storage default -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidPath,*'
            Restore-KvStore relative.bak -Storage default -Force
            [CopyableStorage]::LastPath | Should -Be (Join-Path $TestDrive relative.bak)
        }
        finally {
            Pop-Location
            Remove-PSDrive bak
        }
    }

    It 'replaces a file only with -Force' {
        Set-Content $file precious
        { Backup-KvStore $file -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage '*-Force*'
        Get-Content $file | Should -Be precious
        Backup-KvStore $file -Force
        Get-Content $file | Should -Be 'a=1', 'b=2'
        (Get-ChildItem $TestDrive -Filter *.part) | Should -BeNullOrEmpty
    }

    It 'leaves the file that it was to replace when it fails' {
        Set-Content $file precious
        [CopyableStorage]::Fails = $true
        { Backup-KvStore $file -Force } | Should -Throw -ErrorId 'KvStore.StorageFull,*'
        Get-Content $file | Should -Be precious
        (Get-ChildItem $TestDrive -Filter *.part) | Should -BeNullOrEmpty
    }

    It 'never replaces a database in use, nor a folder' {
        Set-Content $file database
        Set-Content "$file-wal" log
        { Backup-KvStore $file -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage '*in use*'
        Get-Content $file | Should -Be database
        { Backup-KvStore $TestDrive -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage '*folder*'
        { Backup-KvStore (Join-Path $TestDrive no/such/folder.bak) -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*'
    }

    It 'does nothing with -WhatIf, and asks before it restores' {
        Backup-KvStore $file -WhatIf
        Test-Path $file | Should -BeFalse
        Backup-KvStore $file
        Set-KvItem a changed
        Restore-KvStore $file -Force -WhatIf
        (Get-KvItem a).Value | Should -Be changed
        ([System.Management.Automation.CmdletAttribute] [Attribute]::GetCustomAttribute((Get-Command Restore-KvStore).ImplementingType, [System.Management.Automation.CmdletAttribute])).ConfirmImpact | Should -Be High
    }

    It 'says which file is not there' {
        { Restore-KvStore $file -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*' -ExpectedMessage "*$file*"
        (Get-KvItem).Value | Should -Be 1, 2
    }

    It 'shows how far it is, each percent once' {
        $module = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
        $shell = [powershell]::Create().AddScript("Import-Module '$module'; Backup-KvStore '$file' -Storage default")
        $null = $shell.Invoke()
        $shown = @($shell.Streams.Progress | Where-Object RecordType -EQ Processing)
        $shown.PercentComplete | Should -Be (0..100)
        $shell.Streams.Progress[-1].RecordType | Should -Be Completed
        $shell.Dispose()
    }

    It 'takes the progress away when it fails' {
        [CopyableStorage]::Fails = $true
        $module = (Resolve-Path $PSScriptRoot/../../KvStore.psd1).Path
        $shell = [powershell]::Create().AddScript("Import-Module '$module'; try { Backup-KvStore '$file' -Storage default } catch { `$_.FullyQualifiedErrorId }")
        $shell.Invoke() | Should -BeLike 'KvStore.StorageFull,*'
        $shell.Streams.Progress[-2].RecordType | Should -Be Processing
        $shell.Streams.Progress[-1].RecordType | Should -Be Completed
        $shell.Dispose()
    }

    It 'is not restored through a connection that only reads' {
        Backup-KvStore $file
        Connect-KvStorage ([CopyableStorage]) -Name frozen -ReadOnly | Out-Null
        { Restore-KvStore $file -Storage frozen -Force } | Should -Throw -ErrorId 'KvStore.ReadOnly,*'
    }
}

Describe 'A storage that cannot be backed up' {
    It 'names what can be done instead' {
        Connect-KvStorage memory | Out-Null
        { Backup-KvStore $TestDrive/x.bak -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*' -ExpectedMessage '*Export-KvStore*pg_dump*'
        { Restore-KvStore $TestDrive/x.bak -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported,*'
        Test-Path $TestDrive/x.bak | Should -BeFalse
    }
}

Describe 'A SQLite storage' {
    BeforeEach {
        Get-KvStorage | Disconnect-KvStorage
        $folder = (New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory).FullName
        $live = Join-Path $folder live.db
        Connect-KvStorage "sqlite:///$live" | Out-Null
        New-KvStore s -HistoryPeriod 3600 -MaximumValueSize 10000 | Out-Null
        1..50 | ForEach-Object { [pscustomobject]@{ Key = "n/k$_"; Value = $_ } } | Set-KvItem -Store s
        Set-KvItem k ('x' * 9000) -Store s
        Set-KvItem k v -Store t
    }

    AfterEach { Get-KvStorage | Disconnect-KvStorage }

    It 'comes back as it was, while a drive is open' {
        $before = Export-KvStore
        Backup-KvStore $folder/kv.bak
        Set-KvItem n/k1 changed -Store s
        Remove-KvStore t -Force
        Set-KvItem k v -Store new
        New-PSDrive lives KvStore / -Storage default | Out-Null
        Restore-KvStore $folder/kv.bak -Force
        Export-KvStore | Should -Be $before
        Get-Content lives:/s/n/k1 | Should -Be 1
        Remove-PSDrive lives
        Test-KvStore | ForEach-Object IsSound | Should -Be $true, $true
    }

    It 'is backed up to a file that is a storage itself' {
        Backup-KvStore $folder/kv.bak
        Connect-KvStorage "sqlite:///$folder/kv.bak" -Name bak -ReadOnly | Out-Null
        (Get-KvStore -Storage bak).Name | Should -Be s, t
        (Get-KvItem n/k50 -Store s -Storage bak).Value | Should -Be 50
        (Test-KvStore -Storage bak).IsSound | Should -Be $true, $true
    }

    It 'never replaces its own file, nor one that is open elsewhere' {
        { Backup-KvStore $live -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*'
        Connect-KvStorage "sqlite:///$folder/other.db" -Name other | Out-Null
        Set-KvItem k precious -Store s -Storage other
        { Backup-KvStore $folder/other.db -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.FileUnavailable,*'
        (Get-KvItem k -Store s -Storage other).Value | Should -Be precious
        (Get-KvItem k -Store t).Value | Should -Be v
        Get-ChildItem $folder -Filter *.part | Should -BeNullOrEmpty
    }

    It 'stays as it is when the file is no backup' {
        Set-Content $folder/noise.bak ('noise ' * 2000)
        { Restore-KvStore $folder/noise.bak -Force } | Should -Throw -ErrorId 'KvStore.ForeignDatabase,*'
        (Get-KvItem k -Store t).Value | Should -Be v
    }

    It 'names Import-KvStore for a document, <_>, and Restore-KvStore is named for a backup' -ForEach 'kv.json', 'kv.json.gz' {
        Export-KvStore -Path $folder/$_
        { Restore-KvStore $folder/$_ -Force } | Should -Throw -ErrorId 'KvStore.ForeignDatabase,*' -ExpectedMessage "*$_*Import-KvStore*"
        Backup-KvStore $folder/kv.bak
        { Import-KvStore $folder/kv.bak } | Should -Throw -ErrorId 'KvStore.InvalidDocument,*' -ExpectedMessage '*kv.bak*Restore-KvStore*'
        (Get-KvItem k -Store t).Value | Should -Be v
    }
}
