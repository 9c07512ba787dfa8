<#
.SYNOPSIS
Compares the cmdlets with empty ones, and with what people use instead, in the same run.
.DESCRIPTION
The engine itself takes its time for each object of a pipeline: a compiled cmdlet that only binds, the two properties of the
objects or all parameters that ours has, or that only emits objects, is the floor. Beside it stand files of one value each, and one JSON file of all. Both sides of a comparison
work in turns; each turn gives a ratio of times, and the median of the ratios counts. Last come the start of the module
and a large import, in processes of their own.
.PARAMETER Items
The number of items in the pipelines.
.PARAMETER Turns
How often each pair is compared.
.PARAMETER ImportItems
The number of items of the large import.
.PARAMETER Part
What to measure; all by default.
.EXAMPLE
pwsh -NoProfile -File tests/KvStore.Benchmarks/Compare-Module.ps1
#>
[CmdletBinding()]
param(
    [int] $Items = 100000,
    [int] $Turns = 7,
    [int] $ImportItems = 1000000,
    [ValidateSet('Pipeline', 'Instead', 'Start', 'Import')]
    [string[]] $Part = @('Pipeline', 'Instead', 'Start', 'Import')
)

$ErrorActionPreference = 'Stop'
$manifest = (Resolve-Path (Join-Path $PSScriptRoot '../../KvStore.psd1')).Path
$folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-benchmark-$PID"
$null = [IO.Directory]::CreateDirectory("$folder/files")
$url = "sqlite:///$($folder.Replace('\', '/'))/bench.db"
$tail = 'v' * 84

# Ratios are of times: ours divided by the other's, or the other way round where the target is how many times as quick.
function Measure-Pair([string] $What, [string] $Against, [scriptblock] $Ours, [scriptblock] $Other, [string] $Target, [switch] $Quicker, [scriptblock] $Before = { }) {
    $ratios = foreach ($turn in 0..$Turns) {
        $null = & $Before
        $ourTime = (Measure-Command { & $Ours | Out-Null }).TotalMilliseconds
        $otherTime = (Measure-Command { & $Other | Out-Null }).TotalMilliseconds
        # The first is to warm up.
        if ($turn -gt 0) { $Quicker ? $otherTime / $ourTime : $ourTime / $otherTime }
    }
    $sorted = @($ratios | Sort-Object)
    [pscustomobject]@{
        What = $What; Against = $Against; Ratio = [Math]::Round($sorted[[int][Math]::Floor($sorted.Count / 2)], 2)
        From = [Math]::Round($sorted[0], 2); To = [Math]::Round($sorted[-1], 2); Target = $Target
    }
}

function Get-Row([int] $Count) {
    foreach ($i in 0..($Count - 1)) {
        [pscustomobject]@{ Key = 'hosts/host{0:d8}/key{1:d8}' -f [int][Math]::Floor($i / 100), ($i % 100); Value = '{0:d8}{1:d8}{2}' -f 0, $i, $tail }
    }
}

# A cmdlet with the parameters of another that does nothing with them: what binding alone costs, whatever parameters there are.
function Get-TwinSource([string] $Of, [string] $Noun) {
    $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
    $properties = foreach ($parameter in (Get-Command $Of).Parameters.Values | Where-Object Name -NotIn $common) {
        foreach ($set in $parameter.ParameterSets.GetEnumerator()) {
            $position = $set.Value.Position -ge 0 ? "Position = $($set.Value.Position), " : ''
            '[Parameter({0}ParameterSetName = "{1}", Mandatory = {2}, ValueFromPipeline = {3}, ValueFromPipelineByPropertyName = {4})]' -f $position, $set.Key,
                "$($set.Value.IsMandatory)".ToLower(), "$($set.Value.ValueFromPipeline)".ToLower(), "$($set.Value.ValueFromPipelineByPropertyName)".ToLower()
        }
        $type = [Nullable]::GetUnderlyingType($parameter.ParameterType)
        "public $($type ? "$($type.FullName)?" : $parameter.ParameterType.FullName) $($parameter.Name) { get; set; }"
    }
    $defaultSet = (Get-Command $Of).DefaultParameterSet
    @"
[Cmdlet("Use", "$Noun", SupportsShouldProcess = true, DefaultParameterSetName = "$defaultSet")]
public class Use$Noun : PSCmdlet
{
    $($properties -join "`n    ")
}
"@
}

