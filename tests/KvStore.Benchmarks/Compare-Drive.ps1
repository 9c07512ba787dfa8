<#
.SYNOPSIS
Compares the drive with the file system on the same tree, and a large store with a small one, in the same run.
.DESCRIPTION
A namespace of 1,000 children and a tree of 1,000 items in 10 namespaces, among many items of a SQLite store, and folders and
files alike: listing, -Recurse, Test-Path, Get-Content and Tab. The same on the drive again in a store of nothing but
these. Both sides of a comparison work in turns, each turn gives a ratio of times, and the median of the ratios counts: what
else the machine does hits both alike. A ratio below 1 means that the drive, or the large store, is quicker.
.PARAMETER Items
The number of items in the large store.
.PARAMETER Turns
How often each pair is compared.
.EXAMPLE
pwsh -NoProfile -File tests/KvStore.Benchmarks/Compare-Drive.ps1
#>
[CmdletBinding()]
param(
    [int] $Items = 1000000,
    [int] $Turns = 21
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../KvStore.psd1')
$folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-benchmark-$PID"

# What both stores and the folder hold: a flat namespace, and a tree.
function Get-Tree {
    foreach ($i in 0..999) { [pscustomobject]@{ Namespace = '/flat'; Key = "i$i"; Value = 'value' } }
    foreach ($i in 0..999) { [pscustomobject]@{ Namespace = "/tree/n$($i % 10)"; Key = "i$i"; Value = 'value' } }
}

function Get-Ratio([scriptblock] $Ours, [scriptblock] $Other) {
    $ratios = foreach ($turn in 0..$Turns) {
        $ourTime = (Measure-Command { & $Ours | Out-Null }).TotalMilliseconds
        $otherTime = (Measure-Command { & $Other | Out-Null }).TotalMilliseconds
        # The first is to warm up.
        if ($turn -gt 0) { $ourTime / $otherTime }
    }
    [Math]::Round(@($ratios | Sort-Object)[[int][Math]::Floor($Turns / 2)], 2)
}

try {
    foreach ($item in Get-Tree) {
        $null = [IO.Directory]::CreateDirectory("$folder/top$($item.Namespace)")
        [IO.File]::WriteAllText("$folder/top$($item.Namespace)/$($item.Key)", 'value')
    }
    $null = New-PSDrive bench KvStore / -Connection "sqlite:///$($folder.Replace('\', '/'))/bench.db"
    Get-Tree | Set-KvItem -Store small -Storage bench:
    & {
        Get-Tree
        for ($i = 2000; $i -lt $Items; $i++) { [pscustomobject]@{ Namespace = "/n$($i % 997)"; Key = "k$i"; Value = 'value' } }
    } | Set-KvItem -Store large -Storage bench:

    # {0} is the place: of the files, of the large store, of the small one.
    $tasks = [ordered]@{
        'Get-ChildItem of 1,000'                     = 'Get-ChildItem {0}/flat'
        'Get-ChildItem -Name of 1,000'               = 'Get-ChildItem {0}/flat -Name'
        'Get-ChildItem -Recurse of 1,000 beneath 10' = 'Get-ChildItem {0}/tree -Recurse'
        'Test-Path x 40'                             = 'foreach ($i in 1..20) {{ Test-Path {0}/flat/i5, {0}/none }}'
        'Get-Content x 20'                           = 'foreach ($i in 1..20) {{ Get-Content {0}/flat/i5 }}'
        'Tab among 1,000'                            = '$line = "Get-Content {0}/flat/"; TabExpansion2 $line -cursorColumn $line.Length'
        'Tab among 1, of 1,000'                      = '$line = "Get-Content {0}/flat/i77"; TabExpansion2 $line -cursorColumn $line.Length'
    }
    foreach ($task in $tasks.GetEnumerator()) {
        $files, $large, $small = "$folder/top", 'bench:/large', 'bench:/small' | ForEach-Object { [scriptblock]::Create($task.Value -f $_) }
        [pscustomobject]@{ What = $task.Key; DriveToFiles = Get-Ratio $large $files; LargeToSmall = Get-Ratio $large $small }
    }
} finally {
    Remove-PSDrive bench -ErrorAction Ignore
    Remove-Item -LiteralPath $folder -Recurse -Force
}
