# Whoever gives a URL where a storage's name is asked for has typed a password: no error may repeat it, neither in its text nor
# in what it points at, which lands in logs and in $Error.
BeforeDiscovery {
    # What each cmdlet needs beside the parameter; the rest of them needs nothing.
    $others = @{
        'Copy-KvStore From'         = @{ To = 'default' }
        'Copy-KvStore To'           = @{ From = 'default' }
        'Get-KvHistory Storage'     = @{ Key = 'k'; Store = 's' }
        'Get-KvItem Storage'        = @{ Key = 'k'; Store = 's' }
        'Get-KvNamespace Storage'   = @{ Store = 's' }
        'Get-KvRecord Storage'      = @{ Type = 'Volume'; Store = 's' }
        'Clear-KvNamespace Storage' = @{ Namespace = '/a'; Store = 's'; Force = $true }
        'Backup-KvStore Storage'    = @{ Path = 'backup.db' }
        'Export-KvStore Storage'    = @{ Name = 's' }
        'Import-KvStore Storage'    = @{ InputObject = '{}' }
        'Invoke-KvTransaction Storage' = @{ Store = 's'; ScriptBlock = {} }
        'New-KvStore Storage'       = @{ Name = 's' }
        'Open-KvStore Storage'      = @{ Name = 's' }
        'Remove-KvItem Storage'     = @{ Key = 'k'; Store = 's' }
        'Remove-KvRecord Storage'   = @{ Type = 'Volume'; Id = 'i'; Store = 's' }
        'Remove-KvStore Storage'    = @{ Name = 's'; Force = $true }
        'Restore-KvStore Storage'   = @{ Path = 'backup.db'; Force = $true }
        'Set-KvItem Storage'        = @{ Key = 'k'; Value = 'v'; Store = 's' }
        'Set-KvNamespace Storage'   = @{ Store = 's'; Namespace = '/' }
        'Set-KvRecord Storage'      = @{ Type = 'Volume'; Store = 's' }
        'Set-KvStore Storage'       = @{ Name = 's'; HistoryPeriod = 1 }
        'Show-KvTree Storage'       = @{ Store = 's' }
        'Compress-KvStore Storage'  = @{ Name = 's' }
        'Test-KvItem Storage'       = @{ Key = 'k'; Store = 's' }
        'Test-KvStorage Storage'    = @{ Quick = $true }
        'Watch-KvItem Storage'      = @{ Store = 's'; Timeout = 1 }
    }
    Import-Module $PSScriptRoot/../../KvStore.psd1
    $cases = foreach ($command in Get-Command -Module KvStore -CommandType Cmdlet) {
        foreach ($parameter in $command.Parameters.Values) {
            if (@($parameter.Name; $parameter.Aliases) -match '^(Storage|Connection|From|To)$') {
                $case = "$($command.Name) $($parameter.Name)"
                @{ Command = $command.Name; Parameter = $parameter.Name; Others = $others[$case] ?? @{} }
            }
        }
    }
    $cases += @{ Command = 'Get-KvStorage'; Parameter = 'Name'; Others = @{} }
    $cases += @{ Command = 'Get-KvItem'; Parameter = 'Store'; Others = @{ Key = 'k' } }
    $cases += @{ Command = 'Set-KvItem'; Parameter = 'Store'; Others = @{ Key = 'k'; Value = 'v' } }
    foreach ($command in 'Get-KvStore', 'New-KvStore', 'Open-KvStore', 'Test-KvStore') { $cases += @{ Command = $command; Parameter = 'Name'; Others = @{} } }
    $cases += @{ Command = 'Remove-KvStore'; Parameter = 'Name'; Others = @{ Force = $true } }
    $cases += @{ Command = 'Copy-KvStore'; Parameter = 'Name'; Others = @{ From = 'default'; To = 'default' } }
    $drive = @{ Name = 'secret'; PSProvider = 'KvStore' }
    $cases += @{ Command = 'New-PSDrive'; Parameter = 'Storage'; Others = $drive + @{ Root = '/' } }
    $cases += @{ Command = 'New-PSDrive'; Parameter = 'Connection'; Others = $drive + @{ Root = '/' } }
}

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    # The error of a call with a value, all of it. The value stands in no line of the script: that the engine shows as typed.
    function Get-AllOfError([string] $Command, [hashtable] $Arguments) {
        $Error.Clear()
        try { $null = & $Command @Arguments -ErrorAction Stop } catch { $null = $_ }
        $Error.Count | Should -BeGreaterThan 0
        foreach ($record in $Error) {
            $record.FullyQualifiedErrorId | Should -BeLike 'KvStore.*'
            $record | Format-List * -Force | Out-String
            $target = ($record.ErrorRecord ?? $record).TargetObject
            "$target"
            $target | Format-List * -Force | Out-String
            "$($record.Exception)"
        }
    }
}

Describe 'A password' {
    BeforeEach {
        Connect-KvStorage memory | Out-Null
        $null = New-KvStore s
    }
    AfterEach { Get-PSDrive secret -ErrorAction Ignore | Remove-PSDrive }

    It 'is in no error of <Command> -<Parameter>' -ForEach $cases {
        foreach ($url in 'nowhere://me:s3cret@h/db', 'etcd:me:s3cret@h/db', 'nowhere://me:s3cret@h:', 'me:s3cret@h/db') {
            Get-AllOfError $Command ($Others + @{ $Parameter = $url }) | Should -Not -Match 's3cret'
        }
    }

    It 'is in no error of a drive whose root is a URL' {
        Get-AllOfError New-PSDrive @{ Name = 'secret'; PSProvider = 'KvStore'; Root = 'nowhere://me:s3cret@h/db' } | Should -Not -Match 's3cret'
    }

    It 'is in no error of <Command> whose storage is a hashtable or another object' -ForEach @(
        @{ Command = 'Connect-KvStorage'; Others = @{} }
        @{ Command = 'New-PSDrive'; Others = @{ Name = 'secret'; PSProvider = 'KvStore'; Root = '/' } }
    ) {
        $storages = @(
            @{ storage = 'nowhere://me:s3cret@h' }
            @{ storage = 'nowhere:me:s3cret@h' }
            @{ storage = 'nowhere'; password = 's3cret' }
            @{ storage = @{ password = 's3cret' } }
            [pscustomobject]@{ password = 's3cret' }
        )
        foreach ($storage in $storages) {
            Get-AllOfError $Command ($Others + @{ Storage = $storage }) | Should -Not -Match 's3cret'
        }
    }
}