function Compare-Pipeline {
    Add-Type -Language CSharp -TypeDefinition (@'
using System;
using System.Management.Automation;
[Cmdlet("Use", "Nothing")]
public class UseNothing : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)] public string Key { get; set; }
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)] public object Value { get; set; }
}
[Cmdlet("Use", "NothingKey")]
public class UseNothingKey : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)] public string[] Key { get; set; }
}
public class Row { public string Store, Namespace, Key, Path, Value; }
[Cmdlet("Out", "Rows")]
public class OutRows : PSCmdlet
{
    [Parameter] public int Count { get; set; }
    protected override void EndProcessing()
    {
        for (int i = 0; i < Count; i++) { WriteObject(new Row { Store = "myKV", Key = "key" + i, Value = "value" + i }); }
    }
}
'@ + (Get-TwinSource Set-KvItem SetTwin) + (Get-TwinSource Remove-KvItem RemoveTwin)) -PassThru | ForEach-Object Assembly | Select-Object -First 1 | Import-Module

    $input100 = @(Get-Row $Items)
    $set = { $input100 | Set-KvItem -Store pipe -Storage bench: }
    Measure-Pair "$Items items | Set-KvItem" 'empty cmdlet that binds two properties' $set { $input100 | Use-Nothing } 'at most 3'
    Measure-Pair "$Items items | Set-KvItem" 'empty cmdlet with the same parameters' $set { $input100 | Use-SetTwin -Store pipe -Storage bench: } 'at most 3'
    Measure-Pair "Get-KvItem -Recurse of $Items" 'empty cmdlet that emits' { Get-KvItem -Store pipe -Storage bench: -Recurse } { Out-Rows -Count $Items } 'at most 3'
    Measure-Pair "$Items items | Remove-KvItem" 'empty cmdlet that binds one property' { $input100 | Remove-KvItem -Store pipe -Storage bench: } { $input100 | Use-NothingKey } 'at most 3' -Before $set
    Measure-Pair "$Items items | Remove-KvItem" 'empty cmdlet with the same parameters' { $input100 | Remove-KvItem -Store pipe -Storage bench: } { $input100 | Use-RemoveTwin -Store pipe -Storage bench: } 'at most 3' -Before $set
}

function Compare-Instead {
    $input10000 = @(Get-Row 10000)
    $input10000 | Set-KvItem -Store instead -Storage bench:
    $table = [ordered]@{}
    foreach ($item in $input10000) { $table[$item.Key] = $item.Value }
    [IO.File]::WriteAllText("$folder/all.json", ($table | ConvertTo-Json))
    $count = 100
    foreach ($i in 0..($count - 1)) { Set-Content "$folder/files/key$i" "value$tail" }

    $script:round = 0
    Measure-Pair 'one put, on disk when it returns' 'Set-Content to a file per key (in the cache when it returns)' {
        $script:round++
        foreach ($i in 0..($count - 1)) { Set-KvItem -Key $input10000[$i].Key -Value "$script:round$tail" -Store instead -Storage bench: }
    } { foreach ($i in 0..($count - 1)) { Set-Content "$folder/files/key$i" "$script:round$tail" } } 'at least 3' -Quicker
    Measure-Pair 'one put, on disk when it returns' 'a file per key, flushed to disk' {
        $script:round++
        foreach ($i in 0..($count - 1)) { Set-KvItem -Key $input10000[$i].Key -Value "$script:round$tail" -Store instead -Storage bench: }
    } {
        foreach ($i in 0..($count - 1)) {
            $stream = [IO.File]::Create("$folder/files/key$i")
            $stream.Write([Text.Encoding]::UTF8.GetBytes("$script:round$tail"))
            $stream.Flush($true)
            $stream.Dispose()
        }
    } '' -Quicker
    $null = New-PSDrive hasty KvStore / -Connection $url.Replace('bench.db', 'hasty.db') -Option @{ sqlite_synchronous = 'NORMAL' } -Scope Script
    Measure-Pair 'one put, in the cache when it returns (NORMAL)' 'Set-Content to a file per key' {
        $script:round++
        foreach ($i in 0..($count - 1)) { Set-KvItem -Key $input10000[$i].Key -Value "$script:round$tail" -Store instead -Storage hasty: }
    } { foreach ($i in 0..($count - 1)) { Set-Content "$folder/files/key$i" "$script:round$tail" } } '' -Quicker
    Measure-Pair 'one get' 'Get-Content of a file per key' {
        foreach ($i in 0..($count - 1)) { Get-KvItem -Key $input10000[$i].Key -Store instead -Storage bench: }
    } { foreach ($i in 0..($count - 1)) { Get-Content "$folder/files/key$i" } } 'at least 2' -Quicker
    Measure-Pair 'one changed value in 10,000' 'reading and rewriting one JSON file' {
        foreach ($i in 1..10) { $script:round++; Set-KvItem -Key $input10000[5000].Key -Value "$script:round$tail" -Store instead -Storage bench: }
    } {
        foreach ($i in 1..10) {
            $all = Get-Content "$folder/all.json" -Raw | ConvertFrom-Json -AsHashtable
            $all[$input10000[5000].Key] = "$script:round$tail"
            $all | ConvertTo-Json | Set-Content "$folder/all.json"
        }
    } 'at least 10' -Quicker
}

