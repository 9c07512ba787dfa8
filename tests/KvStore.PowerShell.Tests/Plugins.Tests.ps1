# A storage of one's own, the three ways of docs/custom-storages.md.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $examples = Join-Path $PSScriptRoot '../../docs/examples'
}

Describe 'A storage of one''s own' {
    AfterEach {
        Disconnect-KvStorage mine -ErrorAction Ignore
    }

    It 'keeps every promise as a PowerShell class of some twenty lines' {
        . (Join-Path $examples ListStorage.ps1)
        $null = Connect-KvStorage ([ListStorage]) -Name mine
        $results = Test-KvStorage mine
        $results | Where-Object Outcome -EQ Failed | ForEach-Object { "$($_.Case): $($_.Message)" } | Should -BeNullOrEmpty
        @($results | Where-Object Outcome -EQ Passed).Count | Should -BeGreaterThan 60
        @(Get-Content (Join-Path $examples ListStorage.ps1) | Select-String '^class' -Context 0, 50 | ForEach-Object { $_.Context.PostContext } | Where-Object { $_.Trim() }).Count | Should -BeLessOrEqual 22
    }

    It 'serves the cmdlets, a drive and the dictionary as a PowerShell class' {
        . (Join-Path $examples ListStorage.ps1)
        $null = Connect-KvStorage ([ListStorage]) -Name mine
        Set-KvItem -Storage mine -Store myKV -Namespace /foo/bar -Key key -Value val
        $null = New-PSDrive mine KvStore / -Storage mine
        Get-ChildItem mine:/ -Recurse -Name | Sort-Object | Should -Be myKV, myKV/foo, myKV/foo/bar, myKV/foo/bar/key
        Remove-Item mine:/myKV/foo -Recurse
        (Open-KvStore myKV -Storage mine).Count | Should -Be 0
        Remove-PSDrive mine
    }

    It 'says what a storage of four members cannot do' {
        . (Join-Path $examples ListStorage.ps1)
        $null = Connect-KvStorage ([ListStorage]) -Name mine
        { Set-KvItem -Storage mine -Store s -Key k -Value v -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported*'
        { New-KvStore s -Storage mine -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.NotSupported*'
    }

    It 'is found in a folder and keeps every promise, from several threads too' {
        Register-KvStorage -Path (Join-Path $examples ListModule/bin)
        $null = Connect-KvStorage list -Name mine -Option @{ answer = 7 }
        (Get-KvStorage mine).Description | Should -Be 'list (, 7)'
        $results = Test-KvStorage mine
        $results | Where-Object Outcome -EQ Failed | ForEach-Object { "$($_.Case): $($_.Message)" } | Should -BeNullOrEmpty
        @($results | Where-Object { "$($_.Case)" -like 'Concurrency*' -and $_.Outcome -eq 'Passed' }).Count | Should -BeGreaterThan 0
    }

    It 'is found by its scheme in a module that was not imported' {
        $manifest = (Resolve-Path (Join-Path $PSScriptRoot '../../KvStore.psd1')).Path
        $names = pwsh -NoProfile -Command @"
            `$env:PSModulePath += [IO.Path]::PathSeparator + '$((Resolve-Path $examples).Path)'
            Import-Module '$manifest'
            (Connect-KvStorage -Connection 'list://me:s3cret@anything' -Name mine).Description
            (Get-Module).Name -contains 'ListModule'
"@
        $names | Should -Be 'list (list://me:***@anything, 42)', 'False'
    }

    It 'is refused when an assembly that it needs is missing: <Case>' -ForEach @(
        @{ Case = 'in a folder'; Load = { param($file) Register-KvStorage -Path (Split-Path $file) } }
        @{ Case = 'announced'; Load = { param($file) [KvStore.StorageRegistry]::Shared.Register([KvStore.StoragePlugin]::FromAssembly('lacking', $file, 'LackingStorage')); Connect-KvStorage lacking -Name mine } }
    ) {
        $folder = (New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory).FullName
        $file = Join-Path $folder Lacking.dll
        $needed = Join-Path $folder Needed.dll
        $compile = @{
            ReferencedAssemblies = [KvStore.KvStorage].Assembly.Location, 'System.Runtime', 'System.Collections', 'System.Threading', 'netstandard'
            # CS1701: the module is built for an older runtime than the one that runs it.
            CompilerOptions      = '/nowarn:CS1701'
        }
        Add-Type 'public abstract class NeededStorage : KvStore.DelegatingStorage { protected NeededStorage() : base(new KvStore.MemoryStorage()) { } }' -OutputAssembly $needed @compile
        $compile.ReferencedAssemblies += $needed
        Add-Type '[KvStore.StoragePlugin("lacking")] public sealed class LackingStorage : NeededStorage { }' -OutputAssembly $file @compile
        Remove-Item -LiteralPath $needed
        { & $Load $file } | Should -Throw -ErrorId 'KvStore.InvalidPlugin,*' -ExpectedMessage "*'$file' cannot be loaded*"
    }
}
