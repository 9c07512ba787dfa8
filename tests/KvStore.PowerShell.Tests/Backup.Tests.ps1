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