function Invoke-Pwsh([string] $Command) {
    & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $Command
    if ($LASTEXITCODE -ne 0) { throw "pwsh failed with exit code $LASTEXITCODE." }
}

# In milliseconds, since the targets are; the start of a bare pwsh tells how busy the machine is.
function Compare-Start {
    Set-KvItem -Store start -Key key -Value value -Storage bench:
    $script = @"
`$a = [Diagnostics.Stopwatch]::StartNew(); Import-Module '$manifest'; `$imported = `$a.Elapsed.TotalMilliseconds
`$b = [Diagnostics.Stopwatch]::StartNew(); `$null = Get-KvItem -Store start -Key key; "`$imported `$(`$b.Elapsed.TotalMilliseconds)"
"@
    $env:KVSTORE_CONNECTION = $url
    $runs = foreach ($turn in 1..(2 * $Turns + 1)) {
        $bare = (Measure-Command { Invoke-Pwsh '1' | Out-Null }).TotalMilliseconds
        $with = (Measure-Command { Invoke-Pwsh "Import-Module '$manifest'" | Out-Null }).TotalMilliseconds
        $imported, $first = (Invoke-Pwsh $script).Split(' ')
        [pscustomobject]@{ Bare = $bare; Added = $with - $bare; Import = [double]$imported; First = [double]$first }
    }
    $env:KVSTORE_CONNECTION = $null
    function Get-Median([string] $Property) { [int]@($runs.$Property | Sort-Object)[$Turns] }
    [pscustomobject]@{ What = 'pwsh -NoProfile, bare'; Milliseconds = Get-Median Bare; Target = '' }
    [pscustomobject]@{ What = 'added by Import-Module'; Milliseconds = Get-Median Added; Target = 'at most 100' }
    [pscustomobject]@{ What = 'Import-Module itself'; Milliseconds = Get-Median Import; Target = '' }
    [pscustomobject]@{ What = 'first Get-KvItem after it'; Milliseconds = Get-Median First; Target = 'at most 150' }
}

# The peak of memory must not grow with the number of items.
function Measure-Import {
    foreach ($count in [int]($ImportItems / 10), $ImportItems) {
        $file = "$folder/$count.json"
        $writer = [IO.StreamWriter]::new("$folder/$count.csv")
        $writer.WriteLine('Key,Value')
        foreach ($i in 0..($count - 1)) { $writer.WriteLine(('hosts/host{0:d8}/key{1:d8},{2:d8}{3}' -f [int][Math]::Floor($i / 100), ($i % 100), $i, $tail)) }
        $writer.Dispose()
        $result = Invoke-Pwsh @"
`$ErrorActionPreference = 'Stop'
Import-Module '$manifest'
`$null = New-PSDrive bench KvStore / -Connection 'sqlite:///$($folder.Replace('\', '/'))/import$count.db'
Import-Csv '$folder/$count.csv' | Set-KvItem -Store big -Storage bench:
`$piped = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
Export-KvStore -Name big -Storage bench: -Path '$file'
`$null = New-PSDrive other KvStore / -Connection 'sqlite:///$($folder.Replace('\', '/'))/other$count.db'
Import-KvStore -Path '$file' -Storage other:
`$imported = [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
"`$piped `$imported `$((Get-KvStore -Storage other:).ItemCount)"
"@
        $piped, $imported, $there = $result.Split(' ')
        if ([int]$there -ne $count) { throw "$there items of $count were imported." }
        [pscustomobject]@{ Items = $count; PeakMiBPiped = [int]($piped / 1MB); PeakMiBImported = [int]($imported / 1MB) }
    }
}

Import-Module $manifest
try {
    $null = New-PSDrive bench KvStore / -Connection $url
    if ($Part -contains 'Pipeline') { Compare-Pipeline | Format-Table -AutoSize | Out-String -Width 200 }
    if ($Part -contains 'Instead') { Compare-Instead | Format-Table -AutoSize | Out-String -Width 200 }
    if ($Part -contains 'Start') { Compare-Start | Format-Table -AutoSize | Out-String -Width 200 }
    if ($Part -contains 'Import') { Measure-Import | Format-Table -AutoSize | Out-String -Width 200 }
} finally {
    Remove-PSDrive bench, hasty -ErrorAction Ignore
    Remove-Item -LiteralPath $folder -Recurse -Force
}
