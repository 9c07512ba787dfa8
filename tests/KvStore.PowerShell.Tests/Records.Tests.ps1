# Volumes, snapshots, connections and key values through the cmdlets, and cinderlib's documents.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $sample = Join-Path $PSScriptRoot ../data/cinderlib-dump.json
    $volumeId = '7d3c8a30-0000-4000-8000-000000000001'

    function Get-Comparable($path) {
        (Get-Content $path -Raw | ConvertFrom-Json -AsHashtable -DateKind String -NoEnumerate) | ConvertTo-Json -Depth 50 -Compress
    }
}

Describe 'Importing and exporting cinderlib documents' {
    It 'gives the sample back as it was' {
        Import-KvStore $sample -Format Cinderlib -As cinder
        $out = Join-Path $TestDrive out.json
        Export-KvStore cinder $out -Format Cinderlib
        Get-Comparable $out | Should -BeExactly (Get-Comparable $sample)
    }

    It 'gives one backend, compact, as lines' {
        $line = Export-KvStore cinder -Format Cinderlib -Backend lvm_iscsi -Compress
        @($line).Count | Should -Be 1
        $line | Should -BeLike '{"class":"Backend","backend":{"volume_backend_name":"lvm_iscsi"},"volumes":*'
    }

    It 'takes a document from the pipeline into the current store' {
        Set-KvNamespace -Store piped
        Get-Content $sample | Import-KvStore -Format Cinderlib
        (Get-KvRecord Volume -Store piped).Id | Should -Be $volumeId
    }

    It 'refuses a bad document, naming object and field, and changes nothing' {
        $bad = Join-Path $TestDrive bad.json
        (Get-Content $sample -Raw).Replace('2024-01-02T03:04:05.123456Z', 'soon') | Set-Content $bad
        $before = Export-KvStore cinder
        { Import-KvStore $bad -Format Cinderlib -As cinder } | Should -Throw -ErrorId 'KvStore.InvalidDocument,*' -ExpectedMessage "*volume '$volumeId': field 'created_at' is 'soon'*"
        Export-KvStore cinder | Should -Be $before
    }

    It 'refuses a backend that is not among the known ones' {
        { Import-KvStore $sample -Format Cinderlib -As other -KnownBackend ceph } | Should -Throw -ExpectedMessage "*backend 'lvm_iscsi'*not known*"
        Get-KvStore | Where-Object Name -EQ other | Should -BeNullOrEmpty
    }

    It 'takes a backends configuration on request alone, with a warning' {
        $configured = Join-Path $TestDrive configured.json
        (Get-Content $sample -Raw).Replace('"volume_backend_name": "lvm_iscsi"', '"volume_backend_name": "lvm_iscsi", "san_password": "secret"') | Set-Content $configured
        Import-KvStore $configured -Format Cinderlib -As plain
        (Export-KvStore plain) -join "`n" | Should -Not -Match secret
        Import-KvStore $configured -Format Cinderlib -As kept -IncludeBackendConfiguration -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -BeLike '*credentials*'
        (Export-KvStore kept -Format Cinderlib) -join "`n" | Should -Not -Match secret
        (Export-KvStore kept -Format Cinderlib -IncludeBackendConfiguration -WarningVariable warning -WarningAction SilentlyContinue) -join "`n" | Should -Match secret
        $warning | Should -BeLike '*credentials*'
    }

    It 'exports the store whose drive one stands in' {
        Push-Location kv:/cinder/volumes
        try { Export-KvStore -Format Cinderlib -Compress | Should -BeLike "*$volumeId*" } finally { Pop-Location }
    }
}

