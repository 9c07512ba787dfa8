<#
.SYNOPSIS
Compares the drive with the file system on the same tree, in the same run.
.DESCRIPTION
A namespace of 1,000 children among many items of a SQLite store, and a folder of 1,000 files: listing, Test-Path, Get-Content
and Tab. Each is timed in turns, and the shortest of the turns counts: what else the machine does hits both alike. A ratio
below 1 means that the drive is quicker.
.PARAMETER Items
The number of items in the store.
.EXAMPLE
pwsh -NoProfile -File tests/KvStore.Benchmarks/Compare-Drive.ps1
#>
[CmdletBinding()]
param(
    [int] $Items = 1000000,
    [int] $Turns = 15
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../../KvStore.psd1')
$folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-benchmark-$PID"
$null = [IO.Directory]::CreateDirectory("$folder/thousand")
try {
    $null = New-PSDrive bench KvStore / -Connection "sqlite:///$($folder.Replace('\', '/'))/bench.db"
    & {
        foreach ($i in 0..999) { [pscustomobject]@{ Namespace = '/thousand'; Key = "i$i"; Value = 'value' } }
        for ($i = 1000; $i -lt $Items; $i++) { [pscustomobject]@{ Namespace = "/n$($i % 997)"; Key = "k$i"; Value = 'value' } }
    } | Set-KvItem -Store big -Storage bench:
    foreach ($i in 0..999) { [IO.File]::WriteAllText("$folder/thousand/i$i", 'value') }

    function Measure-Both([string] $What, [scriptblock] $Files, [scriptblock] $Drive) {
        $best = @([double]::MaxValue, [double]::MaxValue)
        foreach ($turn in 1..$Turns) {
            foreach ($side in 0, 1) {
                $watch = [Diagnostics.Stopwatch]::StartNew()
                $null = & ($side -eq 0 ? $Files : $Drive)
                $best[$side] = [Math]::Min($best[$side], $watch.Elapsed.TotalMilliseconds)
            }
        }

        [pscustomobject]@{ What = $What; FileSystemMs = [Math]::Round($best[0], 2); DriveMs = [Math]::Round($best[1], 2); Ratio = [Math]::Round($best[1] / $best[0], 2) }
    }

    $fileLine = "Get-Content $folder/thousand/"
    $driveLine = 'Get-Content bench:/big/thousand/'
    Measure-Both 'Get-ChildItem of 1,000' { Get-ChildItem $folder/thousand } { Get-ChildItem bench:/big/thousand }
    Measure-Both 'Get-ChildItem -Name of 1,000' { Get-ChildItem $folder/thousand -Name } { Get-ChildItem bench:/big/thousand -Name }
    Measure-Both 'Test-Path x 40' { foreach ($i in 1..20) { Test-Path $folder/thousand/i5, $folder/none } } { foreach ($i in 1..20) { Test-Path bench:/big/thousand/i5, bench:/big/none } }
    Measure-Both 'Get-Content x 20' { foreach ($i in 1..20) { Get-Content $folder/thousand/i5 } } { foreach ($i in 1..20) { Get-Content bench:/big/thousand/i5 } }
    Measure-Both 'Tab among 1,000' { TabExpansion2 $fileLine -cursorColumn $fileLine.Length } { TabExpansion2 $driveLine -cursorColumn $driveLine.Length }
} finally {
    Remove-PSDrive bench -ErrorAction Ignore
    Remove-Item -LiteralPath $folder -Recurse -Force
}
