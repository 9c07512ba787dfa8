<#
.SYNOPSIS
Updates the hosts that wait for it, and remembers how far it came.
.DESCRIPTION
Under the place that -State names, each host has an item hosts/<name> that says waiting, done or failed. A run that breaks off
goes on where it stopped when it is started again; a failed host keeps its reason under errors/<name>.
.PARAMETER State
A path on a kv drive: kv:/fleet in production, a drive in memory in a test.
.PARAMETER Update
What is done to a host; it throws if that failed.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $State,
    [Parameter(Mandatory)] [scriptblock] $Update
)

$ErrorActionPreference = 'Stop'
foreach ($item in Get-ChildItem $State/hosts | Where-Object Value -EQ waiting) {
    try {
        & $Update $item.Name
        Set-Content $State/hosts/$($item.Name) done
    } catch {
        Set-Content $State/hosts/$($item.Name) failed
        Set-Content $State/errors/$($item.Name) $_.Exception.Message
    }
}