Describe 'Get-KvRecord' {
    BeforeAll {
        Import-KvStore $sample -Format Cinderlib -As cinder
    }

    It 'shows the fields that people use up front, and the rest by name' {
        $volume = Get-KvRecord Volume -Store cinder
        $volume.Name, $volume.Size, $volume.Status, $volume.Backend | Should -Be 'disk', 1, 'available', 'lvm_iscsi'
        $volume.Created.UtcDateTime.Millisecond | Should -Be 123
        $volume['display_description'] | Should -Be 'my vol'
        $volume.Fields.metadata.m | Should -Be '1'
        $volume.ExtraSpecs.k, $volume.QosSpecs.q | Should -Be 'v', '1'
        ($volume | Format-Table | Out-String) | Should -Match 'Id\s+Name\s+Size\s+Status\s+Backend\s+Created'
    }

    It 'ANDs its filters, and gives nothing without an error where none fits' {
        (Get-KvRecord Volume -Store cinder -Id $volumeId -Name disk -Backend lvm_iscsi).Id | Should -Be $volumeId
        Get-KvRecord Volume -Store cinder -Name disk -Backend other -ErrorAction Stop | Should -BeNullOrEmpty
        Get-KvRecord Volume -Store cinder -Name 'di*' -ErrorAction Stop | Should -BeNullOrEmpty
        Get-KvRecord Volume -Store nothing -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'gives all types without one' {
        (Get-KvRecord -Store cinder).Type | Should -Be Volume, Snapshot, Connection
    }

    It 'leads from a volume to its snapshots and connections and back' {
        $volume = Get-KvRecord Volume -Store cinder
        $volume.Snapshots.Name, $volume.Connections.Protocol | Should -Be 'snap1', 'iscsi'
        ($volume | Get-KvRecord Snapshot, Connection).Type | Should -Be Snapshot, Connection
        ($volume | Get-KvRecord Snapshot | Get-KvRecord Volume).Id | Should -Be $volumeId
        (Get-KvRecord Connection -Store cinder).Volume.Name | Should -Be disk
    }

    It 'works on the store of the current location, wherever in it' {
        Push-Location kv:/cinder/volumes
        try { (Get-KvRecord Volume -Name disk).Id | Should -Be $volumeId } finally { Pop-Location }
    }

    It 'brings an object up to date with -Refresh' {
        $volume = Get-KvRecord Volume -Store cinder
        Set-KvRecord Volume $volumeId -Store cinder -Status error
        $volume.Status = 'mine'
        ($volume | Get-KvRecord -Refresh).Status | Should -Be error
        $volume.Status | Should -Be error
        Set-KvRecord Volume $volumeId -Store cinder -Status available
        $gone = Set-KvRecord Volume -Store cinder -PassThru
        Remove-KvRecord Volume $gone.Id -Store cinder
        { $gone | Get-KvRecord -Refresh -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ItemNotFound,*'
    }
}

Describe 'Set-KvRecord' {
    It 'makes a volume, a snapshot, a connection and a key value' {
        $volume = Set-KvRecord Volume -Store made -Name disk -Size 10 -Backend ceph -ExtraSpecs @{ k = 1 } -Field @{ metadata = @{ a = 'b' } } -PassThru
        $volume | Should -BeOfType KvStore.KvVolume
        Set-KvRecord Snapshot s1 -Store made -VolumeId $volume.Id -Name snap
        Set-KvRecord Connection c1 -Store made -VolumeId $volume.Id -Status attached
        Set-KvRecord KeyValue -Key a/b -Value c -Store made
        $found = Get-KvRecord Volume -Store made -Backend ceph
        $found.Name, $found.Size, $found.Fields.metadata.a, $found.ExtraSpecs.k | Should -Be 'disk', 10, 'b', '1'
        $found.Snapshots.Backend, $found.Snapshots.Size, $found.Connections.Status | Should -Be 'ceph', 10, 'attached'
        (Get-KvRecord KeyValue -Key a/b -Store made).Value | Should -Be c
    }

    It 'changes only what is named, in the pipeline too' {
        $before = (Get-KvRecord Volume -Store made).ToJson()
        $changed = Get-KvRecord Volume -Store made | Set-KvRecord -Status error -PassThru
        $changed.Status | Should -Be error
        $changed.ChangedFields.Count | Should -Be 0
        $changed.Updated | Should -Not -BeNullOrEmpty
        $changed.Status = 'creating'
        $changed['updated_at'] = $null
        $changed.ChangedFields | Should -Be 'status', 'updated_at'
        $changed | Set-KvRecord
        (Get-KvRecord Volume -Store made).ToJson() | Should -Be $before
    }

    It 'takes rows that name their fields' {
        'Type,Id,Name,Size,Backend', 'Volume,v1,one,1,lvm', 'Volume,v2,two,2,lvm' | ConvertFrom-Csv | Set-KvRecord -Store rows
        (Get-KvRecord Volume -Store rows -Backend lvm).Name | Should -Be one, two
    }

    It 'copies records to another store' {
        Import-KvStore $sample -Format Cinderlib -As cinder
        Get-KvRecord -Store cinder | Set-KvRecord -Store copied
        (Get-KvRecord Volume -Store copied).Snapshots.Name | Should -Be snap1
    }

    It 'attaches properties, which one command finds over all records' {
        Set-KvRecord Volume v1 -Store rows -Property @{ site = 'a'; 'Aux/rack' = 7 }
        Set-KvRecord Snapshot s1 -Store rows -VolumeId v1 -Property @{ site = 'b' }
        (Get-KvRecord -Store rows -HasProperty site).Id | Should -Be v1, s1
        (Get-KvRecord -Store rows -Property @{ site = 'a' }).Id | Should -Be v1
        Get-KvItem volumes/v1/properties/Aux/rack -Store rows | ForEach-Object Value | Should -Be 7
        Get-Content kv:/rows/volumes/v1/properties/site | Should -Be a
        Set-KvRecord Volume v1 -Store rows -Property @{ site = $null }
        (Get-KvRecord Volume v1 -Store rows).Properties.Keys | Should -Be Aux/rack
        Remove-KvRecord Volume v1 -Store rows -WarningAction SilentlyContinue
        Get-KvRecord -Store rows -HasProperty Aux/rack | Should -BeNullOrEmpty
    }

    It 'guards a record by its version' {
        $volume = Set-KvRecord Volume guarded -Store rows -PassThru
        Set-KvRecord Volume guarded -Store rows -Status first
        { Set-KvRecord Volume guarded -Store rows -Status second -IfVersion $volume.Version -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.ConditionFailed,*'
        (Get-KvRecord Volume guarded -Store rows).Status | Should -Be first
    }

    It 'says what a record of a type lacks or needs' {
        { Set-KvRecord Snapshot -Store rows -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*needs -VolumeId*'
        { Set-KvRecord Connection -Store rows -VolumeId v2 -Name x -ErrorAction Stop } | Should -Throw -ExpectedMessage '*has no Name*'
        { Set-KvRecord Volume v2 -Store rows -Field @{ id = 'x' } -ErrorAction Stop } | Should -Throw -ExpectedMessage '*cannot be changed*'
    }

    It 'names the parameter that a record of a type does not have' {
        { Set-KvRecord KeyValue k -Store rows -QosSpecs @{ a = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*' -ExpectedMessage '*has no QosSpecs*'
        { Set-KvRecord KeyValue k -Store rows -ExtraSpecs @{ a = 1 } -QosSpecs @{ a = 1 } -ErrorAction Stop } | Should -Throw -ExpectedMessage '*has no ExtraSpecs*'
    }

    It 'takes a field as deep as JSON goes elsewhere, which documents carry on' {
        function Get-Nested([int] $Depth) { $value = @{}; for ($i = 1; $i -lt $Depth; $i++) { $value = @{ a = $value } }; $value }
        $null = New-KvStore deep -MaximumValueSize 10000
        Set-KvRecord Volume deep -Store deep -Backend lvm -Field @{ metadata = Get-Nested 100 }
        $json = '{"a":' * 99 + '{}' + '}' * 99
        (Get-KvRecord Volume deep -Store deep)['metadata'] | ConvertTo-Json -Depth 100 -Compress | Should -Be $json
        Export-KvStore deep -Format Cinderlib | Import-KvStore -Format Cinderlib -As deeper
        (Get-KvRecord Volume deep -Store deeper)['metadata'] | ConvertTo-Json -Depth 100 -Compress | Should -Be $json
        { Set-KvRecord Volume deep -Store deep -Field @{ metadata = Get-Nested 101 } -ErrorAction Stop } | Should -Throw -ErrorId 'KvStore.InvalidValue,*'
    }

    It 'writes nothing with -WhatIf' {
        Set-KvRecord Volume new -Store whatif -WhatIf
        Get-KvStore | Where-Object Name -EQ whatif | Should -BeNullOrEmpty
    }
}

Describe 'Remove-KvRecord' {
    BeforeEach {
        Import-KvStore $sample -Format Cinderlib -As doomed -Mode Replace
    }

    It 'removes by id or object, and a missing one is no error' {
        Remove-KvRecord Volume nothing -Store doomed -ErrorAction Stop
        $snapshot = Get-KvRecord Snapshot -Store doomed
        $snapshot | Remove-KvRecord
        $snapshot.IsDeleted, $snapshot.Status | Should -Be $true, 'deleted'
        Remove-KvRecord Volume $volumeId -Store doomed
        (Get-KvRecord -Store doomed).Type | Should -Be Connection
    }

    It 'marks with -SoftDelete, and -IncludeDeleted finds what is marked' {
        Remove-KvRecord Volume $volumeId -Store doomed -SoftDelete -WarningAction SilentlyContinue
        Get-KvRecord Volume -Store doomed | Should -BeNullOrEmpty
        $deleted = Get-KvRecord Volume -Store doomed -Name disk -IncludeDeleted
        $deleted.IsDeleted, $deleted.Status | Should -Be $true, 'deleted'
        $deleted.DeletedAt | Should -Not -BeNullOrEmpty
        $deleted | Remove-KvRecord -WarningAction SilentlyContinue
        Get-KvRecord Volume -Store doomed -IncludeDeleted | Should -BeNullOrEmpty
    }

    It 'warns of the snapshots that a volume leaves' {
        Remove-KvRecord Volume $volumeId -Store doomed -WarningVariable warning -WarningAction SilentlyContinue
        $warning | Should -BeLike '*had snapshots*'
        (Get-KvRecord Snapshot -Store doomed).VolumeId | Should -Be $volumeId
    }

    It 'removes nothing with -WhatIf' {
        Get-KvRecord -Store doomed | Remove-KvRecord -WhatIf
        @(Get-KvRecord -Store doomed).Count | Should -Be 3
    }
}
