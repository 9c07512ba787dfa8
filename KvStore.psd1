@{
    RootModule             = 'bin/KvStore.PowerShell.dll'
    # Without this a type literal such as [KvStore.KvItem] in the first line of a script does not resolve.
    RequiredAssemblies     = @('bin/KvStore.Core.dll')
    ModuleVersion          = '0.1.0'
    GUID                   = '6f0a3c1e-7d5b-4a52-9a3e-2f6b8c9d4e10'
    Author                 = 'KvStore contributors'
    CompanyName            = 'KvStore contributors'
    Copyright              = '(c) KvStore contributors. MIT licence.'
    Description            = 'Named key/value stores with namespaces: cmdlets, a drive (cd kv:/myKV/foo/bar) and a dictionary over exchangeable storages, embedded SQLite by default. Needs PowerShell 7.4 or later; Windows PowerShell 5.1 cannot load it.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FormatsToProcess       = @('bin/KvStore.Format.ps1xml')
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    DscResourcesToExport   = @()
    CmdletsToExport        = @(
        'Get-KvItem', 'Set-KvItem', 'Remove-KvItem', 'Test-KvItem', 'Get-KvHistory', 'Watch-KvItem'
        'Get-KvNamespace', 'Set-KvNamespace', 'Clear-KvNamespace', 'Show-KvTree'
        'Open-KvStore', 'Get-KvStore', 'New-KvStore', 'Set-KvStore', 'Remove-KvStore', 'Export-KvStore', 'Import-KvStore', 'Copy-KvStore'
        'Compress-KvStore', 'Backup-KvStore', 'Restore-KvStore', 'Test-KvStore'
        'Invoke-KvTransaction'
        'Connect-KvStorage', 'Disconnect-KvStorage', 'Get-KvStorage', 'Register-KvStorage', 'Test-KvStorage'
        'Get-KvRecord', 'Set-KvRecord', 'Remove-KvRecord'
    )
    PrivateData            = @{
        # Any module may announce storages like this; they are found by name or URL scheme without importing the module.
        KvStore = @{
            Storages = @(
                @{ Name = 'db'; Schemes = @('sqlite'); Assembly = 'bin/storages/Sqlite/KvStore.Storage.Sqlite.dll'; Type = 'KvStore.Storage.Sqlite.SqliteStorage' }
                @{ Name = 'db'; Schemes = @('postgresql', 'postgres'); Assembly = 'bin/storages/PostgreSql/KvStore.Storage.PostgreSql.dll'; Type = 'KvStore.Storage.PostgreSql.PostgreSqlStorage' }
                @{ Name = 'db'; Schemes = @('mysql', 'mariadb'); Assembly = 'bin/storages/MySql/KvStore.Storage.MySql.dll'; Type = 'KvStore.Storage.MySql.MySqlStorage' }
                @{ Name = 'etcd'; Schemes = @('etcd', 'etcds'); Assembly = 'bin/storages/Etcd/KvStore.Storage.Etcd.dll'; Type = 'KvStore.Storage.Etcd.EtcdStorage' }
                @{ Name = 'linstor'; Schemes = @('linstor'); Assembly = 'bin/storages/Linstor/KvStore.Storage.Linstor.dll'; Type = 'KvStore.Storage.Linstor.LinstorStorage' }
                @{ Name = 'memory_db'; Assembly = 'bin/storages/Sqlite/KvStore.Storage.Sqlite.dll'; Type = 'KvStore.Storage.Sqlite.MemoryDbStorage' }
                @{ Name = 'cinderlib'; Assembly = 'bin/storages/Sqlite/KvStore.Storage.Sqlite.dll'; Type = 'KvStore.Storage.Sqlite.CinderlibStorage' }
            )
        }
        PSData  = @{
            Tags       = @('KeyValue', 'Store', 'Provider', 'SQLite', 'etcd', 'PostgreSQL', 'MySQL', 'LINSTOR', 'Metadata', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
        }
    }
}
