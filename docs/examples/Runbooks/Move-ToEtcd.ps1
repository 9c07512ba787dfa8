<#
.SYNOPSIS
Moves all stores of a storage to an etcd cluster.
.DESCRIPTION
What etcd cannot take is told before anything is written. The copy is compared with the source by count and digest; one that
broke off goes on when it is started again, and writes only what differs. The source stays as it is: take it away when all
who write have been switched over.
.PARAMETER To
The cluster, as etcd://10.0.0.1,10.0.0.2,10.0.0.3.
.PARAMETER From
The name of a connected storage, or a URL.
.OUTPUTS
For each store how many items it has, how many were written, and the digest that both sides share.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $To,
    [string] $From = 'default'
)

$ErrorActionPreference = 'Stop'
$null = Connect-KvStorage $To -Name etcd-target -WhatIf:$false
try {
    # Asks for an answer now: connecting alone opens nothing.
    $null = Get-KvStore -Storage etcd-target
    Copy-KvStore -From $From -To etcd-target
} finally {
    Disconnect-KvStorage etcd-target -WhatIf:$false
}
