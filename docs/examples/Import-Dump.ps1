<#
.SYNOPSIS
Takes a cinderlib dump apart into items, finds them again on the drive, and moves them elsewhere.
.DESCRIPTION
The main job of KvStore on real input: one item for each field of each volume, snapshot and connection of a JSON dump,
under /volumes/<id>, /snapshots/<id> and /connections/<id>. Then the store is exported, imported into another storage, and
the two exports are compared. Everything is written to storages in memory, so that nothing of yours is touched.
.PARAMETER Path
The dump.
#>
[CmdletBinding()]
param(
    [string] $Path = (Join-Path $PSScriptRoot '../../tests/data/cinderlib-dump.json')
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../KvStore.psd1')

# The fields of an object, each with its value as JSON. What an object contains becomes items of its own.
function Get-Field {
    param([string] $Kind, [System.Text.Json.JsonElement] $Object)

    $contained = @{ snapshots = 'snapshots'; volume_attachment = 'connections' }
    $data = $Object.GetProperty('versioned_object.data')
    foreach ($field in $data.EnumerateObject()) {
        if ($contained[$field.Name] -and $field.Value.ValueKind -eq 'Object') {
            foreach ($inner in $field.Value.GetProperty('versioned_object.data').GetProperty('objects').EnumerateArray()) {
                Get-Field -Kind $contained[$field.Name] -Object $inner
            }
        } else {
            [pscustomobject]@{
                Namespace = "/$Kind/$($data.GetProperty('id').GetString())"
                Key       = $field.Name
                Value     = $field.Value.GetRawText()
            }
        }
    }
}

$null = New-PSDrive source KvStore / -Storage memory
$null = New-PSDrive target KvStore / -Storage memory

$backend = [System.Text.Json.JsonDocument]::Parse([IO.File]::ReadAllText((Resolve-Path $Path))).RootElement
$fields = foreach ($volume in $backend.GetProperty('volumes').EnumerateArray()) {
    Get-Field -Kind volumes -Object $volume.GetProperty('ovo')
}

$fields | Set-KvItem -Store cinder -Storage source:
"$(@($fields).Count) items in $(@(Get-ChildItem source:/cinder -Directory -Recurse).Count) namespaces"

Push-Location source:/cinder/volumes
try {
    Get-ChildItem | ForEach-Object { "volume $($_.Name): $(Get-Content "$($_.Name)/display_name") is $(Get-Content "$($_.Name)/status")" }
} finally {
    Pop-Location
}

Get-KvItem -Store cinder -Storage source: -Recurse -Key display_name | ForEach-Object { "$($_.Path) = $($_.Value)" }

$export = Export-KvStore cinder -Storage source:
$export | Import-KvStore -Storage target:
if (Compare-Object $export (Export-KvStore cinder -Storage target:)) {
    throw 'What was imported differs from what was exported.'
}

'exported, imported elsewhere: equal'
Remove-PSDrive source, target
