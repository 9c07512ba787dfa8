# Runs one Pester file and writes what came of each case as JSON: the xunit project beside it reads that (PesterReport.cs).
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $ResultFile
)
$ErrorActionPreference = 'Stop'

function Write-Report([string] $File, [hashtable] $Report) {
    ConvertTo-Json $Report -Depth 5 | Set-Content -LiteralPath $File -Encoding utf8NoBOM
}

if (-not (Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 })) {
    Write-Report $ResultFile @{ SkipReason = 'No Pester 5 in this pwsh: Install-PSResource Pester -Version "[5,6)".' }
    return
}

# An error as people read it: what, then where, without Pester's own frames.
function Format-ErrorRecord([System.Management.Automation.ErrorRecord] $Record) {
    $frames = $Record.ScriptStackTrace -split '\r?\n' | Where-Object { $_ -notmatch 'Pester\.psm?1|Invoke-PesterFile\.ps1' }
    @($Record.Exception.Message) + $frames -join "`n"
}

Import-Module Pester -MinimumVersion 5.0 -MaximumVersion 5.99.99
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$run = Invoke-Pester -Configuration $configuration

$results = foreach ($test in $run.Tests) {
    # A failing BeforeAll is told by the block, not by the cases that it kept from running.
    $records = @($test.ErrorRecord)
    for ($block = $test.Block; -not $records -and $block; $block = $block.Parent) { $records = @($block.ErrorRecord) }
    $message = foreach ($record in $records) {
        if ($test.Result -eq 'Skipped') { "$($record.TargetObject.Message ?? $record.Exception.Message)" }
        else { Format-ErrorRecord $record }
    }
    @{ Title = $test.Name; Case = $test.ExpandedName; Outcome = $test.Result; Message = $message -join "`n`n" }
}
$failures = foreach ($block in @($run.FailedContainers) + @($run.FailedBlocks)) {
    foreach ($record in $block.ErrorRecord) { Format-ErrorRecord $record }
}
Write-Report $ResultFile @{ Results = @($results); Error = $failures ? ($failures -join "`n`n") : $null }
