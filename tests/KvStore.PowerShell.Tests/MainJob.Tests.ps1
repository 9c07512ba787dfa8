# The main job on real input: a dump of cinderlib taken apart into items, found again, exported, imported elsewhere, equal.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    # ConvertFrom-Json would make dates of the times in it; Get-KvItem -AsJson leaves text as it is.
    New-KvStore dumps -MaximumValueSize 65536 | Out-Null
    Set-KvItem cinderlib (Get-Content $PSScriptRoot/../data/cinderlib-dump.json -Raw) -Store dumps
    $dump = (Get-KvItem cinderlib -Store dumps -AsJson).Value

    # The fields of a record: text as it is, everything else as JSON.
    function ConvertTo-Row([string] $Path, [psobject] $Record, [string[]] $Except) {
        foreach ($field in $Record.PSObject.Properties | Where-Object Name -NotIn $Except) {
            $value = $field.Value -is [string] ? $field.Value : (ConvertTo-Json -InputObject $field.Value -Compress -Depth 20)
            [pscustomobject]@{ Key = "$Path/$($field.Name)"; Value = $value }
        }
    }

    function ConvertTo-BackendRow([psobject] $Backend) {
        foreach ($volume in $Backend.volumes.ovo.'versioned_object.data') {
            ConvertTo-Row "volumes/$($volume.id)" $volume -Except snapshots, volume_attachment
            foreach ($snapshot in $volume.snapshots.'versioned_object.data'.objects.'versioned_object.data') {
                ConvertTo-Row "snapshots/$($snapshot.id)" $snapshot
            }
            foreach ($connection in $volume.volume_attachment.'versioned_object.data'.objects.'versioned_object.data') {
                ConvertTo-Row "connections/$($connection.id)" $connection
            }
        }
    }

    $rows = ConvertTo-BackendRow $dump
    $rows | Set-KvItem -Store cinder
}

Describe 'The dump of a storage service' {
    It 'is kept field by field' {
        $rows.Count | Should -BeGreaterThan 60
        (Get-KvStore cinder).ItemCount | Should -Be $rows.Count
        foreach ($row in $rows) { (Get-KvItem $row.Key -Store cinder).Value | Should -BeExactly $row.Value }
    }

    It 'is found again by namespace, name and value' {
        (Get-KvNamespace -Store cinder).Name | Should -Be @('connections', 'snapshots', 'volumes')
        $volume = (Get-KvNamespace volumes -Store cinder).Namespace
        $volume | Should -Be '/volumes/7d3c8a30-0000-4000-8000-000000000001'
        (Get-KvItem size -Store cinder -Namespace $volume).Value | Should -Be 1
        (Get-KvItem */*/display_name -Store cinder).Value | Should -Be @('snap1', 'disk')
        (Get-KvItem -Recurse -ValueLike 'MY VOL' -Store cinder).Key | Should -Be 'volumes/7d3c8a30-0000-4000-8000-000000000001/display_description'
        (Get-KvItem -Recurse connector -Store cinder -AsJson).Value.initiator | Should -Be 'iqn.1994-05.com.redhat:abc'
        (Get-KvItem -Recurse created_at -Store cinder).Value | Should -Contain '2024-01-02T03:04:05.123456Z'
    }

    It 'is found again by walking the drive' {
        Push-Location kv:/cinder
        try {
            (Get-ChildItem).Name | Should -Be @('connections', 'snapshots', 'volumes')
            Set-Location volumes
            Set-Location (Get-ChildItem)[0].Name
            (Get-ChildItem).Count | Should -Be ($rows | Where-Object Key -Like volumes/*).Count
            Get-Content display_name | Should -BeExactly disk
            (Get-KvItem size).Value | Should -Be 1
            Set-Location ../..
            @(Get-ChildItem -Recurse | Where-Object IsItem).Count | Should -Be $rows.Count
        }
        finally {
            Pop-Location
        }
    }

    It 'is exported, and imported elsewhere equal' {
        Export-KvStore cinder -Path $TestDrive/cinder.json
        Connect-KvStorage memory -Name elsewhere | Out-Null
        Import-KvStore $TestDrive/cinder.json -Storage elsewhere
        Export-KvStore cinder -Storage elsewhere | Should -Be (Get-Content $TestDrive/cinder.json)
        Compare-Object (Get-KvItem -Store cinder -Recurse) (Get-KvItem -Store cinder -Recurse -Storage elsewhere) -Property Path, Value | Should -BeNullOrEmpty
        Disconnect-KvStorage elsewhere
    }
}
