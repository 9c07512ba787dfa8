<#
.SYNOPSIS
Gives all volumes of one owner to another.
.DESCRIPTION
Each volume is a namespace with items for its properties, as /volumes/vol17/owner. What changes goes to the storage in batches
of up to a thousand; -WhatIf shows it without changing anything.
.PARAMETER From
The owner until now.
.PARAMETER To
The owner from now on.
.PARAMETER Store
The store with the volumes.
.OUTPUTS
The items as they were written.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $From,
    [Parameter(Mandatory)] [string] $To,
    [string] $Store = 'volumes'
)

$ErrorActionPreference = 'Stop'
Get-KvItem -Store $Store -Namespace /volumes -Recurse -Key */owner |
    Where-Object Value -CEQ $From |
    Set-KvItem -Value $To -PassThru
